/*
 * The poll loop; see conn.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/conn.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "board/roster.h"
#include "proto/proxy_header.h"
#include "serve/books/outcome.h"
#include "serve/store_catalog.h"
#include "serve/talk/deadline.h"
#include "serve/talk/dispatch.h"
#include "serve/talk/slot.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/*
 * How old may what the database said of a file get before it is asked again, so
 * that "ed2k-share remove" ends an upload that is under way.
 */
#define LOOK_UP_MS 1000

/* How long to wait at least while the peer does not take our replies. */
#define NO_ROOM_MS 100

/* How often to look whether the peer has got all that was sent. */
#define ACK_POLL_MS 1000

static volatile sig_atomic_t stop_signal;

/* What ppoll lets through. */
static sigset_t wait_mask;

static void
on_signal(int number)
{
	stop_signal = number;
}

/*
 * SIGTERM and SIGINT are held back everywhere but in ppoll, so that none is
 * lost between a look at the flag and the wait.
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
conn_init(struct conn *c, struct session_config *config,
    const struct conn_limits *limits, struct scoreboard *board,
    struct ledger *ledger, const struct peer *peer, struct store *store)
{
	/* leave the buffers untouched, also the one in upload */
	memset(c, 0, offsetof(struct conn, upload));
	c->peer = peer;
	c->limits = limits;
	c->board = board;
	c->ledger = ledger;
	board_slots_init(&c->slots, board, &c->session, &c->file);
	rate_share_init(&c->share, board, ledger, limits->rate_bps,
	    limits->rate_peer_bps, peer->is_socket);
	config->slots = &c->slots.source;
	store_catalog_init(&c->catalog, &c->file);
	c->began_ms = clock_ms();
	shared_file_init(&c->file, store);
	upload_init(&c->upload, peer->is_socket);
	session_init(&c->session, config, &c->catalog, c->began_ms);
}

/* Is there room for the reply to one more frame? */
static bool
has_room(const struct conn *c)
{
	return CONN_OUT_SIZE - c->out_end >= REPLY_MAX;
}

/*
 * In mid-frame nothing is handled: no reply could leave before the frame's end,
 * and a question about another file would close the one being sent.
 */
static bool
wants_input(const struct conn *c)
{
	return !c->eof && !c->upload.active && has_room(c) &&
	    session_wants_input(&c->session);
}

/* Is there data to send, though the rate may forbid it just now? */
static bool
has_data(const struct conn *c)
{
	return c->upload.active || session_has_frames(&c->session);
}

/*
 * As ppoll says. If it was not asked, once all is sent: then the peer may well
 * have asked for more.
 */
static bool
may_read(const struct conn *c)
{
	return c->polled ? c->readable : !has_data(c) && wants_input(c);
}

static void
read_peer(struct conn *c)
{
	ssize_t n;

	if (!may_read(c) || c->in_len == CONN_IN_SIZE)
		return;
	n = read(STDIN_FILENO, c->in + c->in_len, CONN_IN_SIZE - c->in_len);
	if (n > 0) {
		if (c->obfuscation.done)
			rc4_apply(
			    &c->obfuscation.in, c->in + c->in_len, (size_t)n);
		c->in_len += (size_t)n;
	} else if (n == 0) {
		c->eof = true;
	} else if (errno != EAGAIN && errno != EINTR) {
		session_stop(&c->session, END_GONE);
	}
}

static void
log_packet(const struct packet *p, const char *name)
{
	log_debug("got 0x%02X/0x%02X %s, %" PRIu32 " bytes", p->protocol,
	    p->opcode, name ? name : "(ignored)", p->payload_len);
}

/* Drop the first n bytes of what has come in. */
static void
consume(struct conn *c, size_t n)
{
	c->in_len -= n;
	if (n > 0 && c->in_len > 0)
		memmove(c->in, c->in + n, c->in_len);
}

