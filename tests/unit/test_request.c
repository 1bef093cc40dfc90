/*
 * serve/talk/request.h: the ranges that a greeted peer asks for. What a direct
 * client asks for is in test_request_direct.c.
 * SPDX-License-Identifier: ISC
 */
#include "session_rig.h"

#define GIB4 UINT64_C(0x100000000)

static void
ask(uint64_t start, uint64_t end)
{
	ask_of(HASH_G, range(start, end), unused, unused);
}

/* The whole block i must be sent next. */
static void
check_block(uint64_t i)
{
	check_frame(BLOCK_SIZE, block(i).start, block(i).end);
}

static void
check_blocks_1_to_3(void)
{
	for (uint64_t i = 1; i <= 3; i++)
		check_block(i);
}

static void
requests_without_a_slot_are_strikes(void **state)
{
	(void)state;
	greet();
	check(FRAME_47, "");
	check(FRAME_A3, "");
	assert_int_equal(s.n_strikes, 2);
	assert_int_equal(s.ranges.n_queue, 0);
	assert_int_equal(s.state, SESSION_READY);
	/* malformed ones end it all the same */
	check("e30200000047 00", "");
	check_bad_peer("malformed REQUESTPARTS");
}

static void
a_request_for_an_unknown_file_is_refused_once(void **state)
{
	(void)state;
	start_upload(HASH_F1);
	for (int i = 0; i < 3; i++) {
		ask_of(HASH_NONE, range(0, 10), unused, unused);
		assert_hex(reply, reply_len, i == 0 ? FRAME_48 : "");
	}
	assert_int_equal(s.ranges.n_queue, 0);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
amules_triple_listing_sends_each_range_once(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	ask_blocks(2, 3, 4);
	ask_blocks(3, 4, 5);
	assert_int_equal(s.ranges.n_queue, 5);
	for (uint64_t i = 1; i <= 5; i++)
		check_block(i);
	check_no_frame();
	assert_int_equal(s.n_strikes, 0);
}

static void
ranges_are_sent_once_also_when_some_are_under_way(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	check_block(1);
	check_frame(10240, block(2).start, block(2).start + 10240);
	ask_blocks(2, 3, 4);
	check_frame(BLOCK_SIZE, block(2).start + 10240, block(2).end);
	check_block(3);
	/* 2 and 3 are done and still listed: on their way to the peer */
	ask_blocks(2, 3, 4);
	ask_blocks(3, 4, 5);
	check_block(4);
	ask_blocks(4, 5, 6);
	check_block(5);
	check_block(6);
	ask_blocks(5, 6, 0);
	ask_blocks(6, 0, 0);
	check_no_frame();
}

static void
a_range_asked_for_again_after_a_gap_is_served_again(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	check_blocks_1_to_3();
	ask_blocks(4, 5, 6);
	for (uint64_t i = 4; i <= 6; i++)
		check_block(i);
	/* the part with 1 to 3 came out corrupt */
	ask_blocks(1, 2, 3);
	check_blocks_1_to_3();
	check_no_frame();
}

static void
the_same_request_again_after_all_has_arrived_is_served_again(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	check_blocks_1_to_3();
	s.sending = true;
	ask_blocks(1, 2, 3);
	check_no_frame();
	s.sending = false;
	ask_blocks(1, 2, 3);
	check_blocks_1_to_3();
}

static void
a_range_listed_without_those_sent_behind_it_is_served_again(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	check_blocks_1_to_3();
	s.sending = true;
	/* 3 arrived, so 1 did before it */
	ask_blocks(1, 4, 5);
	check_block(1);
	check_block(4);
	check_block(5);
	check_no_frame();
}

static void
a_new_slot_forgets_what_was_served(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	check_blocks_1_to_3();
	s.sending = true; /* the last of it has not arrived yet */
	ask_blocks(1, 2, 3);
	check_no_frame();
	check(with_hash("54", HASH_G), FRAME_55);
	ask_blocks(1, 2, 3);
	check_blocks_1_to_3();
	check(FRAME_56, "");
	check(with_hash("54", HASH_G), FRAME_55);
	ask_blocks(1, 2, 3);
	assert_int_equal(s.ranges.n_queue, 3);
	/* what waits still is not asked for twice by a new slot */
	check(with_hash("54", HASH_G), FRAME_55);
	ask_blocks(1, 2, 3);
	assert_int_equal(s.ranges.n_queue, 3);
}

static void
a_range_twice_in_one_request_is_sent_once(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 1, 1);
	check_block(1);
	check_no_frame();
	assert_int_equal(s.n_strikes, 0);
}

