/*
 * The poll loop; see conn.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/conn.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "board/crowd.h"
#include "board/roster.h"
#include "proto/proxy_header.h"
#include "serve/books/outcome.h"
#include "serve/data/proof.h"
#include "serve/talk/deadline.h"
#include "serve/talk/dispatch.h"
#include "serve/talk/slot.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/*
 * How long a database answer about a file may be reused: "ed2k-share remove"
 * ends an upload that is under way.
 */
#define LOOK_UP_MS 1000

/* The shortest wait while the peer does not take our replies. */
#define NO_ROOM_MS 100

/* How often to check whether the peer has got all that was sent. */
#define ACK_POLL_MS 1000

static volatile sig_atomic_t stop_signal;

/* The signal mask of ppoll. */
static sigset_t wait_mask;

static void
on_signal(int number)
{
	stop_signal = number;
}

/*
 * SIGTERM and SIGINT are blocked everywhere but in ppoll, so that none is lost
 * between the check of the flag and the wait.
 */
static void
catch_signals(void)
{
	struct sigaction act = {.sa_handler = on_signal};
	sigset_t held;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	sigprocmask(SIG_BLOCK, &held, &wait_mask);
	sigdelset(&wait_mask, SIGTERM);
	sigdelset(&wait_mask, SIGINT);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
}

static void
conn_init(struct conn *c, const struct conn_setup *setup)
{
	const struct session_config *config = setup->config;
	bool is_socket = setup->peer->is_socket;

	memset(c, 0, offsetof(struct conn, in));
	c->setup = setup;
	c->config = *config;
	c->config.slots = &c->slots.source;
	c->began_ms = clock_ms();
	shared_file_init(&c->file, setup->store);
	store_catalog_init(&c->catalog, &c->file, setup->board);
	board_slots_init(&c->slots, setup->board, &c->session, &c->file);
	rate_share_init(&c->rate_share, setup->board, setup->rate_bps,
	    setup->rate_peer_bps, is_socket);
	outbox_init(&c->outbox, is_socket);
	transport_init(&c->transport,
	    config->obfuscation ? config->self.user_hash : NULL, &c->outbox);
	upload_init(&c->upload, &c->outbox, &c->file);
	session_init(&c->session, &c->config, &c->catalog.source, c->began_ms);
}

/*
 * May the session reply? Not inside a data frame: no reply can leave before its
 * end, and a question about another file would close the one being sent.
 */
static bool
may_reply(const struct conn *c)
{
	return !c->upload.active && outbox_has_room(&c->outbox);
}

static bool
wants_input(const struct conn *c)
{
	return !c->eof && may_reply(c) && session_wants_input(&c->session);
}

/* Is there data to send, even if the rate forbids it just now? */
static bool
has_data(const struct conn *c)
{
	return c->upload.active || session_has_frames(&c->session);
}

static bool
wants_output(const struct conn *c)
{
	return outbox_waiting(&c->outbox) > 0 || has_data(c);
}

/* The same, of what the rate lets through. */
static bool
may_output(const struct conn *c)
{
	return c->throttle_ms == 0 && wants_output(c);
}

/* Does the peer use the rate, or have to pay for what it was sent? */
static bool
uses_rate(const struct conn *c)
{
	return c->throttle_ms > 0 || has_data(c);
}

/* True when all was sent. */
static bool
note_result(struct conn *c, enum send_result res)
{
	switch (res) {
	case SEND_OK:
		break;
	case SEND_BLOCKED:
		c->blocked = true;
		break;
	case SEND_PEER_GONE:
		session_stop(&c->session, END_GONE);
		break;
	case SEND_FILE_FAILED:
		session_stop(&c->session, END_FILE_FAILED);
		break;
	}
	return res == SEND_OK;
}

/* Open the file of a data frame. False when the frame cannot be sent. */
static bool
open_file(struct conn *c, const struct session_frame *frame, uint64_t now_ms)
{
	if (now_ms - c->looked_up_ms >= LOOK_UP_MS) {
		shared_file_close(&c->file);
		c->looked_up_ms = now_ms;
	}
	switch (shared_file_open(&c->file, frame->hash, frame->direct)) {
	case STORE_FOUND:
		if (proof_find(&c->file, frame->range))
			return true;
		/* fall through */
	case STORE_UNKNOWN:
		session_file_gone(&c->session, frame->hash, &c->outbox.writer);
		return false;
	default: /* the peer must not be told that it is gone */
		session_stop(&c->session, END_FILE_FAILED);
		return false;
	}
}

/* Begin the next data frame. False when there is none to send. */
static bool
begin_frame(struct conn *c, uint64_t now_ms)
{
	uint8_t header[DATA_HEADER_MAX];
	struct session_frame frame;

	if (!session_next_frame(
		&c->session, pace_frame_size(&c->pace), &frame) ||
	    !open_file(c, &frame, now_ms))
		return false;
	upload_begin(&c->upload, header,
	    frame.direct
		? msg_direct_data_header(header, frame.hash, frame.range)
		: msg_data_header(header, frame.hash, frame.range),
	    frame.range, pace_is_bulk(&c->pace));
	return true;
}

