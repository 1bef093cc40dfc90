/*
 * The state machine; see session.h.
 *
 *   state      0x01    0x58 4F 51  0x54        0x47/A3    0x56 49    other
 *   HELLO      READY   end         end         DIRECT (*) end        end
 *   READY      answer  answer      (+)         strike     -          ignore
 *   WAITING    answer  answer      rank        strike     READY      ignore
 *   UPLOADING  answer  answer      answer      queue      READY      ignore
 *   DIRECT     ignore  ignore      ignore      queue (*)  ignore     ignore
 *
 *   (*) 0x47 with a 32-byte payload as the first frame; of another length it
 *   ends the session. In DIRECT only a shorter one does.
 *   (+) UPLOADING if a slot is free, else WAITING until it is this peer's turn;
 *   back to WAITING when the slot is over. A direct client waits in DIRECT.
 *   Other questions about files are answered in READY and UPLOADING,
 *   0xC5/0xFE (port test) in every state but DIRECT.
 * SPDX-License-Identifier: ISC
 */
#include "serve/talk/session.h"

#include "base/util.h"
#include "serve/talk/answer.h"

#include <string.h>

#define IN_HELLO     (1u << SESSION_HELLO)
#define IN_READY     (1u << SESSION_READY)
#define IN_WAITING   (1u << SESSION_WAITING)
#define IN_UPLOADING (1u << SESSION_UPLOADING)
#define IN_DIRECT    (1u << SESSION_DIRECT)
#define GREETED      (IN_READY | IN_WAITING | IN_UPLOADING)

void
session_init(struct session *s, const struct session_config *config,
    const struct catalog *catalog, uint64_t now_ms)
{
	memset(s, 0, sizeof *s);
	s->config = config;
	s->catalog = catalog;
	s->began_ms = s->last_frame_ms = s->last_taken_ms = now_ms;
}

void
session_stop(struct session *s, enum session_end end)
{
	if (s->state == SESSION_ENDED)
		return;
	s->state = SESSION_ENDED;
	s->end = end;
}

void
session_bad_peer(struct session *s, const char *fault)
{
	if (s->state != SESSION_ENDED)
		s->fault = fault;
	session_stop(s, END_BAD_PEER);
}

void
session_strike(struct session *s)
{
	if (++s->n_strikes > STRIKES_MAX)
		session_bad_peer(s, "too many senseless requests");
}

static void
on_hello(struct session *s, const struct packet *p, struct writer *w)
{
	struct msg_hello hello;

	if (!msg_get_hello(p, &hello)) {
		session_bad_peer(s, "malformed HELLO");
		return;
	}
	if (++s->n_hellos > HELLOS_MAX) {
		session_bad_peer(s, "too many HELLOs");
		return;
	}
	s->hello = hello;
	if (s->state == SESSION_HELLO)
		s->state = SESSION_READY;
	msg_put_hello_answer(w, &s->config->self);
}

/*
 * Ask for a slot. True when there is one; otherwise *rank is what the peer may
 * be told.
 */
static bool
ask_slot(struct session *s, uint64_t now_ms, uint16_t *rank)
{
	const struct session_slots *slots = s->config->slots;
	uint64_t again_ms = 0;

	*rank = 0;
	if (slots &&
	    !slots->ask(slots->ctx, s->weight, now_ms, rank, &again_ms)) {
		s->ask_ms = now_ms + again_ms;
		return false;
	}
	if (s->state == SESSION_UPLOADING)
		return true; /* the slot goes on, perhaps with another weight */
	s->slot_ms = now_ms;
	s->slot_bytes = 0;
	return true;
}

static void
give_slot(struct session *s, uint64_t now_ms)
{
	const struct session_slots *slots = s->config->slots;

	if (slots)
		slots->give(slots->ctx, now_ms);
}

/* The slot if there is one, else a place in the queue and the rank in it. */
static void
want_slot(struct session *s, uint64_t now_ms, struct writer *w)
{
	uint16_t rank;

	if (ask_slot(s, now_ms, &rank) || s->state == SESSION_UPLOADING) {
		s->state = SESSION_UPLOADING;
		msg_put_accept_upload(w);
		return;
	}
	s->state = SESSION_WAITING;
	s->keep_alive_ms = now_ms;
	msg_put_queue_rank(w, rank);
}

static void
on_start_upload(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;

	if (p->payload_len > 0) {
		if (!answer_get_hash(s, p, hash))
			return;
	} else if (s->has_file) {
		memcpy(hash, s->file, HASH_SIZE);
	} else {
		session_strike(s);
		return;
	}
	if (!answer_find_file(s, hash, &file, w))
		return;
	answer_set_file(s, hash);
	s->weight = file.weight;
	s->ranges.n_done = 0;
	want_slot(s, s->last_frame_ms, w);
}

