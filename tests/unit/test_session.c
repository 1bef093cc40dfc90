/*
 * serve/talk/session.h: whole conversations, and anything at all that a peer may
 * say. What a message or a deadline does by itself is in the tests of those.
 * SPDX-License-Identifier: ISC
 */
#include "session_rig.h"

/* Send what is queued in small frames and check that they make up r. */
static void
check_sent(const char *hash, struct range r)
{
	while (r.start < r.end) {
		struct session_frame f;
		uint64_t len = min_u64(r.end - r.start, 10240);

		assert_true(session_next_frame(&s, 10240, &f));
		assert_true(is_hash(f.hash, hash));
		assert_false(f.direct);
		assert_int_equal(f.range.start, r.start);
		assert_int_equal(f.range.end, r.start + len);
		r.start += len;
	}
}

static void
amule_gets_a_file_of_one_part(void **state)
{
	(void)state;
	assert_int_equal(s.state, SESSION_HELLO);
	check(FRAME_01_AMULE, FRAME_4C);
	check(FRAME_97, FRAME_98);
	check("e31400000058" HASH_F1 "010000",
	    "e32300000059" HASH_F1 "1000 4120736d616c6c2066696c652e747874");
	check(with_hash("54", HASH_F1), FRAME_55);
	check(FRAME_47, "");
	check_sent(HASH_F1, range(0, 184320));
	check_sent(HASH_F1, range(184320, 300000));
	check_no_frame();
	check(FRAME_56, "");
	assert_int_equal(s.state, SESSION_READY);
	assert_int_equal(s.n_strikes, 0);
	assert_true(is_hash(s.file, HASH_F1));
	assert_string_equal(s.hello.name, "aMule");
}

static void
amule_gets_a_file_of_two_parts(void **state)
{
	(void)state;
	check(FRAME_01_AMULE, FRAME_4C);
	check(FRAME_58_V1, FRAME_59);
	check(FRAME_4F, FRAME_50);
	check(FRAME_51, FRAME_52);
	check(FRAME_54, FRAME_55);
	ask_of(HASH_F2, range(9543680, 9728000), range(9728000, 9912320),
	    range(9912320, 10000000));
	check_sent(HASH_F2, range(9543680, 9728000));
	check_sent(HASH_F2, range(9728000, 9912320));
	check_sent(HASH_F2, range(9912320, 10000000));
	check_no_frame();
	check(FRAME_56, "");
	/* and the next file on the same connection */
	check(with_hash("4f", HASH_F1), "e31300000050" HASH_F1 "0000");
	check(with_hash("51", HASH_F1), FRAME_52_F1);
	check(with_hash("54", HASH_F1), FRAME_55);
	assert_int_equal(s.n_strikes, 0);
}

static void
mldonkey_gets_a_file(void **state)
{
	(void)state;
	check(FRAME_01_MLDONKEY, FRAME_4C);
	check(FRAME_58_V1, FRAME_59);
	check(FRAME_4F, FRAME_50);
	check(FRAME_51, FRAME_52);
	check(FRAME_54, FRAME_55);
	ask_of(HASH_F2, range(0, 184320), range(184320, 368640),
	    range(368640, 552960));
	check_sent(HASH_F2, range(0, 184320));
	check_sent(HASH_F2, range(184320, 368640));
	check_sent(HASH_F2, range(368640, 552960));
	check_no_frame();
	assert_int_equal(s.n_strikes, 0);
}

/* The next frame of F1, to a fast peer that has greeted like this. */
static void
check_fast_frame(const char *hello, const char *head, uint64_t len)
{
	uint8_t bytes[DATA_HEADER_MAX];
	struct session_frame f;
	size_t n;

	begin(NULL);
	check(hello, FRAME_4C);
	check(with_hash("54", HASH_F1), FRAME_55);
	ask_of(HASH_F1, range(0, BLOCK_SIZE), unused, unused);
	assert_true(session_next_frame(&s, BLOCK_SIZE, &f));
	n = msg_data_header(bytes, f.hash, f.range);
	assert_hex(bytes, n, head);
	assert_int_equal(f.range.end - f.range.start, len);
}

static void
mldonkey_gets_small_frames_however_fast_it_is(void **state)
{
	(void)state;
	check_fast_frame(FRAME_01_MLDONKEY, HEAD_46, 10240);
	check_frame(BLOCK_SIZE, 10240, 20480);
	/* the next program number, and none, get whole blocks */
	check_fast_frame(FRAME_01_AMULE, HEAD_46_BLOCK, BLOCK_SIZE);
	check_fast_frame("e3550000000110 00112233440e6677889900112233 6f44"
			 "00000000 3612 06000000 02010001 05006d6c6e6574"
			 "0301000f 37120000 03010011 3e000000"
			 "030100f9 00000000"
			 "030100fa 12040000 030100fe 10000000 00000000 0000",
	    HEAD_46_BLOCK, BLOCK_SIZE);
}

