/*
 * The places of peers that hang up, through board/roster.h and board/queue.h.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

/* The since of a peer that waits at T0, goes, and waits again. */
static uint64_t
since_of_the_next(const uint8_t address[16], uint8_t user,
    const uint8_t next_address[16], uint8_t next_user, uint64_t after_ms)
{
	struct kid *k = guest_of(address, T0);

	if (user)
		tell(k, OP_USER, user, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0);
	tell(k, OP_LEAVE, 0, T0 + 10);
	k = guest_of(next_address, T0 + after_ms);
	if (next_user)
		tell(k, OP_USER, next_user, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0 + after_ms);
	return tell(k, OP_SINCE, 0, 0) - T0;
}

static void
a_place_is_kept_for_an_hour(void **state)
{
	(void)state;
	assert_int_equal(since_of_the_next(v4_7, 1, v4_7, 1, 500), 0);
	assert_int_equal(since_of_the_next(v4_7, 2, v4_7, 2, 10 + PLACE_MS), 0);
	assert_int_equal(
	    since_of_the_next(v4_7, 3, v4_7, 3, 11 + PLACE_MS), 11 + PLACE_MS);
}

static void
a_place_is_for_one_user_of_one_address(void **state)
{
	(void)state;
	assert_int_equal(since_of_the_next(v4_7, 1, v4_7, 2, 500), 500);
	assert_int_equal(since_of_the_next(v4_7, 3, v4_8, 3, 500), 500);
	assert_int_equal(since_of_the_next(v4_7, 4, v4_7, 0, 500), 500);
	assert_int_equal(since_of_the_next(v4_7, 0, v4_7, 0, 500), 500);
	assert_int_equal(since_of_the_next(unknown, 5, unknown, 5, 500), 500);
	/* privacy extensions: another address of the same /64 */
	assert_int_equal(since_of_the_next(v6_a, 6, v6_b, 6, 500), 0);
	assert_int_equal(since_of_the_next(v6_a, 7, v6_c, 7, 500), 500);
}

static void
a_place_is_given_back_once(void **state)
{
	struct kid *k;

	(void)state;
	assert_int_equal(since_of_the_next(v4_7, 1, v4_7, 1, 500), 0);
	k = guest_of(v4_7, T0 + 600);
	tell(k, OP_USER, 1, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0 + 600);
	assert_int_equal(tell(k, OP_SINCE, 0, 0), T0 + 600);
}

static void
a_peer_that_uploaded_leaves_no_place(void **state)
{
	struct kid *k = guest_of(v4_7, T0);

	(void)state;
	tell(k, OP_USER, 1, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0);
	takes(k, T0 + 1);
	tell(k, OP_LEAVE, 0, T0 + 2);
	k = guest_of(v4_7, T0 + 500);
	tell(k, OP_USER, 1, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0 + 500);
	assert_int_equal(tell(k, OP_SINCE, 0, 0), T0 + 500);
}

static void
a_killed_waiter_keeps_its_place(void **state)
{
	struct kid *up, *a, *b;

	(void)state;
	limits.slots = 1;
	up = waiting(WEIGHT_NORMAL, T0);
	takes(up, T0);
	a = guest_of(v4_7, T0 + 1);
	tell(a, OP_USER, 0xAA, 0);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0 + 1);
	b = waiting(WEIGHT_NORMAL, T0 + 1000);
	waits_behind(b, 1, T0 + 1001);
	kill_kid(a);
	/* back on another port */
	a = guest_of(v4_7, T0 + 2000);
	tell(a, OP_USER, 0xAA, 0);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0 + 2000);
	assert_int_equal(tell(a, OP_SINCE, 0, 0), T0 + 1);
	waits_behind(a, 0, T0 + 2001);
	waits_behind(b, 1, T0 + 2001);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(a_place_is_kept_for_an_hour),
	    TEST(a_place_is_for_one_user_of_one_address),
	    TEST(a_place_is_given_back_once),
	    TEST(a_peer_that_uploaded_leaves_no_place),
	    TEST(a_killed_waiter_keeps_its_place),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