static void
on_request_parts(struct session *s, const struct packet *p, struct writer *w)
{
	uint8_t hash[HASH_SIZE];
	struct range ranges[3];
	struct catalog_file file;

	if (!msg_get_request_parts(p, hash, ranges)) {
		session_bad_peer(s, "malformed REQUESTPARTS");
		return;
	}
	if (s->state != SESSION_UPLOADING) {
		session_strike(s);
		return;
	}
	if (!answer_find_file(s, hash, &file, w))
		return;
	ranges_request(&s->ranges, hash, ranges, !s->sending);
	for (size_t i = 0; i < 3; i++) {
		struct range r = ranges[i];

		if (r.start == 0 && r.end == 0)
			continue; /* unused */
		if (r.start >= r.end || r.end > file.size ||
		    r.end - r.start > RANGE_MAX)
			session_strike(s);
		else
			ranges_add(&s->ranges, hash, r);
	}
}

/* The peer wants no more of what it asked for; the slot is free. */
static void
on_cancel(struct session *s, const struct packet *p, struct writer *w)
{
	(void)p;
	(void)w;
	ranges_clear(&s->ranges);
	if (s->state == SESSION_READY)
		return;
	give_slot(s, s->last_frame_ms);
	s->state = SESSION_READY;
}

/* A direct client knows no queue: what it asked for waits for a slot. */
static void
hold_direct(struct session *s, uint64_t now_ms)
{
	uint16_t rank;

	s->wait_since_ms = now_ms;
	s->direct_waits = !ask_slot(s, now_ms, &rank);
}

/* The direct dialect: no hello, one request a frame. */
static void
on_direct_request(struct session *s, const struct packet *p)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file;
	struct range r;

	if (!msg_get_direct_request(p, hash, &r)) {
		session_bad_peer(s, "malformed direct request");
		return;
	}
	s->state = SESSION_DIRECT;
	if (r.start >= r.end || r.end - r.start > s->config->direct_max)
		return; /* what the system we are compatible with does */
	if (s->catalog->find(s->catalog->ctx, hash, true, &file) !=
	    CATALOG_FOUND)
		return;
	answer_set_file(s, hash);
	if (r.end > file.size) { /* a short answer would be taken for data */
		session_bad_peer(s, "direct request past the end of the file");
		return;
	}
	ranges_push(&s->ranges, hash, r);
	s->weight = file.weight;
	if (s->slot_ms == 0 && !s->direct_waits)
		hold_direct(s, s->last_frame_ms);
}

/* 0xE3/0x47 is two messages, told apart by state and length. */
static void
on_request(struct session *s, const struct packet *p, struct writer *w)
{
	if (s->state == SESSION_DIRECT)
		on_direct_request(s, p);
	else if (s->state != SESSION_HELLO)
		on_request_parts(s, p, w);
	else if (p->payload_len == DIRECT_REQUEST_SIZE)
		on_direct_request(s, p);
	else
		session_bad_peer(s, "no HELLO first");
}

struct message {
	uint8_t protocol, opcode;
	unsigned states; /* where it means something */
	void (*handle)(
	    struct session *s, const struct packet *p, struct writer *w);
	const char *name;
};

static const struct message messages[] = {
    {OP_EDONKEYPROT, OP_HELLO, IN_HELLO | GREETED, on_hello, "HELLO"},
    {OP_EDONKEYPROT, OP_REQUESTPARTS, IN_HELLO | GREETED | IN_DIRECT,
	on_request, "REQUESTPARTS"},
    {OP_EDONKEYPROT, OP_END_OF_DOWNLOAD, GREETED, on_cancel, "END_OF_DOWNLOAD"},
    {OP_EDONKEYPROT, OP_ASKSHAREDFILES, GREETED, answer_browse,
	"ASKSHAREDFILES"},
    {OP_EDONKEYPROT, OP_SETREQFILEID, GREETED, answer_file_status,
	"SETREQFILEID"},
    {OP_EDONKEYPROT, OP_HASHSETREQUEST, GREETED, answer_hash_set,
	"HASHSETREQUEST"},
    {OP_EDONKEYPROT, OP_STARTUPLOADREQ, GREETED, on_start_upload,
	"STARTUPLOADREQ"},
    {OP_EDONKEYPROT, OP_CANCELTRANSFER, GREETED, on_cancel, "CANCELTRANSFER"},
    {OP_EDONKEYPROT, OP_REQUESTFILENAME, GREETED, answer_file_name,
	"REQUESTFILENAME"},
    {OP_EDONKEYPROT, OP_ASKSHAREDDIRS, GREETED, answer_browse_dirs,
	"ASKSHAREDDIRS"},
    {OP_EDONKEYPROT, OP_ASKSHAREDFILESDIR, GREETED, answer_browse_dir,
	"ASKSHAREDFILESDIR"},
    {OP_EMULEPROT, OP_EMULEINFO, GREETED, answer_emule_info, "EMULEINFO"},
    {OP_EMULEPROT, OP_MULTIPACKET, GREETED, answer_bundle, "MULTIPACKET"},
    {OP_EMULEPROT, OP_MULTIPACKET_EXT, GREETED, answer_bundle,
	"MULTIPACKET_EXT"},
    {OP_EMULEPROT, OP_MULTIPACKET_EXT2, GREETED, answer_bundle,
	"MULTIPACKET_EXT2"},
    {OP_EMULEPROT, OP_HASHSETREQUEST2, GREETED, answer_hash_set2,
	"HASHSETREQUEST2"},
    {OP_EMULEPROT, OP_PUBLICIP_REQ, GREETED, answer_public_ip, "PUBLICIP_REQ"},
    {OP_EMULEPROT, OP_AICHREQUEST, GREETED, answer_aich_request, "AICHREQUEST"},
    {OP_EMULEPROT, OP_AICHFILEHASHREQ, GREETED, answer_aich_root,
	"AICHFILEHASHREQ"},
    {OP_EMULEPROT, OP_REQUESTPARTS_I64, GREETED, on_request_parts,
	"REQUESTPARTS_I64"},
    {OP_EMULEPROT, OP_PORTTEST, IN_HELLO | GREETED, answer_port_test,
	"PORTTEST"},
};

