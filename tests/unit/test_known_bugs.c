/*
 * The kinds of bugs that eD2k programs have had, each tried on ours: one test a
 * kind, of those that touch an uploader. Bytes go through framing into a
 * session, in blocks of just their size, so that a sanitizer sees each read too
 * far.
 * SPDX-License-Identifier: ISC
 */
#include "session_rig.h"

#include "base/log.h"
#include "proto/ed2klink.h"

static unsigned n_listed;

static void
each(void *ctx, catalog_visit *visit, void *visit_ctx)
{
	const struct catalog_file file = {.size = 1, .name = "f"};
	uint8_t hash[HASH_SIZE] = {0};

	(void)ctx;
	n_listed++;
	visit(visit_ctx, hash, &file);
}

/*
 * Hand over these bytes, as they would come in. False when they do not end with
 * a frame's end, or framing gave them up.
 */
static bool
feed_bytes(const uint8_t *bytes, size_t n)
{
	uint8_t *exact = exact_copy(bytes, n);
	struct reader r = reader_of(exact, n);
	enum packet_result res = PACKET_OK;
	struct packet p;

	reply_len = 0;
	while (s.state != SESSION_ENDED && reader_left(&r) > 0 &&
	    (res = packet_next(&r, &p)) == PACKET_OK) {
		struct writer w = writer_of(reply, sizeof reply);

		dispatch_packet(&s, now, &p, &w);
		assert_false(w.bad);
		reply_len += w.pos;
	}
	if (res == PACKET_BAD)
		session_bad_peer(&s, "broken frame");
	free(exact);
	return res == PACKET_OK;
}

static bool
feed(const char *hex)
{
	static uint8_t bytes[1 << 17];

	return feed_bytes(bytes, unhex(bytes, sizeof bytes, hex));
}

/* A frame with this payload, whatever it says. */
static bool
feed_frame(uint8_t protocol, uint8_t opcode, const void *payload, size_t n)
{
	uint8_t frame[70000];
	struct writer w = writer_of(frame, sizeof frame);
	size_t begin = packet_begin(&w, protocol, opcode);

	put_bytes(&w, payload, n);
	packet_end(&w, begin);
	assert_false(w.bad);
	return feed_bytes(frame, w.pos);
}

/* Everything is allowed. */
static int
begin_open(void **state)
{
	int status = begin(state);

	catalog.each = each;
	config.browse = true;
	n_listed = 0;
	return status;
}

static void
get_slot(void)
{
	start_upload(HASH_F2);
}

/* Length 0 becomes 2^32 - 1 once one is taken off it. */
static void
frame_length_underflow(void **state)
{
	static const char *const bad[] = {"e30000000001", "e3ffffffff01",
	    "c50000000000", "e300000080ff", "e302000100470000",
	    "00010000000147"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		begin_open(NULL);
		feed(bad[i]);
		assert_int_equal(s.end, END_BAD_PEER);
	}
	/* the header alone tells, and parts of it tell nothing */
	for (size_t n = 1; n < PACKET_HEADER_SIZE; n++) {
		uint8_t start[] = {0xE3, 1, 0, 0, 0};

		begin_open(NULL);
		feed_bytes(start, n);
		assert_int_equal(s.state, SESSION_HELLO);
	}
	begin_open(NULL);
	feed("e300000000");
	assert_int_equal(s.end, END_BAD_PEER);
}

/* Nothing is allocated by what a count says, and nothing read that is not there. */
static void
tag_count_from_the_peer(void **state)
{
	static const char *const counts[] = {
	    "ffffffff", "00000080", "01000000", "00010000", "ffff0000"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		char hex[200];

		begin_open(NULL);
		snprintf(hex, sizeof hex,
		    "e321000000 01 10 " HASH_G " cb007107 3612 %s 0201000100",
		    counts[i]);
		feed(hex);
		assert_int_equal(s.state, SESSION_ENDED);
	}
}

/* Each message cut short at each length. */
static void
read_before_size_check(void **state)
{
	static const char *const frames[] = {FRAME_01_AMULE, FRAME_58_V2,
	    FRAME_4F, FRAME_51, FRAME_54, FRAME_47, FRAME_A3, FRAME_01_INFO,
	    FRAME_92, FRAME_A4, FRAME_A9, FRAME_9E, FRAME_9B, FRAME_5E,
	    FRAME_97, FRAME_83, FRAME_81, FRAME_87};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		uint8_t whole[256];
		size_t n = unhex(whole, sizeof whole, frames[i]);

		for (size_t len = 0; len < n - PACKET_HEADER_SIZE; len++) {
			begin_open(NULL);
			get_slot();
			feed_frame(whole[0], whole[5],
			    whole + PACKET_HEADER_SIZE, len);
			/* and as the very first one */
			begin_open(NULL);
			feed_frame(whole[0], whole[5],
			    whole + PACKET_HEADER_SIZE, len);
		}
	}
}

