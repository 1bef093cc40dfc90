/*
 * serve/talk/slot.h: the way to a slot, and the queue before it. Its end is in
 * test_slot_end.c, and direct clients, who know no queue, in test_slot_direct.c.
 * SPDX-License-Identifier: ISC
 */
#include "slot_rig.h"

/* The way to a slot. */

static void
a_free_slot_is_granted_at_once(void **state)
{
	(void)state;
	get_slot();
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(slot.weight, WEIGHT_NORMAL);
	/* again: it has it already, and the board learns of the weight */
	check(FRAME_54_G, FRAME_55);
	assert_int_equal(slot.n_asks, 2);
	turn(100000, "");
	assert_int_equal(slot.n_asks, 2);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
to_ask_again_does_not_prolong_a_slot(void **state)
{
	(void)state;
	get_slot();
	send_bytes(PART_SIZE);
	slot.others = true;
	check(FRAME_54_G, FRAME_55);
	slot.free = false;
	turn(0, FRAME_57);
}

static void
without_slots_one_is_always_free(void **state)
{
	(void)state;
	config.slots = NULL;
	greet();
	check(FRAME_54_G, FRAME_55);
	send_bytes(2 * PART_SIZE);
	turn(2 * SLOT_MS, "");
	check(FRAME_56, "");
	check(FRAME_54_G, FRAME_55);
}

static void
each_request_gets_one_rank(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	turn(0, "");
	turn(50, "");
	turn(50, "");
	slot.rank = 7;
	turn(1000, "");
	check(FRAME_54_G, FRAME_60_7);
	slot.rank = 1;
	/* for another file, of other weight */
	check(FRAME_54_F1, FRAME_60);
	assert_int_equal(slot.weight, WEIGHT_HIGH);
	check(FRAME_54_BARE, FRAME_60);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_int_equal(s.n_strikes, 0);
}

static void
it_is_not_asked_again_too_soon(void **state)
{
	(void)state;
	slot.again_ms = 3000;
	wait_for(FRAME_54_G);
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(rest(), 3000);
	turn(2999, "");
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(rest(), 1);
	slot.again_ms = 500;
	turn(1, "");
	assert_int_equal(slot.n_asks, 2);
	assert_int_equal(rest(), 500);
	turn(499, "");
	assert_int_equal(slot.n_asks, 2);
	turn(1, "");
	assert_int_equal(slot.n_asks, 3);
}

static void
its_turn_comes(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	turn(100, "");
	slot.free = true;
	turn(50, "");
	turn(50, FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
	turn(100, "");
	send_bytes(1000);
	assert_int_equal(s.n_strikes, 0);
}

static void
a_request_is_a_look_too(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	wait_for(FRAME_54_G);
	slot.free = true;
	now += 10;
	check(FRAME_54_G, FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

/* While it waits. */

static void
who_waits_hears_from_us(void **state)
{
	(void)state;
	wait_for(FRAME_54_F1);
	turn(KEEP_ALIVE_MS - 1, "");
	turn(1, "e3110000005b" HASH_F1);
	turn(1, "");
	turn(KEEP_ALIVE_MS - 2, "");
	turn(1, "e3110000005b" HASH_F1);
	/* the rank is as good */
	now += 10000;
	check(FRAME_54_F1, FRAME_60);
	turn(KEEP_ALIVE_MS - 1, "");
	turn(1, "e3110000005b" HASH_F1);
	/* and all the time at most 40 s go by without a byte */
	assert_true(rest() <= KEEP_ALIVE_MS);
}

static void
who_waits_and_says_nothing_is_idle_in_the_end(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	wait_for(FRAME_54_G);
	for (uint64_t ms = 0; ms < 590000; ms += 10000) {
		struct writer w = writer_of(reply, sizeof reply);

		now += 10000;
		slot_update(&s, now, &w);
		assert_true(rest() > 0);
	}
	now += 9999;
	assert_int_equal(rest(), 1);
	now += 1;
	assert_int_equal(rest(), 0);
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(s.end, END_IDLE);
}

static void
any_frame_puts_that_off(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	now += 599999;
	rest();
	say(FRAME_FE);
	now += 599999;
	rest();
	assert_int_equal(s.state, SESSION_WAITING);
	now += 1;
	rest();
	assert_int_equal(s.end, END_IDLE);
}

static void
parts_asked_for_while_waiting_are_a_strike(void **state)
{
	(void)state;
	wait_for(FRAME_54_F1);
	check(FRAME_47, "");
	assert_int_equal(s.n_strikes, 1);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_false(session_has_frames(&s));
	check(FRAME_A3, "");
	assert_int_equal(s.n_strikes, 2);
}

static void
who_cancels_gives_its_place_back(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	check(FRAME_56, "");
	assert_int_equal(s.state, SESSION_READY);
	assert_int_equal(slot.n_gives, 1);
	assert_false(slot.held);
	slot.free = true;
	turn(60000, "");
	assert_int_equal(slot.n_asks, 1);
	/* a place that is not there is not given back twice */
	check(FRAME_56, "");
	assert_int_equal(slot.n_gives, 1);
	check(FRAME_54_G, FRAME_55);
	check(FRAME_49, "");
	assert_int_equal(slot.n_gives, 2);
	assert_int_equal(s.state, SESSION_READY);
}

static void
questions_are_answered_while_waiting(void **state)
{
	(void)state;
	wait_for(FRAME_54_F1);
	check(FRAME_FE, FRAME_FE_OURS);
	assert_string_equal(say(FRAME_01_AMULE), "HELLO");
	assert_int_equal(s.state, SESSION_WAITING);
	assert_string_equal(say(FRAME_58_V1), "REQUESTFILENAME");
	assert_true(reply_len > 0);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_int_equal(s.n_strikes, 0);
}

static void
a_waiting_peer_that_takes_nothing_is_stalled(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	wait_for(FRAME_54_G);
	pulse(now, 0, true, false);
	pulse(now + 29999, 0, true, false);
	assert_int_equal(s.state, SESSION_WAITING);
	pulse(now + 30000, 0, true, false);
	assert_int_equal(s.end, END_STALLED);
}

static void
check_time_up(void)
{
	now = 1000000 + 7199999;
	assert_true(rest() <= 1);
	assert_int_not_equal(s.state, SESSION_ENDED);
	now++;
	assert_int_equal(rest(), 0);
	assert_int_equal(s.end, END_TIME_UP);
}

static void
a_session_ends_when_its_time_is_up(void **state)
{
	(void)state;
	config.session_ms = 7200000;
	get_slot();
	now += 7199000;
	say(FRAME_FE);
	check_time_up();
	begin_with_slots(state);
	config.session_ms = 7200000;
	wait_for(FRAME_54_G);
	now += 7199000;
	say(FRAME_FE);
	check_time_up();
	/* before hello, too, whose deadline may be further off */
	begin_with_slots(state);
	config.session_ms = 5000;
	now += 4999;
	assert_int_equal(rest(), 1);
	now++;
	assert_int_equal(rest(), 0);
	assert_int_equal(s.end, END_TIME_UP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_SLOT(a_free_slot_is_granted_at_once),
	    TEST_SLOT(to_ask_again_does_not_prolong_a_slot),
	    TEST_SLOT(without_slots_one_is_always_free),
	    TEST_SLOT(each_request_gets_one_rank),
	    TEST_SLOT(it_is_not_asked_again_too_soon),
	    TEST_SLOT(its_turn_comes),
	    TEST_SLOT(a_request_is_a_look_too),
	    TEST_SLOT(who_waits_hears_from_us),
	    TEST_SLOT(who_waits_and_says_nothing_is_idle_in_the_end),
	    TEST_SLOT(any_frame_puts_that_off),
	    TEST_SLOT(parts_asked_for_while_waiting_are_a_strike),
	    TEST_SLOT(who_cancels_gives_its_place_back),
	    TEST_SLOT(questions_are_answered_while_waiting),
	    TEST_SLOT(a_waiting_peer_that_takes_nothing_is_stalled),
	    TEST_SLOT(a_session_ends_when_its_time_is_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