/* Send some of the data frame, and count what the kernel takes. */
static void
send_data(struct conn *c, uint64_t now_ms)
{
	uint64_t before = upload_pending(&c->upload);

	note_result(c, upload_send(&c->upload));
	ledger_add(c->setup->ledger, c->file.hash, c->file.name,
	    c->file.facts.size, before - upload_pending(&c->upload), now_ms);
}

/* True when none waits any more. */
static bool
send_answers(struct conn *c)
{
	return note_result(
	    c, outbox_send_some(&c->outbox, rate_step(&c->rate_share.rate)));
}

/* Send replies, or a piece of a data frame, so that a cancel is seen. */
static void
write_peer(struct conn *c, uint64_t now_ms)
{
	uint64_t before = c->outbox.total;

	c->blocked = false;
	c->throttle_ms = rate_wait_ms(&c->rate_share.rate, now_ms);
	if (c->throttle_ms > 0)
		return;
	if (c->upload.active || (send_answers(c) && begin_frame(c, now_ms)))
		send_data(c, now_ms);
	rate_share_spend(&c->rate_share, now_ms, c->outbox.total - before);
}

/* The fault of a peer whose first bytes are not eD2k. */
static const char *
fault_of_stranger(const struct conn *c, const char *fault)
{
	return c->session.state == SESSION_HELLO &&
		proxy_header_begins(c->in, c->in_len)
	    ? "a PROXY header, and --proxy-from does not list this address"
	    : fault;
}

/*
 * Should fd 0 be read? As ppoll says. If it was not called, when all is sent:
 * then the peer may have asked for more.
 */
static bool
may_read(const struct conn *c)
{
	return c->in_len < CONN_IN_SIZE &&
	    (c->polled ? c->readable : !has_data(c) && wants_input(c));
}

static void
read_peer(struct conn *c)
{
	ssize_t n;

	if (!may_read(c))
		return;
	n = read(STDIN_FILENO, c->in + c->in_len, CONN_IN_SIZE - c->in_len);
	if (n > 0) {
		c->in_len += (size_t)n;
		if (!transport_receive(
			&c->transport, c->in, &c->in_len, (size_t)n))
			session_bad_peer(&c->session,
			    fault_of_stranger(
				c, "neither a frame nor obfuscation for us"));
	} else if (n == 0) {
		c->eof = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		session_stop(&c->session, END_GONE);
	}
}

static void
handle_frame(struct conn *c, uint64_t now_ms, const struct packet *p)
{
	const char *name;

	/* direct clients, which say no HELLO, do not obfuscate */
	if (c->transport.obfuscated && c->session.state == SESSION_HELLO &&
	    (p->protocol != OP_EDONKEYPROT || p->opcode != OP_HELLO)) {
		session_bad_peer(&c->session, "no HELLO first");
		return;
	}
	name = dispatch_packet(&c->session, now_ms, p, &c->outbox.writer);
	log_debug("got 0x%02X/0x%02X %s, %" PRIu32 " bytes", p->protocol,
	    p->opcode, name ? name : "(ignored)", p->payload_len);
}

/* Handle whole frames, while there is room for replies. */
static void
handle_frames(struct conn *c, uint64_t now_ms)
{
	struct reader r = reader_of(c->in, c->in_len);
	enum packet_result res = PACKET_OK;
	struct packet p;

	if (!c->transport.open)
		return;
	while (res == PACKET_OK && may_reply(c) &&
	    session_wants_input(&c->session)) {
		res = packet_next(&r, &p);
		if (res == PACKET_OK)
			handle_frame(c, now_ms, &p);
	}
	if (res == PACKET_BAD)
		session_bad_peer(
		    &c->session, fault_of_stranger(c, "broken frame"));
	c->in_len -= r.pos;
	if (r.pos > 0)
		memmove(c->in, c->in + r.pos, c->in_len);
}

static void
update_slot(struct conn *c, uint64_t now_ms)
{
	slot_update(
	    &c->session, now_ms, may_reply(c) ? &c->outbox.writer : NULL);
}

/* Bytes that the kernel has taken and the peer has not yet acknowledged. */
static uint64_t
bytes_under_way(const struct conn *c)
{
	int n = 0;

	if (!c->outbox.is_socket || ioctl(STDOUT_FILENO, SIOCOUTQ, &n) != 0)
		return 0;
	return n > 0 ? (uint64_t)n : 0;
}

/* What the peer can take now; UINT64_MAX for as many bytes as it likes. */
static uint64_t
bytes_on_way(const struct conn *c, uint64_t under_way)
{
	if (!may_output(c))
		return under_way;
	return has_data(c) ? UINT64_MAX
			   : under_way + outbox_waiting(&c->outbox);
}

/* What others should know of us, and we of them. */
static void
update_board(struct conn *c, uint64_t now_ms)
{
	bool updated = rate_share_update(&c->rate_share, now_ms, uses_rate(c));

	if (updated &&
	    crowd_should_leave(c->setup->board,
		wants_output(c) || bytes_under_way(c) > 0, now_ms))
		session_stop(&c->session, END_CROWDED);
}

