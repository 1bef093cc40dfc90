/*
 * serve/talk: a peer says what it likes, and time, the slots, the socket and
 * the files do what they like. Yet all that leaves is whole frames within
 * REPLY_MAX, every byte of a file lies within it and was asked for, nothing is
 * sent without a slot, a session that has ended stays so, and one that has not
 * has a next deadline. All is in memory: fuzz_conn.c has files and a socket.
 *
 * Input: u8 settings; then steps, each of a kind and what it takes.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "base/util.h"
#include "proto/aich_tree.h"
#include "serve/talk/deadline.h"
#include "serve/talk/dispatch.h"
#include "serve/talk/slot.h"

enum step {
	STEP_EDONKEY, /* u8 opcode, u8 n, n bytes: a frame 0xE3 */
	STEP_EMULE,   /* the same: 0xC5 */
	STEP_BYTES,   /* u8 n, n bytes: anything, maybe no frame */
	STEP_TIME,    /* u8: so much of it passes */
	STEP_SLOTS,   /* u8: 1: some are free, 2: others wait */
	STEP_SEND,    /* u16: frames of at most so much data */
	STEP_SOCKET,  /* u8: 1: sending, 2: in a frame; so many bytes taken */
	STEP_GONE,    /* the file of the last data frame is there no more */
	N_STEPS
};

#define ASKED_MAX 4096
#define IN_SIZE   (2 * PACKET_PAYLOAD_MAX)
#define T0        1000000

static struct session s;
static struct session_config config;
static uint64_t now_ms, taken_bytes;
static bool sending, in_frame;
static bool has_rate; /* which lets 100 bytes a second through */
static uint8_t in[IN_SIZE];
static size_t in_len;
static uint8_t *reply; /* REPLY_MAX bytes */

/* What the slots do, and whether the session has one. */
static bool slots_free, slots_wanted, has_slot;

/* Ranges that the peer has asked for, right or wrong. */
static struct {
	uint8_t hash[HASH_SIZE];
	struct range range;
} asked[ASKED_MAX];
static size_t n_asked;

static struct session_frame last_frame;

/* The share: what a file is, its hash says. */

static const uint64_t sizes[] = {
    5000000000,
    1,
    300000,
    PART_SIZE - 1,
    10000000,
    PART_SIZE,
    PART_SIZE + 1,
    2 * PART_SIZE,
    441 * PART_SIZE + 1,
    EMULE_FILE_MAX,
    EMULE_FILE_MAX + 1,
    UINT64_MAX,
};

enum {
	FILE_SILENT = ARRAY_LEN(sizes),
	FILE_ALIAS,   /* found by direct clients only */
	FILE_UNKNOWN, /* and those behind it */
	N_LISTED = 20,
};

/* As much as the recovery data of any part. */
#define RECOVERY_SIZE 2000

static const char *const names[] = {
    "Bigger.bin",
    "",
    "\xC3\xBC\xE2\x82\xAC.txt",
    "\xFC.txt",
    /* 256 bytes */
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "\xC3\xBC",
};

static enum catalog_result
find(void *ctx, const uint8_t hash[HASH_SIZE], bool alias,
    struct catalog_file *out)
{
	unsigned which = hash[0] % 16;

	(void)ctx;
	if (which >= FILE_UNKNOWN || (which == FILE_ALIAS && !alias))
		return CATALOG_UNKNOWN;
	*out = (struct catalog_file){
	    .size = which < ARRAY_LEN(sizes) ? sizes[which] : 1000,
	    .name = names[hash[2] % ARRAY_LEN(names)],
	    .weight = 1u << hash[3] % 3,
	    .has_aich = hash[1] & 1,
	};
	return which == FILE_SILENT ? CATALOG_SILENT : CATALOG_FOUND;
}

/*
 * Files have hashes unless the last byte of theirs says otherwise. Only the
 * ends are written: the hashes of the largest file are a megabyte.
 */
static bool
get_hashes(const uint8_t hash[HASH_SIZE], uint8_t *out, size_t len)
{
	if (len > 0)
		out[0] = out[len - 1] = 0xAA;
	return hash[HASH_SIZE - 1] % 8 != 5;
}

static bool
part_hashes(void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	(void)ctx;
	return get_hashes(hash, out, n * HASH_SIZE);
}

