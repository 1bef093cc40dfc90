/* serve/talk/request.h: direct clients. SPDX-License-Identifier: ISC */
#include "session_rig.h"

static void
a_direct_client_gets_each_range_in_one_frame(void **state)
{
	uint8_t header[DATA_HEADER_MAX];
	struct session_frame f;
	size_t n;

	(void)state;
	check("e32100000047" HASH_F2 "0000000000000000 0000040000000000", "");
	assert_int_equal(s.state, SESSION_DIRECT);
	assert_true(is_hash(s.file, HASH_F2));
	assert_true(session_next_frame(&s, 10240, &f));
	assert_true(f.direct);
	n = msg_direct_data_header(header, f.hash, f.range);
	assert_hex(header, n,
	    "e32100040046" HASH_F2 "0000000000000000 0000040000000000");
	check_no_frame();
	/* the same again is a new request, and two are two */
	direct(HASH_F2, 0, 262144);
	direct(HASH_F2, 0, 262144);
	check_frame(1, 0, 262144);
	check_frame(1, 0, 262144);
	check_no_frame();
	/* more of them than a session remembers */
	for (uint64_t i = 0; i < 100; i++) {
		direct(HASH_F2, i, i + 10);
		check_frame(1, i, i + 10);
	}
}

static void
direct_requests_that_are_senseless_get_no_answer(void **state)
{
	static const struct {
		const char *hash;
		uint64_t start, end;
	} cases[] = {
	    {HASH_NONE, 0, 10},
	    {HASH_SILENT, 0, 10},
	    {HASH_F2, 10, 10},
	    {HASH_F2, 10, 9},
	    {HASH_F2, 0, 0},
	    {HASH_F2, UINT64_MAX, 0},
	    {HASH_F2, UINT64_MAX, 1},
	    {HASH_G, 0, 10485761},
	    {HASH_G, 0, UINT64_MAX},
	    {HASH_F2, 1, UINT64_MAX},
	    {HASH_NONE, UINT64_MAX - 1, UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		/* as the first frame, and later */
		begin(NULL);
		for (int k = 0; k < 2; k++) {
			direct(cases[i].hash, cases[i].start, cases[i].end);
			assert_int_equal(s.state, SESSION_DIRECT);
			assert_int_equal(reply_len, 0);
			check_no_frame();
		}
		direct(HASH_F2, 0, 10);
		check_frame(10, 0, 10);
	}
}

static void
direct_requests_reach_up_to_their_bound(void **state)
{
	(void)state;
	direct(HASH_G, 1, 10485761);
	check_frame(1, 1, 10485761);
	direct(HASH_G, UINT64_C(4990000000), UINT64_C(5000000000));
	check_frame(1, UINT64_C(4990000000), UINT64_C(5000000000));
}

static void
a_direct_request_past_the_end_ends_the_session(void **state)
{
	(void)state;
	direct(HASH_F1, 299999, 300000);
	check_frame(1, 299999, 300000);
	direct(HASH_F1, 299999, 300001);
	check_bad_peer("direct request past the end of the file");
	begin(NULL);
	direct(HASH_F1, UINT64_MAX - 1, UINT64_MAX);
	check_bad_peer("direct request past the end of the file");
}

static void
a_direct_client_finds_files_by_alias_and_of_any_size(void **state)
{
	struct session_frame f;

	(void)state;
	direct(HASH_BLUE, 0, 100);
	assert_true(session_next_frame(&s, 1, &f));
	/* the answer carries the hash that was asked for */
	assert_true(is_hash(f.hash, HASH_BLUE));
	direct(HASH_RED, 0, 100);
	check_frame(1, 0, 100);
	direct(HASH_HUGE, EMULE_FILE_MAX, EMULE_FILE_MAX + 1);
	check_frame(1, EMULE_FILE_MAX, EMULE_FILE_MAX + 1);
}

static void
first_requests_of_other_lengths_are_not_direct(void **state)
{
	static const uint8_t zeros[80];

	(void)state;
	for (uint32_t n = 0; n <= sizeof zeros; n++) {
		struct packet p = {OP_EDONKEYPROT, OP_REQUESTPARTS, zeros, n};

		begin(NULL);
		say_packet(&p);
		if (n == 32)
			assert_int_equal(s.state, SESSION_DIRECT);
		else
			check_bad_peer("no HELLO first");
	}
	begin(NULL);
	check(FRAME_A3, "");
	check_bad_peer("no HELLO first");
}

static void
a_short_direct_request_ends_the_session(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 32; n++) {
		static const uint8_t zeros[32];
		struct packet p = {OP_EDONKEYPROT, OP_REQUESTPARTS, zeros, n};

		begin(NULL);
		direct(HASH_F1, 0, 10);
		say_packet(&p);
		check_bad_peer("malformed direct request");
	}
}

static void
after_hello_a_direct_request_is_malformed(void **state)
{
	(void)state;
	greet();
	check(FRAME_47_DIRECT, "");
	check_bad_peer("malformed REQUESTPARTS");
}

static void
a_direct_client_with_a_full_queue_waits_outside(void **state)
{
	(void)state;
	assert_true(session_wants_input(&s));
	for (uint64_t i = 0; i < RANGES_MAX; i++) {
		assert_true(session_wants_input(&s));
		direct(HASH_G, i, i + 10);
	}
	assert_int_equal(s.ranges.n_queue, RANGES_MAX);
	assert_false(session_wants_input(&s));
	check_frame(1, 0, 10);
	assert_true(session_wants_input(&s));
	direct(HASH_G, 100, 110);
	assert_false(session_wants_input(&s));
	for (uint64_t i = 1; i < RANGES_MAX; i++)
		check_frame(1, i, i + 10);
	check_frame(1, 100, 110);
	check_no_frame();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_direct_client_gets_each_range_in_one_frame),
	    TEST(direct_requests_that_are_senseless_get_no_answer),
	    TEST(direct_requests_reach_up_to_their_bound),
	    TEST(a_direct_request_past_the_end_ends_the_session),
	    TEST(a_direct_client_finds_files_by_alias_and_of_any_size),
	    TEST(first_requests_of_other_lengths_are_not_direct),
	    TEST(a_short_direct_request_ends_the_session),
	    TEST(after_hello_a_direct_request_is_malformed),
	    TEST(a_direct_client_with_a_full_queue_waits_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
