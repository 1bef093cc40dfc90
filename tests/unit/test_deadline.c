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
	/* a frame that is answered puts that off */
	now += 59999;
	check(FRAME_FE, FRAME_FE_OURS);
	assert_int_equal(pulse(now + 59999, 0, false, false), 1);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 60000, 0, false, false), 0);
	check_end(END_IDLE);
}

static void
ignored_frames_keep_no_peer_connected(void **state)
{
	(void)state;
	greet();
	for (int i = 0; i < 6; i++, now += 10000) {
		check(FRAME_5B, "");
		check("e3010000007f", "");
		pulse(now, 0, false, false);
		check_end(END_NONE);
	}
	assert_int_equal(pulse(now, 0, false, false), 0);
	check_end(END_IDLE);
	/* nor a direct client */
	begin(state);
	direct(HASH_NONE, 0, 10);
	for (int i = 0; i < 6; i++, now += 10000) {
		check(FRAME_58_V0, "");
		pulse(now, 0, false, false);
		check_end(END_NONE);
	}
	pulse(now, 0, false, false);
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
		assert_int_equal(pulse(now + t, t * 100, true, true),
		    min_u64(30000, 61000 - t));
	check_end(END_NONE);
	assert_int_equal(pulse(now + 61000, 6100000, true, true), 0);
	check_end(END_HALF_FRAME);
}

static void
a_frame_that_became_whole_is_no_half_frame(void **state)
{
	(void)state;
	start_upload(HASH_G);
	pulse(now, 0, true, true);
	pulse(now + 50000, 100000, true, false);
	pulse(now + 55000, 200000, true, true);
	pulse(now + 80000, 300000, true, true);
	check_end(END_NONE);
	assert_int_equal(pulse(now + 114999, 400000, true, true), 1);
	check_end(END_NONE);
	pulse(now + 115000, 500000, true, true);
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
		pulse(now, t * 100, true, true);
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

/*
 * The peer takes bps while more waits, and is looked at each second. Returns
 * the seconds until it is ended, at most the given ones.
 */
static uint64_t
load_at(uint64_t bps, uint64_t seconds)
{
	for (uint64_t t = 0; t <= seconds; t++) {
		pulse(now + t * 1000, t * bps, true, false);
		if (s.state == SESSION_ENDED) {
			check_end(END_STALLED);
			return t;
		}
	}
	check_end(END_NONE);
	return seconds;
}

static void
a_peer_that_takes_drops_is_stalled(void **state)
{
	(void)state;
	config.stall_ms = 120000;
	start_upload(HASH_G);
	/* it had 12,288 bytes in 600 s, and stayed */
	assert_int_equal(load_at(20, 86400), 120);
	begin(state);
	start_upload(HASH_G);
	assert_int_equal(load_at(540, 86400), 120);
	/* and more requests do not help */
	begin(state);
	start_upload(HASH_G);
	for (uint64_t t = 0; t < 120; t++) {
		pulse(now, t, true, false);
		now += 1000;
		ask_blocks(t + 1, t + 2, t + 3);
	}
	check_end(END_NONE);
	pulse(now, 120, true, false);
	check_end(END_STALLED);
	config.stall_ms = 30000;
}

static void
a_slow_peer_takes_enough_for_days(void **state)
{
	(void)state;
	config.stall_ms = 120000;
	start_upload(HASH_G);
	assert_int_equal(load_at(3000, 200000), 200000);
	begin(state);
	start_upload(HASH_G);
	assert_int_equal(load_at(552, 200000), 200000);
	config.stall_ms = 30000;
}

static void
all_that_is_on_its_way_is_enough(void **state)
{
	struct socket_state p = {.let_bytes = UINT64_MAX, .sending = true};

	(void)state;
	greet();
	/* answers of 60 bytes, each taken after a second, and never all */
	for (uint64_t t = 0; t < 3600; t++) {
		p.now_ms = now + t * 1000;
		p.taken_bytes = t * 60;
		p.on_way_bytes = 90;
		deadline_check(&s, &p);
		check_end(END_NONE);
	}
	/* the next one is not */
	for (int i = 0; i < 31; i++) {
		p.now_ms += 1000;
		deadline_check(&s, &p);
	}
	check_end(END_STALLED);
}

/*
 * The same as load_at below a rate of ours, which holds back what the peer
 * takes; there is always something in the kernel.
 */
static uint64_t
load_below(uint64_t rate_bps, uint64_t bps, uint64_t seconds)
{
	for (uint64_t t = 0; t <= seconds; t++) {
		struct socket_state p = {
		    .now_ms = now + t * 1000,
		    .taken_bytes = t * bps,
		    .on_way_bytes = 10000,
		    .let_bytes = t * rate_bps,
		    .sending = true,
		};

		assert_true(
		    deadline_check(&s, &p) > 0 || s.state == SESSION_ENDED);
		if (s.state == SESSION_ENDED) {
			check_end(END_STALLED);
			return t;
		}
	}
	return seconds;
}

static void
what_our_rate_holds_back_is_no_stall(void **state)
{
	(void)state;
	for (uint64_t bps = 1; bps < 100000; bps *= 3) {
		begin(state);
		start_upload(HASH_G);
		assert_int_equal(load_below(bps, bps, 400000), 400000);
	}
	/* a frame takes minutes, and then nothing is on its way */
	begin(state);
	start_upload(HASH_G);
	for (uint64_t t = 0; t < 100000; t++) {
		struct socket_state p = {
		    .now_ms = now + t * 1000,
		    .taken_bytes = t / 205 * 10278,
		    .let_bytes = t * 50,
		    .sending = true,
		};

		deadline_check(&s, &p);
		check_end(END_NONE);
	}
}

static void
a_low_rate_does_not_hide_a_stall(void **state)
{
	(void)state;
	start_upload(HASH_G);
	/* so long until it let 128 KiB through */
	assert_int_equal(load_below(100, 0, 100000), 1311);
	begin(state);
	start_upload(HASH_G);
	assert_int_equal(load_below(100000, 20, 100000), 30);
}

static void
sending_begins_and_ends_with_a_fresh_clock(void **state)
{
	(void)state;
	start_upload(HASH_G);
	pulse(now + 59000, 0, false, false);
	/* there was nothing to take for a minute */
	assert_int_equal(pulse(now + 59500, 0, true, false), 30000);
	assert_int_equal(pulse(now + 80000, 70000, true, false), 30000);
	/* and nothing to ask for while data came */
	assert_int_equal(pulse(now + 100000, 70000, false, false), 60000);
	assert_int_equal(pulse(now + 159999, 70000, false, false), 1);
	check_end(END_NONE);
	pulse(now + 160000, 70000, false, false);
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
	    TEST(ignored_frames_keep_no_peer_connected),
	    TEST(a_frame_in_drops_is_half_a_frame_in_the_end),
	    TEST(half_a_frame_does_not_wait_for_ever_while_data_flows),
	    TEST(a_frame_that_became_whole_is_no_half_frame),
	    TEST(parts_of_many_frames_are_no_half_frame),
	    TEST(a_peer_that_takes_nothing_is_stalled),
	    TEST(a_peer_that_takes_drops_is_stalled),
	    TEST(a_slow_peer_takes_enough_for_days),
	    TEST(all_that_is_on_its_way_is_enough),
	    TEST(what_our_rate_holds_back_is_no_stall),
	    TEST(a_low_rate_does_not_hide_a_stall),
	    TEST(sending_begins_and_ends_with_a_fresh_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