static void
parts_that_are_not_there_in_recovery(void **state)
{
	static const char *const parts[] = {"0200", "ffff", "0080", "0104"};

	(void)state;
	get_slot();
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		char hex[200];

		snprintf(hex, sizeof hex,
		    "c5270000009b" HASH_F2 "%s" SAMPLE_F2_ROOT, parts[i]);
		assert_true(feed(hex));
		assert_int_equal(s.state, SESSION_UPLOADING);
	}
}

/* Nothing is ever inflated, so a bomb is so many bytes and no more. */
static void
zlib_bombs(void **state)
{
	(void)state;
	get_slot();
	assert_true(feed(FRAME_D4));
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
queues_without_bound(void **state)
{
	(void)state;
	get_slot();
	for (uint32_t i = 0; i < 20000 && s.state != SESSION_ENDED; i++) {
		uint8_t payload[HASH_SIZE + 24];
		struct writer w = writer_of(payload, sizeof payload);

		unhex(payload, HASH_SIZE, HASH_F2);
		w.pos = HASH_SIZE;
		for (uint32_t k = 0; k < 6; k++)
			put_u32(&w, 3 * i + k % 3 + k / 3);
		feed_frame(0xE3, OP_REQUESTPARTS, payload, sizeof payload);
		assert_true(s.ranges.n_queue <= RANGES_MAX);
		assert_true(s.ranges.n_done <= DONE_MAX);
	}
	/* lists of the share, over and over */
	begin_open(NULL);
	greet();
	for (int i = 0; i < 1000; i++)
		feed(FRAME_4A);
	assert_true(n_listed <= LISTS_MAX);
}

/* No range leaves the file, whatever its ends are. */
static void
wrapping_ranges(void **state)
{
	static const uint64_t ends[] = {0, 1, SAMPLE_F2_SIZE - 1,
	    SAMPLE_F2_SIZE, SAMPLE_F2_SIZE + 1, UINT32_MAX, UINT64_C(1) << 32,
	    UINT64_C(1) << 63, UINT64_MAX - 1, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
			uint8_t payload[HASH_SIZE + 48] = {0};
			struct writer w = writer_of(payload, sizeof payload);
			struct session_frame frame;

			begin_open(NULL);
			get_slot();
			unhex(payload, HASH_SIZE, HASH_F2);
			w.pos = HASH_SIZE;
			put_u64(&w, ends[i]);
			w.pos = HASH_SIZE + 24;
			put_u64(&w, ends[k]);
			feed_frame(
			    0xC5, OP_REQUESTPARTS_I64, payload, sizeof payload);
			while (session_next_frame(&s, BLOCK_SIZE, &frame)) {
				assert_true(
				    frame.range.start < frame.range.end);
				assert_true(frame.range.end <= SAMPLE_F2_SIZE);
				assert_true(
				    frame.range.end - frame.range.start <=
				    BLOCK_SIZE);
			}
		}
}

/* An unknown question ends a bundle: what follows is not taken for others. */
static void
bundle_out_of_step(void **state)
{
	static const char *const bundles[] = {"ff", "58ffff", "5802", "580000",
	    "4f4f4f4f", "0058", "83", "9e9e", "58020000ffff"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bundles); i++) {
		uint8_t payload[64];
		size_t n;

		begin_open(NULL);
		greet();
		unhex(payload, HASH_SIZE, HASH_F2);
		n = unhex(payload + HASH_SIZE, sizeof payload - HASH_SIZE,
		    bundles[i]);
		assert_true(
		    feed_frame(0xC5, OP_MULTIPACKET, payload, HASH_SIZE + n));
		assert_true(reply_len < 200);
		assert_int_equal(s.state, SESSION_READY);
	}
}

/* Greetings again and again, by others, from the wrong side, or not at all. */
static void
confused_states(void **state)
{
	(void)state;
	greet();
	assert_true(feed(FRAME_01_MLDONKEY)); /* another user hash */
	assert_int_equal(s.state, SESSION_READY);
	for (int i = 0; i < 2 * HELLOS_MAX; i++)
		feed(FRAME_01_AMULE);
	assert_int_equal(s.end, END_BAD_PEER);
	/* what only we may say */
	begin_open(NULL);
	greet();
	assert_true(feed(FRAME_4C FRAME_55 FRAME_50 FRAME_59));
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.state, SESSION_READY);
	/* data before hello */
	begin_open(NULL);
	feed(FRAME_54);
	assert_int_equal(s.end, END_BAD_PEER);
	begin_open(NULL);
	feed(FRAME_47);
	assert_int_equal(s.end, END_BAD_PEER);
}