bool
session_wants_input(const struct session *s)
{
	return s->state != SESSION_ENDED &&
	    !(s->state == SESSION_DIRECT && s->ranges.n_queue == RANGES_MAX);
}

const char *
session_packet(struct session *s, uint64_t now_ms, const struct packet *p,
    struct writer *out)
{
	s->last_frame_ms = now_ms;
	s->partial = false; /* what follows is another frame */
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		const struct message *m = &messages[i];

		if (m->protocol != p->protocol || m->opcode != p->opcode ||
		    !(m->states & (1u << s->state)))
			continue;
		m->handle(s, p, out);
		return m->name;
	}
	if (s->state == SESSION_HELLO)
		session_bad_peer(s, "no HELLO first");
	return NULL;
}

bool
session_has_frames(const struct session *s)
{
	return s->state != SESSION_ENDED && s->ranges.n_queue > 0 &&
	    !s->direct_waits;
}

bool
session_next_frame(struct session *s, uint64_t max, struct session_frame *out)
{
	if (!session_has_frames(s))
		return false;
	out->direct = s->state == SESSION_DIRECT;
	/* a direct client gets one answer to one request */
	out->range =
	    ranges_cut(&s->ranges, out->direct ? UINT64_MAX : max, out->hash);
	s->slot_bytes += out->range.end - out->range.start;
	return true;
}

void
session_file_gone(
    struct session *s, const uint8_t hash[HASH_SIZE], struct writer *out)
{
	ranges_drop_file(&s->ranges, hash);
	if (s->state == SESSION_DIRECT)
		return; /* its dialect has no such answer */
	msg_put_no_file(out, hash);
	memcpy(s->refused, hash, HASH_SIZE);
	s->has_refused = true;
}

/* When the peer last said something, or took something. */
static uint64_t
last_active_ms(const struct session *s)
{
	return s->last_taken_ms > s->last_frame_ms ? s->last_taken_ms
						   : s->last_frame_ms;
}

/*
 * Should the slot end now? At the border of a range only, so that the peer has
 * no half of one, and only if somebody else waits.
 */
static bool
is_slot_over(const struct session *s, uint64_t now_ms)
{
	const struct session_slots *slots = s->config->slots;
	bool unused = s->ranges.n_queue == 0 &&
	    now_ms - last_active_ms(s) >= SLOT_IDLE_MS;

	if (!slots || ranges_is_begun(&s->ranges))
		return false;
	return (unused || s->slot_bytes >= SLOT_BYTES ||
		   now_ms - s->slot_ms >= SLOT_MS) &&
	    slots->others_wait(slots->ctx);
}

/* The slot is over: back into the queue, behind those who wait. */
static void
end_slot(struct session *s, uint64_t now_ms, struct writer *w)
{
	uint16_t rank;

	give_slot(s, now_ms);
	if (s->state == SESSION_DIRECT) {
		s->slot_ms = 0;
		if (s->ranges.n_queue > 0)
			hold_direct(s, now_ms);
		return;
	}
	ranges_clear(&s->ranges);
	msg_put_out_of_parts(w);
	/*
	 * No rank goes with it: eMule takes one for each STARTUPLOADREQ, and
	 * calls the third that it did not ask for a flood.
	 */
	s->keep_alive_ms = now_ms;
	s->state = SESSION_WAITING;
	if (ask_slot(s, now_ms, &rank)) {
		s->state = SESSION_UPLOADING;
		msg_put_accept_upload(w);
	}
}