/* End the session if it is past a deadline. Returns ms to the next one. */
static uint64_t
check_deadlines(struct conn *c, uint64_t now_ms)
{
	uint64_t under_way = bytes_under_way(c), wait_ms;
	struct socket_state state = {
	    .now_ms = now_ms,
	    .taken_bytes = c->outbox.total - under_way,
	    .on_way_bytes = bytes_on_way(c, under_way),
	    .let_bytes = rate_let_bytes(&c->rate_share.rate),
	    .sending = under_way > 0 || wants_output(c),
	    .partial = c->in_len > 0 && wants_input(c),
	};

	pace_note(&c->pace, now_ms, state.taken_bytes, state.sending);
	wait_ms = deadline_check(&c->session, &state);
	/* no event tells that the peer has acknowledged the last byte */
	if (under_way > 0)
		wait_ms = min_u64(wait_ms, ACK_POLL_MS);
	if (c->throttle_ms > 0)
		wait_ms = min_u64(wait_ms, c->throttle_ms);
	wait_ms = min_u64(
	    wait_ms, rate_share_due_ms(&c->rate_share, now_ms, uses_rate(c)));
	/* the slot is not updated without room for replies: do not spin */
	return outbox_has_room(&c->outbox) || wait_ms > NO_ROOM_MS ? wait_ms
								   : NO_ROOM_MS;
}

/* Sleep until something can be done or wait_ms are over; let signals in. */
static void
poll_peer(struct conn *c, uint64_t wait_ms)
{
	struct timespec timeout = {
	    (time_t)(wait_ms / 1000), (long)(wait_ms % 1000) * 1000000};
	struct pollfd fds[] = {
	    {.fd = wants_input(c) ? STDIN_FILENO : -1, .events = POLLIN},
	    {.fd = STDOUT_FILENO, .events = may_output(c) ? POLLOUT : 0},
	};

	c->polled = true;
	c->readable = false;
	shared_file_stale(&c->file);
	if (ppoll(fds, ARRAY_LEN(fds), &timeout, &wait_mask) < 0) {
		if (errno != EINTR)
			session_stop(&c->session, END_GONE);
		return;
	}
	c->readable = fds[0].revents != 0;
	/* with nothing to read, this means that the peer is gone */
	if (!c->readable && (fds[1].revents & (POLLERR | POLLHUP)))
		session_stop(&c->session, END_GONE);
}

/*
 * The end of a turn: wait for something to do, or end the session. With more to
 * send, peer, signals and deadlines are checked once a millisecond, which saves
 * three system calls a frame.
 */
static void
wait_for_peer(struct conn *c, uint64_t now_ms)
{
	bool can_send = may_output(c) && !c->blocked;
	uint64_t wait_ms;

	if (can_send && now_ms == c->checked_ms) {
		c->polled = false;
		return;
	}
	c->checked_ms = now_ms;
	wait_ms = check_deadlines(c, now_ms);
	if (c->eof && !wants_output(c) && c->session.ranges.n_queue == 0)
		session_stop(&c->session, END_HUNG_UP);
	if (c->session.state != SESSION_ENDED)
		poll_peer(c, can_send ? 0 : wait_ms);
	if (stop_signal)
		session_stop(&c->session, END_SIGNAL);
}

/*
 * Bytes that the kernel has taken and that the peer never gets: it is gone, or
 * we give it up.
 */
static uint64_t
bytes_lost(const struct conn *c)
{
	return c->session.end == END_GONE || c->session.end == END_STALLED
	    ? bytes_under_way(c)
	    : 0;
}

/* Log and record how it went. Returns the exit code. */
static int
finish(struct conn *c)
{
	struct ledger *ledger = c->setup->ledger;
	uint64_t now_ms = clock_ms();
	struct outcome outcome = {
	    .peer = c->setup->peer,
	    .session = &c->session,
	    .obfuscated = c->transport.obfuscated,
	    .ms = now_ms - c->began_ms,
	};

	ledger_take_back(ledger, bytes_lost(c));
	outcome.bytes = ledger->bytes;
	outcome_log(&outcome);
	/* the peer does not wait for the database */
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	outcome_record(&outcome, ledger, now_ms);
	/* if we are killed before, the record tells what was sent */
	roster_leave(c->setup->board, clock_ms());
	ledger_close(ledger);
	return outcome_exit_code(&outcome);
}

int
conn_run(struct conn *c, const struct conn_setup *setup)
{
	catch_signals();
	conn_init(c, setup);
	ledger_write_dead(setup->ledger);
	while (c->session.state != SESSION_ENDED) {
		uint64_t now_ms = clock_ms();

		/* write first, since replies make room for more frames */
		write_peer(c, now_ms);
		update_slot(c, now_ms);
		read_peer(c);
		handle_frames(c, now_ms);
		update_board(c, now_ms);
		wait_for_peer(c, now_ms);
	}
	return finish(c);
}