static bool
aich_part_hashes(
    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	(void)ctx;
	return get_hashes(hash, out, n * AICH_SIZE);
}

static bool
aich_recovery(
    void *ctx, const uint8_t hash[HASH_SIZE], size_t part, struct writer *w)
{
	struct catalog_file file;
	uint8_t *out;

	must(find(ctx, hash, false, &file) == CATALOG_FOUND);
	must(aich_is_recoverable(file.size, part));
	out = put_slice(w, RECOVERY_SIZE);
	return out && get_hashes(hash, out, RECOVERY_SIZE);
}

static bool
comment(void *ctx, const uint8_t hash[HASH_SIZE], struct catalog_comment *out)
{
	(void)ctx;
	memset(out->text, hash[4], sizeof out->text);
	out->rating = hash[4] % 6;
	out->len = hash[4] % (COMMENT_MAX + 1);
	return hash[4] > 0;
}

static void
each(void *ctx,
    bool (*visit)(void *visit_ctx, const uint8_t hash[HASH_SIZE],
	const struct catalog_file *file),
    void *visit_ctx)
{
	for (uint8_t i = 0; i < N_LISTED; i++) {
		uint8_t hash[HASH_SIZE] = {i, 0, i};
		struct catalog_file file;

		if (find(ctx, hash, false, &file) == CATALOG_FOUND &&
		    !visit(visit_ctx, hash, &file))
			break;
	}
}

static const struct catalog catalog = {
    .find = find,
    .part_hashes = part_hashes,
    .aich_part_hashes = aich_part_hashes,
    .aich_recovery = aich_recovery,
    .comment = comment,
    .each = each,
};

/* The slots. */

static bool
ask(void *ctx, uint32_t weight, uint64_t now, uint16_t *rank,
    uint64_t *again_ms)
{
	(void)ctx;
	must(weight > 0 && now <= now_ms);
	must(s.state != SESSION_ENDED);
	/* one who has a slot asks only for another weight */
	must(!has_slot || s.state == SESSION_UPLOADING);
	has_slot = has_slot || slots_free;
	*rank = 7;
	*again_ms = 100;
	return has_slot;
}

static void
give(void *ctx, uint64_t now)
{
	(void)ctx;
	must(now <= now_ms);
	has_slot = false;
}

static bool
others_wait(void *ctx)
{
	(void)ctx;
	return slots_wanted;
}

static const struct slot_source slots = {NULL, ask, give, others_wait};

/* What must hold. */

static bool
is_answer(uint8_t protocol, uint8_t opcode)
{
	static const uint8_t edonkey[] = {OP_HELLOANSWER, OP_FILEREQANSNOFIL,
	    OP_FILESTATUS, OP_HASHSETANSWER, OP_ACCEPTUPLOADREQ,
	    OP_OUTOFPARTREQS, OP_REQFILENAMEANSWER, OP_CHANGE_SLOT,
	    OP_ASKSHAREDFILESANSWER, OP_ASKSHAREDDIRSANS,
	    OP_ASKSHAREDFILESDIRANS, OP_ASKSHAREDDENIEDANS, OP_PORTTEST};
	static const uint8_t emule[] = {OP_EMULEINFOANSWER, OP_QUEUERANKING,
	    OP_FILEDESC, OP_MULTIPACKETANSWER, OP_PUBLICIP_ANSWER,
	    OP_AICHANSWER, OP_AICHFILEHASHANS, OP_MULTIPACKETANSWER_EXT2,
	    OP_HASHSETANSWER2};

	return protocol == OP_EDONKEYPROT
	    ? memchr(edonkey, opcode, sizeof edonkey) != NULL
	    : protocol == OP_EMULEPROT &&
		memchr(emule, opcode, sizeof emule) != NULL;
}

/* What was written is whole frames that we may send, in this state. */
static void
check_replies(const struct writer *w, enum session_state before)
{
	struct reader r = reader_of(w->data, w->pos);

	must(!w->bad);
	must(before != SESSION_ENDED || w->pos == 0);
	must(before != SESSION_DIRECT || w->pos == 0);
	while (reader_left(&r) > 0) {
		uint8_t protocol = get_u8(&r);
		uint32_t length = get_u32(&r);
		uint8_t opcode = get_u8(&r);

		must(!r.bad && length > 0 && is_answer(protocol, opcode));
		must(before != SESSION_HELLO || opcode == OP_HELLOANSWER ||
		    opcode == OP_PORTTEST);
		must(get_slice(&r, length - 1));
	}
}

