/*
 * board/queue.h: who gets a slot, and when.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

static void
no_more_than_the_slots_are_taken(void **state)
{
	struct kid *a = waiting(WEIGHT_NORMAL, T0);
	struct kid *b, *c, *d;

	(void)state;
	takes(a, T0);
	takes(a, T0); /* it has it already */
	b = waiting(WEIGHT_NORMAL, T0 + 1);
	takes(b, T0 + 1);
	c = waiting(WEIGHT_NORMAL, T0 + 2);
	d = waiting(WEIGHT_NORMAL, T0 + 3);
	waits_behind(c, 0, T0 + 10);
	waits_behind(d, 1, T0 + 10);
	tell(a, OP_GIVE, 0, T0 + 20);
	waits_behind(d, 1, T0 + 21); /* it is free, but for c */
	takes(c, T0 + 22);
	waits_behind(d, 0, T0 + 23);
	tell(c, OP_LEAVE, 0, T0 + 30);
	takes(d, T0 + 31);
}

static void
two_free_slots_are_for_the_first_two(void **state)
{
	struct kid *a, *b, *c;

	(void)state;
	a = waiting(WEIGHT_NORMAL, T0);
	b = waiting(WEIGHT_NORMAL, T0 + 1);
	c = waiting(WEIGHT_NORMAL, T0 + 2);
	waits_behind(c, 2, T0 + 9);
	takes(b, T0 + 9); /* without waiting for a to look */
	waits_behind(c, 1, T0 + 9);
	takes(a, T0 + 9);
}

static void
the_order_is_by_wait_and_weight(void **state)
{
	struct kid *up, *low, *normal, *high;

	(void)state;
	limits.slots = 1;
	up = waiting(WEIGHT_NORMAL, T0);
	takes(up, T0);
	low = waiting(WEIGHT_LOW, T0 + 1000);
	normal = waiting(WEIGHT_NORMAL, T0 + 2000);
	high = waiting(WEIGHT_HIGH, T0 + 2900);
	/* 2,000, 2,000 and 400 */
	waits_behind(low, 0, T0 + 3000);
	waits_behind(normal, 1, T0 + 3000);
	waits_behind(high, 2, T0 + 3000);
	/* 3,000, 4,000 and 4,400 */
	waits_behind(high, 0, T0 + 4000);
	waits_behind(normal, 1, T0 + 4000);
	waits_behind(low, 2, T0 + 4000);
	tell(up, OP_GIVE, 0, T0 + 4000);
	takes(high, T0 + 4000);
}

static void
a_peer_that_gave_its_slot_back_waits_behind_all(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	assert_false(tell(a, OP_OTHERS_WAIT, 0, T0));
	takes(a, T0);
	b = waiting(WEIGHT_NORMAL, T0 + 10);
	waits_behind(b, 0, T0 + 10);
	assert_true(tell(a, OP_OTHERS_WAIT, 0, T0));
	assert_false(tell(b, OP_OTHERS_WAIT, 0, T0));
	tell(a, OP_GIVE, 0, T0 + 20);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0 + 20);
	waits_behind(a, 1, T0 + 20);
	takes(b, T0 + 20);
}

static void
a_killed_uploader_leaves_its_slot(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	tell(a, OP_SENT, 12345, 0);
	b = waiting(WEIGHT_NORMAL, T0 + 10);
	waits_behind(b, 0, T0 + 20);
	assert_int_equal(seen_dead(b).n_dead, 0);
	kill_kid(a);
	/* it may live, for all we heard of it */
	waits_behind(b, 0, T0 + 10 + UPLOADING_ALIVE_MS);
	takes(b, T0 + 2000);
	/* and is accounted for, once */
	assert_int_equal(seen_dead(b).n_dead, 1);
	assert_int_equal(seen_dead(b).dead_bytes, 12345);
	assert_string_equal(seen_dead(b).dead_name, "a file");
	takes(b, T0 + 2040);
	assert_int_equal(seen_dead(b).n_dead, 1);
}