static void
answer_handshake(struct conn *c)
{
	struct writer w =
	    writer_of(c->out + c->out_end, CONN_OUT_SIZE - c->out_end);
	uint8_t noise[1 + OBFUSCATION_PADDING_MAX] = {0};

	/* not for secrecy: without any randomness it is still an answer */
	if (getrandom(noise, sizeof noise, GRND_NONBLOCK) < 0)
		log_debug("no random bytes: %s", strerror(errno));
	obfuscation_put_answer(
	    &w, noise + 1, noise[0] % (OBFUSCATION_PADDING_MAX + 1));
	c->out_end += w.pos;
}

/* The first bytes are no eD2k: say what else they are, if that is known. */
static const char *
fault_of_stranger(const struct conn *c, const char *fault)
{
	return c->session.state == SESSION_HELLO &&
		proxy_header_begins(c->in, c->in_len)
	    ? "a PROXY header, and --proxy-from does not list this address"
	    : fault;
}

/* The first byte is there: it tells. */
static void
choose_transport(struct conn *c)
{
	const struct session_config *config = c->session.config;

	c->transport_known = true;
	c->obfuscated = config->obfuscation && obfuscation_begins(c->in[0]);
	if (!c->obfuscated)
		return;
	c->obfuscation.user_hash = config->self.user_hash;
	upload_encrypt(&c->upload, &c->obfuscation.out);
}

/* Is the handshake over, or was none needed? If not, look for it. */
static bool
shake_hands(struct conn *c)
{
	size_t len = 0;

	if (!c->transport_known)
		choose_transport(c);
	if (!c->obfuscated || c->obfuscation.done)
		return true;
	switch (
	    obfuscation_handshake(&c->obfuscation, c->in, c->in_len, &len)) {
	case OBFUSCATION_DONE:
		log_debug("the connection is obfuscated");
		consume(c, len);
		answer_handshake(c);
		return true;
	case OBFUSCATION_MORE:
		return false;
	default:
		/* the first five bytes are as they came */
		session_bad_peer(&c->session,
		    fault_of_stranger(
			c, "neither a frame nor obfuscation for us"));
		return false;
	}
}

/*
 * May the session see this frame? On an obfuscated connection nothing may be
 * answered before HELLO, and direct clients, which say none, do not obfuscate.
 */
static bool
is_expected(const struct conn *c, const struct packet *p)
{
	return !c->obfuscated || c->session.state != SESSION_HELLO ||
	    (p->protocol == OP_EDONKEYPROT && p->opcode == OP_HELLO);
}

/* Hand every whole frame to the session, as long as replies have room. */
static void
handle_frames(struct conn *c, uint64_t now_ms)
{
	struct reader r;

	if (c->in_len == 0 || !shake_hands(c))
		return;
	r = reader_of(c->in, c->in_len);
	while (!c->upload.active && has_room(c) &&
	    session_wants_input(&c->session)) {
		struct writer w =
		    writer_of(c->out + c->out_end, CONN_OUT_SIZE - c->out_end);
		struct packet p;
		enum packet_result res = packet_next(&r, &p);

		if (res == PACKET_MORE)
			break;
		if (res == PACKET_BAD) {
			session_bad_peer(
			    &c->session, fault_of_stranger(c, "broken frame"));
			break;
		}
		if (!is_expected(c, &p)) {
			session_bad_peer(&c->session, "no HELLO first");
			break;
		}
		log_packet(&p, dispatch_packet(&c->session, now_ms, &p, &w));
		c->out_end += w.pos;
	}
	consume(c, r.pos);
}

/*
 * Send the replies that wait. True when none is left. They are encrypted here,
 * where it is their turn: the stream has one order, that of sending.
 */
static bool
send_replies(struct conn *c)
{
	if (c->obfuscated && c->out_clear < c->out_end) {
		rc4_apply(&c->obfuscation.out, c->out + c->out_clear,
		    c->out_end - c->out_clear);
		c->out_clear = c->out_end;
	}
	if (c->session.state == SESSION_ENDED)
		return false;
	while (c->out_begin < c->out_end) {
		ssize_t n = write(STDOUT_FILENO, c->out + c->out_begin,
		    c->out_end - c->out_begin);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (errno != EAGAIN)
				session_stop(&c->session, END_GONE);
			c->blocked = true;
			return false;
		}
		c->out_begin += (size_t)n;
		c->sent_bytes += (uint64_t)n;
	}
	c->out_begin = c->out_end = c->out_clear = 0;
	return true;
}

