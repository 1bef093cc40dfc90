/*
 * A session to test: with a catalog of files, slots that are free when the test
 * says so, and a clock that the test moves. `begin` sets all of it up anew.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_SESSION_RIG_H
#define TESTS_SESSION_RIG_H

#include "frames.h"
#include "sample.h"

#include "board/turn.h"
#include "proto/msg.h"
#include "proto/opcodes.h"
#include "proto/parts.h"
#include "serve/talk/answer.h"
#include "serve/talk/catalog.h"
#include "serve/talk/deadline.h"
#include "serve/talk/dispatch.h"
#include "serve/talk/slot_source.h"

#include <stdio.h>

/* Hashes of the catalog besides those of frames.h. */
#define HASH_LARGEST "30303030303030303030303030303030"
#define HASH_HUGE    "31313131313131313131313131313131"
#define HASH_RED     "32323232323232323232323232323232"
#define HASH_BLUE    "33333333333333333333333333333333"
#define HASH_SILENT  "34343434343434343434343434343434"
#define HASH_BROKEN  "35353535353535353535353535353535"
#define HASH_UTF8    "36363636363636363636363636363636"
#define HASH_LATIN1  "37373737373737373737373737373737"
#define HASH_LONG    "38383838383838383838383838383838"
#define HASH_1_LESS  "39393939393939393939393939393939"
#define HASH_PART    "40404040404040404040404040404040"
#define HASH_1_MORE  "41414141414141414141414141414141"
#define HASH_2_PARTS "42424242424242424242424242424242"

/* The session under test, its clock, and its replies to the last frame. */
static struct session s;
static uint64_t now;
static uint8_t reply[REPLY_MAX];
static size_t reply_len;

#define N_FILES 15

struct rig_file {
	const char *hash, *alias;
	uint64_t size;
	const char *name;
	enum catalog_result result; /* if not found */
	bool has_aich;              /* the hashes of F2 */
	uint32_t weight;            /* 0: the normal one */
};

static const struct rig_file files_at_first[N_FILES] = {
    {.hash = HASH_F1,
	.size = SAMPLE_F1_SIZE,
	.name = "A small file.txt",
	.weight = WEIGHT_HIGH},
    {.hash = HASH_F2,
	.size = SAMPLE_F2_SIZE,
	.name = "Bigger.bin",
	.has_aich = true,
	.weight = WEIGHT_LOW},
    {.hash = HASH_G, .size = UINT64_C(5000000000), .name = "g"},
    {.hash = HASH_LARGEST, .size = EMULE_FILE_MAX, .name = "l"},
    {.hash = HASH_HUGE, .size = EMULE_FILE_MAX + 1, .name = "h"},
    {.hash = HASH_RED,
	.alias = HASH_BLUE,
	.size = 2 * PART_SIZE,
	.name = "red"},
    {.hash = HASH_SILENT, .size = 1000, .name = "s", .result = CATALOG_SILENT},
    {.hash = HASH_BROKEN, .size = PART_SIZE, .name = "b"},
    {.hash = HASH_UTF8, .size = 1, .name = "\xC3\xBC\xE2\x82\xAC.txt"},
    {.hash = HASH_LATIN1, .size = 1, .name = "\xFC.txt"},
    {.hash = HASH_LONG,
	.size = 1,
	.name =
	    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
	    "\xC3\xBC"},
    {.hash = HASH_1_LESS, .size = PART_SIZE - 1, .name = "1"},
    {.hash = HASH_PART, .size = PART_SIZE, .name = "p"},
    {.hash = HASH_1_MORE, .size = PART_SIZE + 1, .name = "m"},
    {.hash = HASH_2_PARTS, .size = 2 * PART_SIZE, .name = "2"},
};

/* As they are now: a test may change them. */
static struct rig_file files[N_FILES];

/* What the catalog has besides, and was asked. */
static struct {
	bool has_comment;
	enum {
		RECOVERY_RIGHT,
		RECOVERY_FAILS, /* having written a little */
		RECOVERY_TOO_LONG,
	} recovery;
	unsigned n_recoveries;
	size_t part;
} script;

static inline bool
is_hash(const uint8_t hash[HASH_SIZE], const char *hex)
{
	uint8_t bytes[HASH_SIZE];

	return hex && hex_decode(bytes, hex, HASH_SIZE) &&
	    memcmp(bytes, hash, HASH_SIZE) == 0;
}

static inline struct rig_file *
lookup(const uint8_t hash[HASH_SIZE], bool alias)
{
	for (size_t i = 0; i < N_FILES; i++)
		if (is_hash(hash, files[i].hash) ||
		    (alias && is_hash(hash, files[i].alias)))
			return &files[i];
	return NULL;
}