static void
equal_ranges_of_two_files_are_both_sent(void **state)
{
	struct session_frame f;

	(void)state;
	start_upload(HASH_G);
	ask_of(HASH_G, range(0, 1000), unused, unused);
	ask_of(HASH_F1, range(0, 1000), unused, unused);
	assert_true(session_next_frame(&s, 5000, &f));
	assert_true(is_hash(f.hash, HASH_G));
	ask_of(HASH_F1, range(0, 1000), unused, unused);
	assert_true(session_next_frame(&s, 5000, &f));
	assert_true(is_hash(f.hash, HASH_F1));
	check_no_frame();
	/* a request for one file lists nothing of the other */
	ask_of(HASH_G, range(0, 1000), unused, unused);
	check_frame(5000, 0, 1000);
	ask_of(HASH_F1, range(0, 1000), unused, unused);
	check_frame(5000, 0, 1000);
}

static void
ranges_that_overlap_are_different_ranges(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_of(HASH_G, range(0, 1000), range(0, 1001), range(1, 1000));
	check_frame(5000, 0, 1000);
	check_frame(5000, 0, 1001);
	check_frame(5000, 1, 1000);
	check_no_frame();
}

static void
at_most_32_ranges_wait_and_more_are_dropped(void **state)
{
	(void)state;
	start_upload(HASH_G);
	for (uint64_t i = 1; i < 1000; i += 3)
		ask_blocks(i, i + 1, i + 2);
	assert_int_equal(s.ranges.n_queue, RANGES_MAX);
	assert_int_equal(s.n_strikes, 0);
	assert_true(session_wants_input(&s));
	check_block(1);
	ask_blocks(500, 501, 502);
	assert_int_equal(s.ranges.n_queue, RANGES_MAX);
	for (uint64_t i = 2; i <= RANGES_MAX; i++)
		check_block(i);
	check_block(500);
	check_no_frame();
	/* all 33 are remembered as long as they are listed */
	assert_true(s.ranges.n_done <= DONE_MAX);
	ask_blocks(500, 32, 31);
	check_no_frame();
}

static void
finished_ranges_are_forgotten_oldest_first(void **state)
{
	(void)state;
	start_upload(HASH_G);
	for (uint64_t i = 1; i <= 30; i += 3)
		ask_blocks(i, i + 1, i + 2);
	for (uint64_t i = 1; i <= 30; i++)
		check_block(i);
	assert_int_equal(s.ranges.n_done, 30);
	ask_blocks(30, 31, 32);
	assert_int_equal(s.ranges.n_done, 1);
	for (uint64_t i = 100; i < 130; i += 3)
		ask_of(HASH_G, block(i), block(i + 1), block(i + 2));
	assert_int_equal(s.ranges.n_queue, 32);
	while (s.ranges.n_queue > 0)
		check_frame(BLOCK_SIZE, s.ranges.queue[0].next,
		    s.ranges.queue[0].range.end);
	assert_true(s.ranges.n_done <= DONE_MAX);
}

static void
wrong_ranges_are_strikes_and_right_ones_beside_them_served(void **state)
{
	static const struct range wrong[] = {
	    {5, 5},
	    {5, 4},
	    {1, 0},
	    {UINT64_C(4999999999), UINT64_C(5000000001)},
	    {UINT64_C(5000000000), UINT64_C(5000000001)},
	    {0, RANGE_MAX + 1},
	    {0, UINT64_MAX},
	    {UINT64_MAX, 1},
	    {UINT64_MAX - 1, UINT64_MAX},
	    {UINT64_MAX, UINT64_MAX},
	    {INT64_MAX, UINT64_C(1) << 63},
	    {UINT64_MAX - RANGE_MAX, 0},
	};

	(void)state;
	start_upload(HASH_G);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		ask_of(HASH_G, wrong[i], block(1 + i), unused);
		assert_int_equal(s.n_strikes, i + 1);
		assert_int_equal(s.ranges.n_queue, i + 1);
	}
	ask_of(HASH_G, range(UINT64_C(4999999999), UINT64_C(5000000000)),
	    range(0, RANGE_MAX), range(1, 2));
	assert_int_equal(s.n_strikes, ARRAY_LEN(wrong));
	assert_int_equal(s.ranges.n_queue, ARRAY_LEN(wrong) + 3);
}

static void
the_101st_strike_ends(void **state)
{
	(void)state;
	start_upload(HASH_G);
	for (int i = 0; i < 33; i++)
		ask_of(HASH_G, range(2, 1), range(3, 3), range(0, UINT64_MAX));
	ask(2, 1);
	assert_int_equal(s.n_strikes, 100);
	assert_int_equal(s.state, SESSION_UPLOADING);
	ask(10, 20);
	check_frame(100, 10, 20);
	ask(2, 1);
	check_bad_peer("too many senseless requests");
}