/* Begin the next data frame. False when there is none to begin. */
static bool
begin_frame(struct conn *c, uint64_t now_ms)
{
	uint8_t header[DATA_HEADER_MAX];
	struct session_frame frame;
	struct writer w;
	size_t len;

	if (!session_next_frame(&c->session, pace_frame_size(&c->pace), &frame))
		return false;
	if (now_ms - c->looked_up_ms >= LOOK_UP_MS) {
		shared_file_close(&c->file);
		c->looked_up_ms = now_ms;
	}
	switch (shared_file_open(&c->file, frame.hash, frame.direct)) {
	case STORE_FOUND:
		break;
	case STORE_UNKNOWN:
		w = writer_of(c->out + c->out_end, CONN_OUT_SIZE - c->out_end);
		session_file_gone(&c->session, frame.hash, &w);
		c->out_end += w.pos;
		return false;
	default: /* do not say that it is gone: the peer would believe it */
		session_stop(&c->session, END_FILE_FAILED);
		return false;
	}
	len = frame.direct
	    ? msg_direct_data_header(header, frame.hash, frame.range)
	    : msg_data_header(header, frame.hash, frame.range);
	upload_begin(&c->upload, header, len, frame.range);
	c->data_bytes += frame.range.end - frame.range.start;
	ledger_add(c->ledger, c->file.hash, c->file.name,
	    frame.range.end - frame.range.start, now_ms);
	return true;
}

/* Send replies, and of the data at most one frame, so that a cancel is seen. */
static void
write_peer(struct conn *c, uint64_t now_ms)
{
	uint64_t before;

	c->blocked = false;
	c->throttle_ms = rate_wait_ms(&c->share.rate, now_ms);
	if (!c->upload.active && !send_replies(c))
		return;
	if (c->throttle_ms > 0 ||
	    (!c->upload.active && !begin_frame(c, now_ms)))
		return;
	before = c->sent_bytes;
	switch (upload_send(&c->upload, &c->file, &c->sent_bytes)) {
	case UPLOAD_DONE:
		break;
	case UPLOAD_BLOCKED:
		c->blocked = true;
		break;
	case UPLOAD_PEER_GONE:
		session_stop(&c->session, END_GONE);
		break;
	case UPLOAD_FILE_FAILED:
		session_stop(&c->session, END_FILE_FAILED);
		break;
	}
	rate_spend(&c->share.rate, c->sent_bytes - before);
}

static bool
wants_output(const struct conn *c)
{
	return c->out_end > 0 || has_data(c);
}

/* The same, of what may leave now. */
static bool
may_output(const struct conn *c)
{
	return c->throttle_ms == 0 ? wants_output(c)
				   : c->out_end > 0 && !c->upload.active;
}

/* What time asks for: slots, waiting, the board. */
static void
tick(struct conn *c, uint64_t now_ms)
{
	struct writer w;

	if (!c->upload.active && has_room(c)) {
		w = writer_of(c->out + c->out_end, CONN_OUT_SIZE - c->out_end);
		slot_update(&c->session, now_ms, &w);
		c->out_end += w.pos;
	}
	rate_share_update(
	    &c->share, now_ms, has_data(c), upload_pending(&c->upload));
}

/* Bytes that the kernel has taken and the peer has not yet acknowledged. */
static uint64_t
bytes_under_way(const struct conn *c)
{
	int n = 0;

	if (!c->peer->is_socket || ioctl(STDOUT_FILENO, SIOCOUTQ, &n) != 0)
		return 0;
	return n > 0 ? (uint64_t)n : 0;
}

