/* serve/talk/slot.h: direct clients. SPDX-License-Identifier: ISC */
#include "slot_rig.h"

static void
ask_directly(uint64_t start, uint64_t end)
{
	direct(HASH_F2, start, end);
	assert_int_equal(reply_len, 0);
}

static void
a_direct_client_with_a_slot_is_served_at_once(void **state)
{
	(void)state;
	slot.free = true;
	ask_directly(0, 5000);
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(slot.weight, WEIGHT_LOW);
	send_frame(100, 5000);
	ask_directly(5000, 6000);
	assert_int_equal(slot.n_asks, 1);
	send_frame(100, 1000);
}

static void
a_direct_client_is_held_until_its_turn(void **state)
{
	struct session_frame f;

	(void)state;
	ask_directly(0, 5000);
	assert_int_equal(s.state, SESSION_DIRECT);
	assert_false(session_has_frames(&s));
	assert_false(session_next_frame(&s, 100, &f));
	ask_directly(5000, 6000);
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(rest(), 100);
	turn(100, "");
	assert_int_equal(slot.n_asks, 2);
	slot.free = true;
	turn(99, "");
	assert_false(session_has_frames(&s));
	turn(1, "");
	send_frame(100, 5000);
	send_frame(100, 1000);
	assert_int_equal(s.state, SESSION_DIRECT);
}

static void
a_direct_client_waits_so_long_only(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	ask_directly(0, 5000);
	turn(DIRECT_WAIT_MS - 1, "");
	rest();
	assert_int_equal(s.state, SESSION_DIRECT);
	turn(1, "");
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(s.end, END_BUSY);
}

static void
a_direct_client_that_is_sent_away_asks_for_no_slot(void **state)
{
	(void)state;
	ask_directly(0, 10000001);
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(slot.n_asks, 0);
	begin_with_slots(NULL);
	ask_directly(0, 5000);
	assert_int_equal(slot.n_asks, 1);
	ask_directly(0, 10000001);
	assert_int_equal(s.state, SESSION_ENDED);
	turn(100, "");
	assert_int_equal(slot.n_asks, 1);
}

static void
a_direct_client_does_not_lose_what_it_asked_for(void **state)
{
	(void)state;
	slot.free = true;
	ask_directly(0, PART_SIZE);
	ask_directly(PART_SIZE, PART_SIZE + 1000);
	send_frame(100, PART_SIZE);
	slot.others = true;
	slot.free = false;
	turn(0, "");
	assert_int_equal(slot.n_gives, 1);
	assert_false(session_has_frames(&s));
	assert_int_equal(s.state, SESSION_DIRECT);
	slot.free = true;
	turn(100, "");
	send_frame(100, 1000);
}

static void
a_slow_direct_client_has_its_slot_for_an_hour(void **state)
{
	(void)state;
	slot.free = true;
	ask_directly(0, 9000000);
	ask_directly(9000000, 9001000);
	send_frame(100, 9000000);
	slot.others = true;
	turn_in_frame(SLOT_MS - 1);
	assert_int_equal(slot.n_gives, 0);
	turn_in_frame(1);
	assert_int_equal(slot.n_gives, 1);
	slot.free = false;
	/* its answer goes on, however long that takes */
	for (int i = 0; i < 10; i++) {
		turn_in_frame(SLOT_MS / 10);
		taken += 700000;
		assert_true(pulse(now, taken, true, false) > 0);
	}
	assert_int_equal(slot.n_asks, 1);
	/* and then it waits for the next one */
	check_no_frame();
	turn(0, "");
	assert_int_equal(slot.n_asks, 2);
	turn(DIRECT_WAIT_MS - 1, "");
	assert_int_equal(s.state, SESSION_DIRECT);
	slot.free = true;
	turn(100, "");
	send_frame(100, 1000);
}

static void
a_direct_client_that_asks_for_nothing_loses_its_slot(void **state)
{
	(void)state;
	slot.free = true;
	ask_directly(0, 1000);
	send_frame(100, 1000);
	slot.others = true;
	turn(SLOT_IDLE_MS, "");
	assert_int_equal(slot.n_gives, 1);
	assert_false(slot.held);
	turn(SLOT_IDLE_MS - 1, "");
	assert_int_equal(slot.n_asks, 1);
	/* and asks for one with the next */
	slot.free = false;
	ask_directly(0, 1000);
	assert_int_equal(slot.n_asks, 2);
	assert_false(session_has_frames(&s));
	slot.free = true;
	turn(100, "");
	send_frame(100, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_SLOT(a_direct_client_with_a_slot_is_served_at_once),
	    TEST_SLOT(a_direct_client_is_held_until_its_turn),
	    TEST_SLOT(a_direct_client_waits_so_long_only),
	    TEST_SLOT(a_direct_client_that_is_sent_away_asks_for_no_slot),
	    TEST_SLOT(a_direct_client_does_not_lose_what_it_asked_for),
	    TEST_SLOT(a_slow_direct_client_has_its_slot_for_an_hour),
	    TEST_SLOT(a_direct_client_that_asks_for_nothing_loses_its_slot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