static void
frames_are_cut_by_size_and_end_with_their_range(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_of(HASH_G, range(7, 184327), range(200000, 200001),
	    range(300000, 310240));
	check_frame(100000, 7, 100007);
	check_frame(50000, 100007, 150007);
	check_frame(34320, 150007, 184327);
	check_frame(BLOCK_SIZE, 200000, 200001);
	check_frame(10240, 300000, 310240);
	check_no_frame();
	ask(1, 1 + RANGE_MAX);
	check_frame(UINT64_MAX, 1, 1 + RANGE_MAX);
	check_no_frame();
	/* byte by byte */
	ask(40, 43);
	check_frame(1, 40, 41);
	check_frame(1, 41, 42);
	check_frame(1, 42, 43);
	check_no_frame();
}

static void
check_header(uint64_t max, const char *hex)
{
	uint8_t header[DATA_HEADER_MAX];
	struct session_frame f;
	size_t n;

	assert_true(session_next_frame(&s, max, &f));
	n = msg_data_header(header, f.hash, f.range);
	assert_hex(header, n, hex);
}

static void
offsets_are_wide_from_4_gib_on(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask(0xFFFFFFFF - 10240, 0xFFFFFFFF);
	check_header(10240, "e31928000046" HASH_G "ffd7ffff ffffffff");
	ask(GIB4 - 10240, GIB4);
	check_header(
	    10240, "c521280000a2" HASH_G "00d8ffff00000000 0000000001000000");
	/* a range that crosses changes its form on the way */
	ask(GIB4 - 10241, GIB4 + 1);
	check_header(10240, "e31928000046" HASH_G "ffd7ffff ffffffff");
	check_header(
	    10240, "c523000000a2" HASH_G "ffffffff00000000 0100000001000000");
	check_no_frame();
	check(FRAME_A3, "");
	check_header(10240, "e31928000046" HASH_G "0000ffff 0028ffff");
}

static void
narrow_requests_reach_up_to_4_gib(void **state)
{
	(void)state;
	start_upload(HASH_G);
	check("e32900000047" HASH_G
	      "ffd7ffff 00000000 00000000 ffffffff 00000000 00000000",
	    "");
	check_frame(BLOCK_SIZE, 0xFFFFFFFF - 10240, 0xFFFFFFFF);
	check_no_frame();
}

static void
cancel_drops_what_waits_and_the_slot(void **state)
{
	static const char *const frames[] = {
	    FRAME_56, FRAME_49, "e30100000049"};

	(void)state;
	greet();
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		check(with_hash("54", HASH_G), FRAME_55);
		ask_blocks(1, 2, 3);
		check_block(1);
		check_frame(10240, block(2).start, block(2).start + 10240);
		check(frames[i], "");
		assert_int_equal(s.state, SESSION_READY);
		check_no_frame();
		check(frames[i], "");
		assert_int_equal(s.state, SESSION_READY);
		check(with_hash("54", HASH_G), FRAME_55);
		/* from its beginning */
		ask_blocks(2, 0, 0);
		check_block(2);
		check(frames[i], "");
	}
	assert_int_equal(s.n_strikes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(requests_without_a_slot_are_strikes),
	    TEST(a_request_for_an_unknown_file_is_refused_once),
	    TEST(amules_triple_listing_sends_each_range_once),
	    TEST(ranges_are_sent_once_also_when_some_are_under_way),
	    TEST(a_range_asked_for_again_after_a_gap_is_served_again),
	    TEST(the_same_request_again_after_all_has_arrived_is_served_again),
	    TEST(a_range_listed_without_those_sent_behind_it_is_served_again),
	    TEST(a_new_slot_forgets_what_was_served),
	    TEST(a_range_twice_in_one_request_is_sent_once),
	    TEST(equal_ranges_of_two_files_are_both_sent),
	    TEST(ranges_that_overlap_are_different_ranges),
	    TEST(at_most_32_ranges_wait_and_more_are_dropped),
	    TEST(finished_ranges_are_forgotten_oldest_first),
	    TEST(wrong_ranges_are_strikes_and_right_ones_beside_them_served),
	    TEST(the_101st_strike_ends),
	    TEST(frames_are_cut_by_size_and_end_with_their_range),
	    TEST(offsets_are_wide_from_4_gib_on),
	    TEST(narrow_requests_reach_up_to_4_gib),
	    TEST(cancel_drops_what_waits_and_the_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