/* The file with this hash. */
static inline struct rig_file *
file_of(const char *hex)
{
	uint8_t hash[HASH_SIZE];

	assert_true(hex_decode(hash, hex, HASH_SIZE));
	return lookup(hash, false);
}

static inline enum catalog_result
find(void *ctx, const uint8_t hash[HASH_SIZE], bool alias,
    struct catalog_file *out)
{
	const struct rig_file *file = lookup(hash, alias);

	(void)ctx;
	assert_int_equal(alias, s.state == SESSION_DIRECT);
	if (!file || file->result == CATALOG_UNKNOWN)
		return CATALOG_UNKNOWN;
	*out = (struct catalog_file){.size = file->size,
	    .name = file->name,
	    .weight = file->weight ? file->weight : WEIGHT_NORMAL,
	    .has_aich = file->has_aich};
	unhex(out->aich_root, AICH_SIZE, SAMPLE_F2_ROOT);
	return file->result;
}

static inline bool
part_hashes(void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	(void)ctx;
	assert_int_equal(n, parts_md4_count(lookup(hash, false)->size));
	memset(out, 0xAA, n * HASH_SIZE);
	if (is_hash(hash, HASH_F2))
		unhex(out, n * HASH_SIZE, F2_PART_HASHES);
	return !is_hash(hash, HASH_BROKEN);
}

static inline bool
aich_part_hashes(
    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	(void)ctx;
	assert_true(is_hash(hash, HASH_F2));
	assert_int_equal(n, 2);
	unhex(out, n * AICH_SIZE, SAMPLE_F2_AICH_PARTS);
	return true;
}

static inline bool
aich_recovery(
    void *ctx, const uint8_t hash[HASH_SIZE], size_t part, struct writer *w)
{
	uint8_t bytes[128];
	size_t n = unhex(bytes, sizeof bytes, SAMPLE_F2_RECOVERY_1);

	(void)ctx;
	assert_true(is_hash(hash, HASH_F2));
	assert_true(part < 2);
	script.n_recoveries++;
	script.part = part;
	put_bytes(w, bytes, script.recovery == RECOVERY_FAILS ? 10 : n);
	if (script.recovery == RECOVERY_TOO_LONG)
		assert_null(put_slice(w, w->cap));
	return script.recovery != RECOVERY_FAILS;
}

static inline bool
comment(void *ctx, const uint8_t hash[HASH_SIZE], struct catalog_comment *out)
{
	(void)ctx;
	(void)hash;
	out->rating = 4;
	out->len = 9;
	memcpy(out->text, "good copy", 9);
	return script.has_comment;
}

/* What the slots say, and what they were asked. */
static struct {
	bool free, others;
	uint16_t rank;
	uint64_t again_ms;
	bool held; /* a slot or a place */
	int n_asks, n_gives;
	uint32_t weight;
} slot;

static inline bool
slot_ask(void *ctx, uint32_t weight, uint64_t now_ms, uint16_t *rank,
    uint64_t *again_ms)
{
	assert_ptr_equal(ctx, &slot);
	assert_true(now_ms > 0);
	slot.n_asks++;
	slot.weight = weight;
	slot.held = true;
	*rank = slot.rank;
	*again_ms = slot.again_ms;
	return slot.free;
}

static inline void
slot_give(void *ctx, uint64_t now_ms)
{
	assert_ptr_equal(ctx, &slot);
	assert_true(now_ms > 0);
	slot.n_gives++;
	slot.held = false;
}

static inline bool
slot_others_wait(void *ctx)
{
	assert_ptr_equal(ctx, &slot);
	return slot.others;
}

/* For config.slots; without them a slot is always free. */
static const struct slot_source slots
    __attribute__((unused)) = {&slot, slot_ask, slot_give, slot_others_wait};

static struct catalog catalog = {
    .find = find,
    .part_hashes = part_hashes,
    .aich_part_hashes = aich_part_hashes,
    .aich_recovery = aich_recovery,
    .comment = comment,
};
static struct session_config config = {
    .self = {.port = 4662,
	.misc1 = 0x10000104,
	.misc2 = 0x10,
	.name = "upeer",
	.mod = "upeer 1.0"},
    .peer_ipv4 = {203, 0, 113, 7},
    .hello_ms = 10000,
    .idle_ms = 60000,
    .stall_ms = 30000,
    .wait_ms = 600000,
    .direct_max = 10485760,
};

static inline int
begin(void **state)
{
	(void)state;
	memcpy(files, files_at_first, sizeof files);
	memset(&script, 0, sizeof script);
	memset(&slot, 0, sizeof slot);
	slot.rank = 1;
	slot.again_ms = 100;
	config.peer_has_ipv4 = true;
	config.browse = false;
	config.session_ms = 0;
	now = 1000000;
	session_init(&s, &config, &catalog, now);
	return hex_decode(config.self.user_hash,
		   "ca25dac4a60e5e72ca419b24d2eb6f8a", HASH_SIZE)
	    ? 0
	    : -1;
}