static void
a_file_that_went_takes_its_ranges_along(void **state)
{
	struct writer w;
	uint8_t hash[HASH_SIZE];

	(void)state;
	start_upload(HASH_F1);
	ask_of(HASH_F1, range(0, 10), range(20, 30), unused);
	ask_of(HASH_G, range(0, 10), unused, unused);
	ask_of(HASH_F1, range(40, 50), unused, unused);
	assert_int_equal(s.ranges.n_queue, 4);
	file_of(HASH_F1)->result = CATALOG_UNKNOWN;
	assert_true(hex_decode(hash, HASH_F1, HASH_SIZE));
	w = writer_of(reply, sizeof reply);
	session_file_gone(&s, hash, &w);
	assert_hex(reply, w.pos, "e31100000048" HASH_F1);
	assert_int_equal(s.ranges.n_queue, 1);
	check_frame(BLOCK_SIZE, 0, 10);
	/* the peer knows */
	ask_of(HASH_F1, range(0, 10), unused, unused);
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
a_file_that_went_and_came_back_is_served_again(void **state)
{
	struct writer w = writer_of(reply, sizeof reply);
	uint8_t hash[HASH_SIZE];

	(void)state;
	start_upload(HASH_F1);
	assert_true(hex_decode(hash, HASH_F1, HASH_SIZE));
	ask_of(HASH_F1, range(0, 10), unused, unused);
	check_frame(BLOCK_SIZE, 0, 10);
	/* the frame was cut, but could not be sent */
	session_file_gone(&s, hash, &w);
	ask_of(HASH_F1, range(0, 10), unused, unused);
	check_frame(BLOCK_SIZE, 0, 10);
}

static void
a_file_that_went_is_no_answer_to_a_direct_client(void **state)
{
	struct writer w = writer_of(reply, sizeof reply);
	uint8_t hash[HASH_SIZE];

	(void)state;
	assert_true(hex_decode(hash, HASH_F1, HASH_SIZE));
	direct(HASH_F1, 0, 10);
	direct(HASH_G, 0, 10);
	direct(HASH_F1, 0, 10);
	session_file_gone(&s, hash, &w);
	assert_int_equal(w.pos, 0);
	assert_int_equal(s.ranges.n_queue, 1);
	assert_int_equal(s.state, SESSION_DIRECT);
}

static void
the_first_reason_to_end_stays(void **state)
{
	(void)state;
	greet();
	session_stop(&s, END_GONE);
	session_stop(&s, END_SIGNAL);
	check_end(END_GONE);
	pulse(now + 1000000, 0, false, true);
	check_end(END_GONE);
	check("e30100000058", "");
	check_end(END_GONE);
	assert_null(s.fault);
}

static void
every_end_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = END_NONE; i <= END_SIGNAL; i++)
		for (int k = END_NONE; k <= i; k++) {
			const char *a = session_end_name((enum session_end)i);
			const char *b = session_end_name((enum session_end)k);

			assert_non_null(a);
			assert_int_equal(strcmp(a, b) == 0, i == k);
		}
}

/* Anything at all. */

static uint64_t seed;

static uint32_t
roll(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33) % n;
}

static const char *const pool[] = {FRAME_01_AMULE, FRAME_01_SHORT_TAGS,
    FRAME_01_MLDONKEY, FRAME_58_V0, FRAME_58_V2, FRAME_4F, FRAME_51, FRAME_54,
    FRAME_54, FRAME_54_BARE, FRAME_56, FRAME_49, FRAME_4A, FRAME_5D, FRAME_5E,
    FRAME_97, FRAME_FE, FRAME_47, FRAME_47, FRAME_A3, FRAME_A3, FRAME_47_DIRECT,
    FRAME_01_INFO, FRAME_92, FRAME_87, FRAME_4E, FRAME_D4};

/* Places in it. */
enum {
	HELLO_AMULE = 0,
	REQUEST_I64 = 19,
	REQUEST_DIRECT = 21,
};

/* Golden frames and their lengths, decoded once. */
static uint8_t pool_bytes[ARRAY_LEN(pool)][128];
static size_t pool_len[ARRAY_LEN(pool)];

/* One frame, more or less: golden, mutated or noise. Returns its length. */
static size_t
roll_frame(uint8_t out[128])
{
	uint32_t i = roll(ARRAY_LEN(pool));
	size_t n = pool_len[i];

	memcpy(out, pool_bytes[i], n);
	switch (roll(8)) {
	case 0: /* bytes */
		for (uint32_t k = 1 + roll(4); k > 0; k--)
			out[roll((uint32_t)n)] = (uint8_t)roll(256);
		break;
	case 1: /* edge values */
		memset(out + roll((uint32_t)n), roll(2) ? 0xFF : 0,
		    1 + roll((uint32_t)(127 - n) % 8 + 1) - 1);
		break;
	case 2: /* another length, told or not */
		n = 6 + roll(90);
		if (roll(4))
			out[1] = (uint8_t)(n - 5);
		break;
	case 3: /* noise behind a header that holds */
		for (size_t k = 5; k < n; k++)
			out[k] = (uint8_t)roll(256);
		break;
	case 4: /* a request for some blocks, or nearly so */
		n = 70;
		memcpy(out, pool_bytes[REQUEST_I64], n);
		for (size_t k = 0; k < 3; k++) {
			uint64_t at = BLOCK_SIZE * roll(200);
			struct writer w = writer_of(out + 22 + 8 * k, 48);

			put_u64(&w, at);
			put_slice(&w, 16);
			put_u64(&w, at + (roll(20) ? BLOCK_SIZE : roll(3)));
		}
		break;
	default:
		break;
	}
	return n;
}

