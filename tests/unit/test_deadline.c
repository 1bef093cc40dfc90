/* serve/talk/deadline.h. SPDX-License-Identifier: ISC */
#include "session_rig.h"

static void
hello_has_to_come_in_time(void **state)
{
	(void)state;
	assert_int_equal(pulse(now, 0, false, false), 10000);
	assert_int_equal(pulse(now + 4000, 0, false, true), 6000);
	/* nothing else prolongs it */
	check(FRAME_FE, FRAME_FE_OURS);
	assert_int_equal(pulse(now + 9999, 7, true, true), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 10000, 14, false, true), 0);
	check_end(END_NO_HELLO);
}

static void
after_hello_its_deadline_is_over(void **state)
{
	(void)state;
	now += 9000;
	greet();
	assert_int_equal(pulse(now, 0, false, false), 60000);
	pulse(now + 59999, 0, false, false);
	check_end(END_NONE);
}

static void
a_direct_request_is_as_good_as_a_hello(void **state)
{
	(void)state;
	now += 9000;
	direct(HASH_NONE, 0, 10);
	assert_int_equal(pulse(now, 0, false, false), 60000);
	assert_int_equal(pulse(now + 60000, 0, false, false), 0);
	check_end(END_IDLE);
}

static void
a_peer_that_says_nothing_is_idle(void **state)
{
	(void)state;
	greet();
	assert_int_equal(pulse(now + 59999, 0, false, false), 1);
	check_end(END_NONE);
	/* any whole frame will do */
	now += 59999;
	check(FRAME_5B, "");
	assert_int_equal(pulse(now + 59999, 0, false, false), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 60000, 0, false, false), 0);
	check_end(END_IDLE);
}

static void
a_frame_in_drops_is_half_a_frame_in_the_end(void **state)
{
	(void)state;
	greet();
	/* begun in the last moment: that is no silence, and no way to stay */
	assert_int_equal(pulse(now + 59999, 0, false, true), 60000);
	assert_int_equal(pulse(now + 119998, 0, false, true), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 119999, 0, false, true), 0);
	check_end(END_HALF_FRAME);
}

static void
half_a_frame_does_not_wait_for_ever_while_data_flows(void **state)
{
	(void)state;
	start_upload(HASH_G);
	for (uint64_t t = 1000; t < 61000; t += 1000)
		assert_int_equal(
		    pulse(now + t, t, true, true), min_u64(30000, 61000 - t));
	check_end(END_NONE);
	assert_int_equal(pulse(now + 61000, 61000, true, true), 0);
	check_end(END_HALF_FRAME);
}

static void
a_frame_that_became_whole_is_no_half_frame(void **state)
{
	(void)state;
	start_upload(HASH_G);
	pulse(now, 0, true, true);
	pulse(now + 50000, 1, true, false);
	pulse(now + 55000, 2, true, true);
	pulse(now + 80000, 3, true, true);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 114999, 4, true, true), 1);
	check_end(END_NONE);
	pulse(now + 115000, 5, true, true);
	check_end(END_HALF_FRAME);
}

static void
parts_of_many_frames_are_no_half_frame(void **state)
{
	(void)state;
	start_upload(HASH_G);
	/* each look finds a part of the frame after the one that came whole */
	for (uint64_t t = 0; t < 300000; t += 1000, now += 1000) {
		check(FRAME_5B, "");
		pulse(now, t, true, true);
		check_end(END_NONE);
	}
}

static void
a_peer_that_takes_nothing_is_stalled(void **state)
{
	(void)state;
	start_upload(HASH_G);
	assert_int_equal(pulse(now + 1000, 0, true, false), 30000);
	assert_int_equal(pulse(now + 30999, 0, true, false), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 31000, 0, true, false), 0);
	check_end(END_STALLED);
}

static void
each_byte_taken_puts_the_stall_off(void **state)
{
	(void)state;
	start_upload(HASH_G);
	/* for hours, and without a word from the peer */
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(pulse(now + i * 29999, i, true, false), 30000);
	check_end(END_NONE);
	/* more requests do not */
	now += 999 * 29999 + 29999;
	ask_blocks(1, 2, 3);
	pulse(now + 1, 999, true, false);
	check_end(END_STALLED);
}

static void
sending_begins_and_ends_with_a_fresh_clock(void **state)
{
	(void)state;
	start_upload(HASH_G);
	pulse(now + 59000, 0, false, false);
	/* there was nothing to take for a minute */
	assert_int_equal(pulse(now + 59500, 0, true, false), 30000);
	assert_int_equal(pulse(now + 80000, 1, true, false), 30000);
	/* and nothing to ask for while data came */
	assert_int_equal(pulse(now + 100000, 1, false, false), 60000);
	assert_int_equal(pulse(now + 159999, 1, false, false), 1);
	check_end(END_NONE);
	pulse(now + 160000, 1, false, false);
	check_end(END_IDLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(hello_has_to_come_in_time),
	    TEST(after_hello_its_deadline_is_over),
	    TEST(a_direct_request_is_as_good_as_a_hello),
	    TEST(a_peer_that_says_nothing_is_idle),
	    TEST(a_frame_in_drops_is_half_a_frame_in_the_end),
	    TEST(half_a_frame_does_not_wait_for_ever_while_data_flows),
	    TEST(a_frame_that_became_whole_is_no_half_frame),
	    TEST(parts_of_many_frames_are_no_half_frame),
	    TEST(a_peer_that_takes_nothing_is_stalled),
	    TEST(each_byte_taken_puts_the_stall_off),
	    TEST(sending_begins_and_ends_with_a_fresh_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