static inline const char *
say_packet(const struct packet *p)
{
	struct writer w = writer_of(reply, sizeof reply);
	const char *name = dispatch_packet(&s, now, p, &w);

	assert_false(w.bad);
	reply_len = w.pos;
	return name;
}

static inline const char *
say(const char *hex)
{
	struct packet p = packet_of(hex);

	return say_packet(&p);
}

/* The reply to the last frame must be this. */
static inline void
expect(const char *hex)
{
	assert_hex(reply, reply_len, hex);
}

/* Say this, and the answer must be that. */
static inline void
check(const char *hex, const char *expected)
{
	say(hex);
	expect(expected);
}

/* An 0xE3 frame of this opcode with a hash behind it. */
static inline const char *
with_hash(const char *opcode, const char *hash)
{
	static char hex[64];

	snprintf(hex, sizeof hex, "e311000000%s%s", opcode, hash);
	return hex;
}

static const struct range unused __attribute__((unused)) = {0, 0};

static inline struct range
range(uint64_t start, uint64_t end)
{
	return (struct range){start, end};
}

/* Ask for three ranges in the form with 64-bit offsets. */
static inline void
ask_of(const char *hash, struct range a, struct range b, struct range c)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct packet p = {OP_EMULEPROT, OP_REQUESTPARTS_I64, bytes, 64};

	hex_decode(put_slice(&w, HASH_SIZE), hash, HASH_SIZE);
	put_u64(&w, a.start);
	put_u64(&w, b.start);
	put_u64(&w, c.start);
	put_u64(&w, a.end);
	put_u64(&w, b.end);
	put_u64(&w, c.end);
	assert_string_equal(say_packet(&p), "REQUESTPARTS_I64");
}

/* Block i of G, and a request for three; block 0 for an unused place. */
static inline struct range
block(uint64_t i)
{
	return i == 0 ? unused : range(i * BLOCK_SIZE, (i + 1) * BLOCK_SIZE);
}

static inline void
ask_blocks(uint64_t a, uint64_t b, uint64_t c)
{
	ask_of(HASH_G, block(a), block(b), block(c));
	assert_int_equal(reply_len, 0);
}

/* Ask as a direct client. */
static inline const char *
direct(const char *hash, uint64_t start, uint64_t end)
{
	uint8_t bytes[DIRECT_REQUEST_SIZE];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct packet p = {
	    OP_EDONKEYPROT, OP_REQUESTPARTS, bytes, sizeof bytes};

	hex_decode(put_slice(&w, HASH_SIZE), hash, HASH_SIZE);
	put_u64(&w, start);
	put_u64(&w, end);
	assert_false(w.bad);
	return say_packet(&p);
}

/* The next frame must be this. */
static inline void
check_frame(uint64_t max, uint64_t start, uint64_t end)
{
	struct session_frame f;

	assert_true(session_next_frame(&s, max, &f));
	assert_int_equal(f.range.start, start);
	assert_int_equal(f.range.end, end);
}

static inline void
check_no_frame(void)
{
	struct session_frame f;

	assert_false(session_next_frame(&s, BLOCK_SIZE, &f));
}

static inline void
greet(void)
{
	check(FRAME_01_AMULE, FRAME_4C);
	assert_int_equal(s.state, SESSION_READY);
}

/* begin, for tests of a greeted peer. */
static inline int
begin_greeted(void **state)
{
	int status = begin(state);

	greet();
	return status;
}

/* Greet and get a slot. */
static inline void
start_upload(const char *hash)
{
	greet();
	check(with_hash("54", hash), FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static inline void
check_end(enum session_end end)
{
	assert_int_equal(s.state, end == END_NONE ? s.state : SESSION_ENDED);
	assert_int_equal(s.end, end);
}

static inline void
check_bad_peer(const char *fault)
{
	check_end(END_BAD_PEER);
	assert_string_equal(s.fault, fault);
	assert_int_equal(reply_len, 0);
	assert_false(session_wants_input(&s));
	check_no_frame();
}

/* How things stand at the socket. Returns ms to the next deadline. */
static inline uint64_t
pulse(uint64_t at_ms, uint64_t taken, bool sending, bool partial)
{
	struct socket_state p = {
	    .now_ms = at_ms,
	    .taken_bytes = taken,
	    .on_way_bytes = sending ? UINT64_MAX : 0,
	    .let_bytes = UINT64_MAX,
	    .sending = sending,
	    .partial = partial,
	};

	return deadline_check(&s, &p);
}

#define TEST(f)         cmocka_unit_test_setup(f, begin)
#define TEST_GREETED(f) cmocka_unit_test_setup(f, begin_greeted)

#endif