static void
check_invariants(const struct writer *w)
{
	assert_false(w->bad);
	assert_true(w->pos <= REPLY_MAX);
	assert_true(w->pos == 0 || w->pos >= 6);
	assert_true(s.ranges.n_queue <= RANGES_MAX);
	assert_true(s.ranges.n_done <= DONE_MAX);
	assert_true(s.n_hellos <= HELLOS_MAX + 1);
	assert_true((s.state == SESSION_ENDED) == (s.end != END_NONE));
	assert_true((s.fault != NULL) == (s.end == END_BAD_PEER));
	assert_true(s.n_strikes <= STRIKES_MAX || s.state == SESSION_ENDED);
	for (size_t i = 0; i < s.ranges.n_queue; i++) {
		const struct asked_range *q = &s.ranges.queue[i];

		assert_true(q->range.start <= q->next);
		assert_true(q->next < q->range.end);
		assert_true(i == 0 || q->next == q->range.start);
	}
}

static void
check_some_frames(void)
{
	struct session_frame f;

	for (uint32_t n = roll(6); n > 0; n--) {
		uint64_t max = roll(2) ? BLOCK_SIZE : 10240;
		struct catalog_file file;

		if (!session_next_frame(&s, max, &f))
			return;
		assert_true(f.range.start < f.range.end);
		assert_int_equal(f.direct, s.state == SESSION_DIRECT);
		assert_true(f.range.end - f.range.start <=
		    (f.direct ? config.direct_max : max));
		assert_int_equal(
		    find(NULL, f.hash, f.direct, &file), CATALOG_FOUND);
		assert_true(f.range.end <= file.size);
	}
}

static void
nothing_a_peer_says_breaks_the_session(void **state)
{
	unsigned states_seen = 0, ends_seen = 0;
	size_t most_queued = 0;

	(void)state;
	seed = 42;
	for (size_t i = 0; i < ARRAY_LEN(pool); i++)
		pool_len[i] = unhex(pool_bytes[i], 128, pool[i]);
	begin(NULL);
	for (int i = 0; i < 200000; i++) {
		uint8_t bytes[128];
		size_t n = roll_frame(bytes);
		struct reader r = reader_of(bytes, n);
		struct writer w = writer_of(reply, sizeof reply);
		enum packet_result res;
		struct packet p;

		/* most sessions have to get somewhere */
		if (s.state == SESSION_HELLO && roll(8)) {
			size_t k = roll(8) ? HELLO_AMULE : REQUEST_DIRECT;

			r = reader_of(pool_bytes[k], pool_len[k]);
		}
		res = packet_next(&r, &p);
		if (!session_wants_input(&s))
			while (session_next_frame(
			    &s, BLOCK_SIZE, &(struct session_frame){0}))
				continue;
		if (res == PACKET_OK && session_wants_input(&s))
			dispatch_packet(&s, now, &p, &w);
		check_invariants(&w);
		if (roll(30) == 0)
			check_some_frames();
		now += roll(200) ? roll(1000) : roll(100000);
		pulse(now, roll(3), roll(2), roll(2));
		if (roll(200) == 0 && s.ranges.n_queue > 0) {
			uint8_t hash[HASH_SIZE];

			memcpy(hash, s.ranges.queue[0].hash, HASH_SIZE);
			w = writer_of(reply, sizeof reply);
			session_file_gone(&s, hash, &w);
		}
		check_invariants(&w);
		states_seen |= 1u << s.state;
		ends_seen |= 1u << s.end;
		most_queued = s.ranges.n_queue > most_queued ? s.ranges.n_queue
							     : most_queued;
		if (s.state == SESSION_ENDED ||
		    roll(s.state == SESSION_DIRECT ? 50 : 2000) == 0)
			session_init(&s, &config, &catalog, now);
	}
	/* or this would have proved little */
	/* all but WAITING: a slot is always free here */
	assert_int_equal(states_seen, 0x3F & ~(1u << SESSION_WAITING));
	assert_int_equal(most_queued, RANGES_MAX);
	assert_true(ends_seen & 1u << END_BAD_PEER);
	assert_true(ends_seen & 1u << END_NO_HELLO);
	assert_true(ends_seen & 1u << END_IDLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(amule_gets_a_file_of_one_part),
	    TEST(amule_gets_a_file_of_two_parts),
	    TEST(mldonkey_gets_a_file),
	    TEST(mldonkey_gets_small_frames_however_fast_it_is),
	    TEST(a_file_that_went_takes_its_ranges_along),
	    TEST(a_file_that_went_and_came_back_is_served_again),
	    TEST(a_file_that_went_is_no_answer_to_a_direct_client),
	    TEST(the_first_reason_to_end_stays),
	    TEST(every_end_has_a_name_of_its_own),
	    TEST(nothing_a_peer_says_breaks_the_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