static void
check_session(void)
{
	must(s.ranges.n_queue <= RANGES_MAX && s.ranges.n_done <= DONE_MAX);
	must((s.state == SESSION_ENDED) == (s.end != END_NONE));
	must((s.end == END_BAD_PEER) == (s.fault != NULL));
	must(s.n_strikes <= STRIKES_MAX || s.state == SESSION_ENDED);
	if (config.slots && s.state != SESSION_DIRECT &&
	    s.state != SESSION_ENDED)
		must(
		    has_slot == (s.state == SESSION_UPLOADING && !s.slot_over));
}

static bool
was_asked_for(const struct session_frame *f)
{
	for (size_t i = 0; i < n_asked; i++)
		if (asked[i].range.start <= f->range.start &&
		    asked[i].range.end >= f->range.end &&
		    same_hash(asked[i].hash, f->hash))
			return true;
	return false;
}

static void
check_frame(const struct session_frame *f, uint64_t max)
{
	struct catalog_file file;
	uint8_t header[DATA_HEADER_MAX];
	size_t n = f->direct ? msg_direct_data_header(header, f->hash, f->range)
			     : msg_data_header(header, f->hash, f->range);
	struct reader r = reader_of(header + 1, 4);
	uint64_t len = f->range.end - f->range.start;

	must(f->range.start < f->range.end);
	must(find(NULL, f->hash, f->direct, &file) == CATALOG_FOUND);
	must(f->range.end <= file.size);
	must(len <= (f->direct ? config.direct_max : min_u64(max, RANGE_MAX)));
	must(f->direct || file.size <= EMULE_FILE_MAX);
	must(was_asked_for(f));
	must(!config.slots || has_slot);
	must(get_u32(&r) == n - PACKET_HEADER_SIZE + 1 + len);
}

/* What can happen. */

static void
note_asked(const uint8_t hash[HASH_SIZE], struct range r)
{
	if (n_asked == ASKED_MAX)
		return;
	memcpy(asked[n_asked].hash, hash, HASH_SIZE);
	asked[n_asked++].range = r;
}

/* Note what this frame may ask for, in either dialect. */
static void
note_request(const struct packet *p)
{
	uint8_t hash[HASH_SIZE];
	struct range ranges[3];

	if (msg_get_request_parts(p, hash, ranges))
		for (size_t i = 0; i < 3; i++)
			note_asked(hash, ranges[i]);
	if (msg_get_direct_request(p, hash, ranges))
		note_asked(hash, ranges[0]);
}

static void
read_frames(void)
{
	struct reader r = reader_of(in, in_len);

	while (
	    !in_frame && session_wants_input(&s) && n_asked + 4 < ASKED_MAX) {
		struct writer w = writer_of(reply, REPLY_MAX);
		enum session_state before = s.state;
		struct packet p;
		enum packet_result res = packet_next(&r, &p);
		uint8_t *payload;

		if (res == PACKET_BAD)
			session_bad_peer(&s, "broken frame");
		if (res != PACKET_OK)
			break;
		note_request(&p);
		p.payload = payload = exact_copy(p.payload, p.payload_len);
		dispatch_packet(&s, now_ms, &p, &w);
		free(payload);
		check_replies(&w, before);
		check_session();
	}
	in_len -= r.pos;
	memmove(in, in + r.pos, in_len);
}

static void
arrive(struct reader *r, size_t n)
{
	n = min_size(n, min_size(reader_left(r), IN_SIZE - in_len));
	get_bytes(r, in + in_len, n);
	in_len += n;
}

/* A frame in two pieces, so that the first is there alone. */
static void
arrive_frame(struct reader *r, uint8_t protocol)
{
	struct writer w = writer_of(in + in_len, IN_SIZE - in_len);
	uint8_t opcode = get_u8(r), n = get_u8(r);

	if (w.cap < PACKET_HEADER_SIZE + 255)
		return;
	put_u8(&w, protocol);
	put_u32(&w, 1 + (uint32_t)n);
	in_len += w.pos;
	read_frames();
	w = writer_of(in + in_len, IN_SIZE - in_len);
	put_u8(&w, opcode);
	get_bytes(r, put_slice(&w, n), n);
	in_len += w.pos;
}