/* A waiting peer: is it its turn, and does it know that we are here? */
static void
turn_waiting(struct session *s, uint64_t now_ms, struct writer *w)
{
	uint16_t rank;

	if (now_ms >= s->ask_ms && ask_slot(s, now_ms, &rank)) {
		s->state = SESSION_UPLOADING;
		msg_put_accept_upload(w);
	} else if (now_ms - s->keep_alive_ms >= KEEP_ALIVE_MS) {
		s->keep_alive_ms = now_ms;
		msg_put_keep_alive(w, s->file);
	}
}

static void
turn_direct(struct session *s, uint64_t now_ms)
{
	uint16_t rank;

	if (now_ms >= s->ask_ms)
		s->direct_waits = !ask_slot(s, now_ms, &rank);
	if (s->direct_waits && now_ms - s->wait_since_ms >= DIRECT_WAIT_MS)
		session_stop(s, END_BUSY);
}

void
session_tick(struct session *s, uint64_t now_ms, struct writer *out)
{
	if (s->state == SESSION_WAITING)
		turn_waiting(s, now_ms, out);
	else if (s->state == SESSION_DIRECT && s->direct_waits)
		turn_direct(s, now_ms);
	else if ((s->state == SESSION_UPLOADING ||
		     (s->state == SESSION_DIRECT && s->slot_ms > 0)) &&
	    is_slot_over(s, now_ms))
		end_slot(s, now_ms, out);
}

/* End the session if it is past a deadline, else say how far off that is. */
static uint64_t
deadline(struct session *s, uint64_t now_ms, uint64_t since_ms,
    uint64_t span_ms, enum session_end end)
{
	uint64_t waited = now_ms - since_ms;

	if (waited < span_ms)
		return span_ms - waited;
	session_stop(s, end);
	return 0;
}

/* For one who waits: until its next turn, or the end of all patience. */
static uint64_t
wait_left(struct session *s, uint64_t now_ms)
{
	uint64_t left =
	    deadline(s, now_ms, s->last_frame_ms, s->config->wait_ms, END_IDLE);
	uint64_t ask = s->ask_ms > now_ms ? s->ask_ms - now_ms : 0;

	if (s->sending)
		left = min_u64(left,
		    deadline(s, now_ms, s->last_taken_ms, s->config->stall_ms,
			END_STALLED));
	return min_u64(left, ask);
}

uint64_t
session_pulse(struct session *s, const struct session_pulse *pulse)
{
	const struct session_config *c = s->config;
	uint64_t now = pulse->now_ms, left = UINT64_MAX;

	/* a stretch of sending begins and ends with a fresh clock */
	if (pulse->taken_bytes != s->taken_bytes ||
	    pulse->sending != s->sending)
		s->last_taken_ms = now;
	s->taken_bytes = pulse->taken_bytes;
	s->sending = pulse->sending;
	if (pulse->partial && !s->partial)
		s->partial_ms = now;
	s->partial = pulse->partial;

	if (s->state == SESSION_HELLO)
		left = deadline(s, now, s->began_ms, c->hello_ms, END_NO_HELLO);
	else if (s->state == SESSION_WAITING || s->direct_waits)
		left = wait_left(s, now);
	else if (pulse->sending)
		left = deadline(
		    s, now, s->last_taken_ms, c->stall_ms, END_STALLED);
	else if (!s->partial)
		left =
		    deadline(s, now, last_active_ms(s), c->idle_ms, END_IDLE);
	if (c->session_ms > 0)
		left = min_u64(left,
		    deadline(s, now, s->began_ms, c->session_ms, END_TIME_UP));
	if (s->partial && s->state != SESSION_HELLO)
		left = min_u64(left,
		    deadline(
			s, now, s->partial_ms, c->idle_ms, END_HALF_FRAME));
	return left;
}

const char *
session_end_name(enum session_end end)
{
	static const char *const names[] = {
	    [END_NONE] = "none",
	    [END_HUNG_UP] = "hung-up",
	    [END_GONE] = "gone",
	    [END_IDLE] = "idle",
	    [END_BUSY] = "busy",
	    [END_TIME_UP] = "time-up",
	    [END_NO_HELLO] = "no-hello",
	    [END_HALF_FRAME] = "half-frame",
	    [END_STALLED] = "stalled",
	    [END_BAD_PEER] = "bad-peer",
	    [END_FILE_FAILED] = "file-failed",
	    [END_SIGNAL] = "signal",
	};

	return names[end];
}

void
session_each_message(
    void (*visit)(uint8_t protocol, uint8_t opcode, const char *name))
{
	for (size_t i = 0; i < ARRAY_LEN(messages); i++)
		visit(
		    messages[i].protocol, messages[i].opcode, messages[i].name);
}