/* Names reach the log as one printable word. */
static void
formats_and_control_bytes_in_names(void **state)
{
	static const char *const names[] = {"256e2573", "1b5b324a", "0a3c303e",
	    "efbbbf", "00", "ff80", "e280ae", "c285", "22205c"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		static const uint8_t hash[HASH_SIZE];
		uint8_t payload[200];
		struct writer w = writer_of(payload, sizeof payload);
		uint8_t name[16];
		size_t n = unhex(name, sizeof name, names[i]);
		const char *quoted;

		begin_open(NULL);
		put_u8(&w, 16);
		put_bytes(&w, hash, HASH_SIZE);
		put_u32(&w, 0);
		put_u16(&w, 4662);
		put_u32(&w, 1);
		put_u8(&w, 2); /* a string */
		put_u16(&w, 1);
		put_u8(&w, 1); /* the name */
		put_u16(&w, (uint16_t)n);
		put_bytes(&w, name, n);
		put_u32(&w, 0);
		put_u16(&w, 0);
		feed_frame(0xE3, OP_HELLO, payload, w.pos);
		assert_int_equal(s.state, SESSION_READY);
		quoted = log_quote_str(s.hello.name);
		for (const char *c = quoted; *c; c++)
			assert_true((uint8_t)*c >= 0x20 && *c != 0x7F &&
			    (uint8_t)*c != 0xC2); /* which begins C1 */
		assert_null(strstr(quoted, "\xE2\x80\xAE"));
	}
}

/* Links are read by ed2k-share alone, and yet. */
static void
long_links(void **state)
{
	static char link[200000];
	struct ed2klink out;

	(void)state;
	memset(link, 'A', sizeof link - 1);
	assert_false(ed2klink_parse(link, &out));
	memcpy(link, "ed2k://|file|", 13);
	assert_false(ed2klink_parse(link, &out));
	memcpy(link, "ed2k://|file|a|1|", 17); /* an endless hash */
	assert_false(ed2klink_parse(link, &out));
	memcpy(link, "ed2k://|file|a|99999999999999999999999|", 39);
	assert_false(ed2klink_parse(link, &out));
}

/* The folder that a peer names is compared with the one there is, no more. */
static void
paths_from_the_peer(void **state)
{
	static const char *const dirs[] = {
	    "", "..", "/", "/etc", "../../etc", "share/..", "C:\\"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		uint8_t payload[64];
		struct writer w = writer_of(payload, sizeof payload);

		begin_open(NULL);
		greet();
		put_u16(&w, (uint16_t)strlen(dirs[i]));
		put_bytes(&w, dirs[i], strlen(dirs[i]));
		feed_frame(0xE3, OP_ASKSHAREDFILESDIR, payload, w.pos);
		assert_int_equal(n_listed, 0);
		assert_int_not_equal(s.end, END_HUNG_UP);
	}
}

/* More than there should be, behind each message: bytes to be ignored. */
static void
trailing_bytes(void **state)
{
	static const char *const frames[] = {FRAME_58_V2, FRAME_4F, FRAME_51,
	    FRAME_54, FRAME_49, FRAME_56, FRAME_97, FRAME_9E, FRAME_01_INFO};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		uint8_t whole[256];
		size_t n = unhex(whole, sizeof whole, frames[i]);

		begin_open(NULL);
		get_slot();
		memset(whole + n, 0xA5, 32);
		assert_true(feed_frame(whole[0], whole[5],
		    whole + PACKET_HEADER_SIZE, n - PACKET_HEADER_SIZE + 32));
		assert_int_not_equal(s.end, END_BAD_PEER);
	}
}

/* Keys and signatures cost those who check them time; we ask for none. */
static void
floods_of_keys(void **state)
{
	uint8_t key[256] = {250};

	(void)state;
	get_slot();
	for (int i = 0; i < 10000; i++) {
		feed(FRAME_87);
		assert_int_equal(reply_len, 0);
		feed_frame(0xC5, 0x85, key, sizeof key);
		assert_int_equal(reply_len, 0);
	}
	assert_int_equal(s.state, SESSION_UPLOADING);
}

/* A byte now and then keeps nobody here. */
static void
slow_greetings(void **state)
{
	(void)state;
	for (uint64_t ms = 0; ms < config.hello_ms; ms += 1000)
		assert_true(pulse(now + ms, 0, false, true) > 0);
	pulse(now + config.hello_ms, 0, false, true);
	assert_int_equal(s.end, END_NO_HELLO);
}

/* A part map says how large it is, and is not. */
static void
bitmaps_of_any_size(void **state)
{
	(void)state;
	greet();
	assert_true(feed("e31300000058" HASH_F2 "ffff"));
	assert_int_equal(s.state, SESSION_READY);
	assert_true(feed("e31400000058" HASH_F2 "ffff00"));
	assert_int_equal(s.state, SESSION_READY);
}

#define TEST_OPEN(f) cmocka_unit_test_setup(f, begin_open)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_OPEN(frame_length_underflow),
	    TEST_OPEN(tag_count_from_the_peer),
	    TEST_OPEN(read_before_size_check),
	    TEST_OPEN(parts_that_are_not_there_in_recovery),
	    TEST_OPEN(zlib_bombs),
	    TEST_OPEN(queues_without_bound),
	    TEST_OPEN(wrapping_ranges),
	    TEST_OPEN(bundle_out_of_step),
	    TEST_OPEN(confused_states),
	    TEST_OPEN(formats_and_control_bytes_in_names),
	    TEST_OPEN(long_links),
	    TEST_OPEN(paths_from_the_peer),
	    TEST_OPEN(trailing_bytes),
	    TEST_OPEN(floods_of_keys),
	    TEST_OPEN(slow_greetings),
	    TEST_OPEN(bitmaps_of_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