/* As a process that was taken over may have it look. */
static void
a_stamp_that_stays_fresh_keeps_no_slot_of_the_dead(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	b = waiting(WEIGHT_NORMAL, T0 + 10);
	waits_behind(b, 0, T0 + 10);
	tell(a, OP_ALIVE, 0, T0 + 61000);
	kill_kid(a);
	waits_behind(b, 0, T0 + 60009);
	takes(b, T0 + 60010);
}

static void
a_killed_waiter_holds_nobody_up(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_HIGH, T0);
	b = waiting(WEIGHT_LOW, T0 + 10);
	waits_behind(b, 1, T0 + 20);
	kill_kid(a);
	takes(b, T0 + 30);
}

/* However many died, and though none of them is old enough to be suspect. */
static void
nobody_waits_behind_a_crowd_of_dead(void **state)
{
	struct kid *k;

	(void)state;
	for (uint32_t i = 0; i < 2 + 20; i++) {
		k = waiting(WEIGHT_HIGH, T0 + i);
		if (i < 2)
			takes(k, T0 + i);
		else
			waits_behind(k, i - 2, T0 + i);
	}
	for (size_t i = 0; i < n_kids; i++)
		kill_kid(&kids[i]);
	takes(waiting(WEIGHT_LOW, T0 + 2000), T0 + 2000);
}

static void
an_address_that_is_full_holds_nobody_up(void **state)
{
	struct kid *a, *b, *c, *d;

	(void)state;
	limits.slots = 3;
	limits.address_slots = 1;
	a = waiting_of(v4_7, T0);
	takes(a, T0);
	b = waiting_of(v4_7, T0 + 1);
	c = waiting_of(v4_7, T0 + 2);
	waits_behind(b, 0, T0 + 5);
	waits_behind(c, 1, T0 + 5);
	/* they cannot go before it */
	d = waiting_of(v4_8, T0 + 3);
	takes(d, T0 + 5);
	tell(a, OP_GIVE, 0, T0 + 6);
	takes(b, T0 + 7);
	waits_behind(c, 0, T0 + 7);
	/* a killed one makes room too, and at once: its address is full */
	kill_kid(b);
	takes(c, T0 + 8);
}

static void
a_64_has_the_slots_of_one_address(void **state)
{
	struct kid *a, *b, *c;

	(void)state;
	limits.slots = 10;
	limits.address_slots = 1;
	a = waiting_of(v6_a, T0);
	takes(a, T0);
	b = waiting_of(v6_b, T0);
	waits_behind(b, 0, T0);
	c = waiting_of(v6_c, T0);
	takes(c, T0);
	a = waiting_of(unknown, T0);
	takes(a, T0);
	a = waiting_of(unknown, T0);
	takes(a, T0);
}

/* However many /64s somebody has: a /56 holds 256 of them, a /48 65,536. */
static void
a_wider_network_has_two_and_four_times_the_slots(void **state)
{
	uint8_t address[16] = {0x20, 1, 0xD, 0xB8};
	int n_taken = 0;

	(void)state;
	limits.slots = 60;
	limits.address_slots = 1;
	for (uint8_t i = 0; i < 40; i++) {
		struct kid *k;

		address[6] = i / 8; /* five /56s of one /48 */
		address[7] = i % 8;
		k = waiting_of(address, T0);
		if (tell(k, OP_TAKE, 0, T0))
			n_taken++;
		if (i == 7)
			assert_int_equal(n_taken, 2);
	}
	assert_int_equal(n_taken, 4);
	/* they hold up nobody else */
	takes(waiting_of(v4_7, T0), T0);
	address[5] = 1;
	takes(waiting_of(address, T0), T0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(no_more_than_the_slots_are_taken),
	    TEST(two_free_slots_are_for_the_first_two),
	    TEST(the_order_is_by_wait_and_weight),
	    TEST(a_peer_that_gave_its_slot_back_waits_behind_all),
	    TEST(a_killed_uploader_leaves_its_slot),
	    TEST(a_killed_waiter_holds_nobody_up),
	    TEST(a_stamp_that_stays_fresh_keeps_no_slot_of_the_dead),
	    TEST(nobody_waits_behind_a_crowd_of_dead),
	    TEST(an_address_that_is_full_holds_nobody_up),
	    TEST(a_64_has_the_slots_of_one_address),
	    TEST(a_wider_network_has_two_and_four_times_the_slots),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