static void
pass_time(uint8_t which)
{
	static const uint32_t spans[] = {0, 1, 99, 100, 1000, 10000,
	    KEEP_ALIVE_MS, SLOT_IDLE_MS, DIRECT_WAIT_MS, 60000, 600000,
	    SLOT_MS};

	now_ms += spans[which % ARRAY_LEN(spans)];
}

static void
send_frames(uint16_t max)
{
	for (int i = 0; i < 8; i++) {
		enum session_state before = s.state;

		if (!session_next_frame(&s, (uint64_t)max + 1, &last_frame)) {
			must(!session_has_frames(&s));
			break;
		}
		must(before != SESSION_ENDED && s.state == before);
		check_frame(&last_frame, (uint64_t)max + 1);
		check_session();
	}
}

static void
lose_file(void)
{
	struct writer w = writer_of(reply, REPLY_MAX);
	enum session_state before = s.state;

	if (before == SESSION_ENDED || last_frame.range.end == 0)
		return;
	session_file_gone(&s, last_frame.hash, &w);
	check_replies(&w, before);
	for (size_t i = 0; i < s.ranges.n_queue; i++)
		must(!same_hash(s.ranges.queue[i].hash, last_frame.hash));
}

/* The end of a turn, as the loop has it. */
static void
turn(void)
{
	struct writer w = writer_of(reply, REPLY_MAX);
	struct socket_state pulse = {
	    .now_ms = now_ms,
	    .taken_bytes = taken_bytes,
	    .on_way_bytes = sending ? UINT64_MAX : 0,
	    .let_bytes = has_rate ? (now_ms - T0) / 10 : UINT64_MAX,
	    .sending = sending,
	};
	enum session_state before = s.state;
	uint64_t left;

	slot_update(&s, now_ms, in_frame ? NULL : &w);
	check_replies(&w, before);
	pulse.partial = in_len > 0 && session_wants_input(&s);
	left = deadline_check(&s, &pulse);
	must(left > 0 || s.state == SESSION_ENDED || in_frame);
	check_session();
}

static void
step(struct reader *r)
{
	switch ((enum step)(get_u8(r) % N_STEPS)) {
	case STEP_EDONKEY:
		arrive_frame(r, OP_EDONKEYPROT);
		break;
	case STEP_EMULE:
		arrive_frame(r, OP_EMULEPROT);
		break;
	case STEP_BYTES:
		arrive(r, get_u8(r));
		break;
	case STEP_TIME:
		pass_time(get_u8(r));
		break;
	case STEP_SLOTS:
		slots_free = reader_left(r) > 0 && (r->data[r->pos] & 1);
		slots_wanted = get_u8(r) & 2;
		break;
	case STEP_SEND:
		send_frames(get_u16(r));
		break;
	case STEP_SOCKET:
		taken_bytes += get_u8(r);
		sending = taken_bytes & 1;
		in_frame = taken_bytes & 2;
		break;
	case STEP_GONE:
		lose_file();
		break;
	default:
		break;
	}
}

static void
begin(uint8_t settings)
{
	config = (struct session_config){
	    .self = {.port = 4662, .name = "fuzz", .mod = "fuzz 1.0"},
	    .peer_has_ipv4 = settings & 1,
	    .hello_ms = 40000,
	    .idle_ms = 60000,
	    .stall_ms = 120000,
	    .wait_ms = 600000,
	    .session_ms = settings & 2 ? 7200000 : 0,
	    .direct_max = 10485760,
	    .slots = settings & 4 ? &slots : NULL,
	    .browse = settings & 8,
	};
	if (!reply)
		reply = malloc(REPLY_MAX);
	must(reply);
	now_ms = T0;
	taken_bytes = in_len = n_asked = 0;
	sending = in_frame = has_slot = slots_wanted = false;
	has_rate = settings & 16;
	slots_free = true;
	last_frame = (struct session_frame){0};
	session_init(&s, &config, &catalog, now_ms);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	enum session_end end = END_NONE;

	begin(get_u8(&r));
	while (reader_left(&r) > 0) {
		step(&r);
		turn();
		read_frames();
		must(end == END_NONE || end == s.end);
		end = s.end;
	}
	return 0;
}