/* Tell session and pace how things stand. Returns ms to the next deadline. */
static uint64_t
pulse(struct conn *c, uint64_t now_ms)
{
	uint64_t under_way = bytes_under_way(c), wait_ms;
	struct socket_state p = {
	    .now_ms = now_ms,
	    .taken_bytes = c->sent_bytes - under_way,
	    .sending = under_way > 0 || wants_output(c),
	    .partial = c->in_len > 0 && wants_input(c),
	};

	pace_note(&c->pace, now_ms, p.taken_bytes, p.sending);
	wait_ms = deadline_check(&c->session, &p);
	/* nothing wakes us when the peer acknowledges the last byte: look */
	if (under_way > 0)
		wait_ms = min_u64(wait_ms, ACK_POLL_MS);
	if (c->throttle_ms > 0)
		wait_ms = min_u64(wait_ms, c->throttle_ms);
	wait_ms =
	    min_u64(wait_ms, rate_share_due_ms(&c->share, now_ms, has_data(c)));
	/* without room for replies the session gets no turn: no use in haste */
	return has_room(c) || wait_ms > NO_ROOM_MS ? wait_ms : NO_ROOM_MS;
}

/* Is there more to send, and fd 1 as far as we know to take it? */
static bool
can_send_on(const struct conn *c)
{
	return may_output(c) && !c->blocked;
}

/*
 * Sleep until something can be done or the deadline is there. With more to
 * send at once, only look: for a cancel from the peer, and for signals.
 */
static void
wait_for_peer(struct conn *c, uint64_t wait_ms)
{
	bool at_once = can_send_on(c);
	struct timespec timeout = {at_once ? 0 : (time_t)(wait_ms / 1000),
	    at_once ? 0 : (long)(wait_ms % 1000) * 1000000};
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
	/* with nothing to read, only the peer's end can wake us here */
	if (!c->readable && (fds[1].revents & (POLLERR | POLLHUP)))
		session_stop(&c->session, END_GONE);
}

/* Say how it went and write it down; nobody waits for us any more. */
static void
wind_up(struct conn *c, const struct outcome *o)
{
	struct transfer *last = ledger_last(c->ledger);

	outcome_log(o);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	if (last)
		last->bytes -= upload_pending(&c->upload);
	if (c->limits->state_dir)
		outcome_record(o, c->ledger, c->limits->state_dir, clock_ms(),
		    c->limits->anonymize);
	/* only now: while the record lives, a killed process is accounted for */
	roster_leave(c->board, clock_ms());
}

/*
 * The end of a turn: wait for something to do, or end the session. With more to
 * send at once, peer, signals and deadlines are looked at once a millisecond:
 * that makes three system calls a frame less.
 */
static void
await_next_turn(struct conn *c, uint64_t now_ms)
{
	uint64_t wait_ms;

	if (can_send_on(c) && now_ms == c->pulsed_ms) {
		c->polled = false;
		return;
	}
	c->pulsed_ms = now_ms;
	wait_ms = pulse(c, now_ms);
	if (c->eof && !wants_output(c) && c->session.ranges.n_queue == 0)
		session_stop(&c->session, END_HUNG_UP);
	if (c->session.state != SESSION_ENDED)
		wait_for_peer(c, wait_ms);
	if (stop_signal)
		session_stop(&c->session, END_SIGNAL);
}

int
conn_run(struct conn *c, struct session_config *config,
    const struct conn_limits *limits, struct scoreboard *board,
    struct ledger *ledger, const struct peer *peer, struct store *store)
{
	struct outcome outcome;

	catch_signals();
	conn_init(c, config, limits, board, ledger, peer, store);
	while (c->session.state != SESSION_ENDED) {
		uint64_t now_ms = clock_ms();

		/* write first: what is left unread afterwards has a reason */
		write_peer(c, now_ms);
		read_peer(c);
		handle_frames(c, now_ms);
		tick(c, now_ms);
		await_next_turn(c, now_ms);
	}
	shared_file_close(&c->file);
	outcome = (struct outcome){
	    .peer = c->peer,
	    .session = &c->session,
	    .obfuscated = c->obfuscated,
	    .bytes = c->data_bytes - upload_pending(&c->upload),
	    .ms = clock_ms() - c->began_ms,
	};
	wind_up(c, &outcome);
	return outcome_exit_code(&outcome);
}
