/*
 * board/crowd.h: on a board that is nearly full, who leaves, who gets in, and
 * who is left alone.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

/* Of 16 connections the last two are for newcomers. */
#define N     16
#define SPARE 2

#define LATER (T0 + CROWD_IDLE_MS + 1000)

/* The address of number i, each an owner of its own. */
static const uint8_t *
address(uint8_t i)
{
	static uint8_t bytes[16] = {[10] = 0xFF, 0xFF, 10, 0, 0};

	bytes[15] = i;
	return bytes;
}

static int
begin_crowd(void **state)
{
	int fault = begin(state);

	limits.connections = N;
	limits.address_connections = 4;
	return fault;
}

/* Number i of n that are connected and do nothing, since T0 + i. */
static void
fill(struct kid *crowd[], uint8_t n)
{
	for (uint8_t i = 0; i < n; i++)
		crowd[i] = guest_of(address(i), T0 + i);
}

static bool
should_leave(struct kid *k, bool busy, uint64_t now_ms)
{
	return tell(k, OP_CROWD, busy, now_ms);
}

/* Ask all of them, the last ones first. Returns how many should leave. */
static int
count_leaving(struct kid *crowd[], uint8_t n, uint64_t now_ms)
{
	int leaving = 0;

	while (n-- > 0)
		leaving += should_leave(crowd[n], false, now_ms);
	return leaving;
}

static void
the_idlest_make_room_for_newcomers(void **state)
{
	struct kid *crowd[N], *newcomer = new_kid();

	(void)state;
	fill(crowd, N);
	assert_int_equal(claim(newcomer, v4_7, LATER), CLAIM_FULL);
	assert_int_equal(count_leaving(crowd, N, LATER), SPARE);
	for (int i = 0; i < SPARE; i++) {
		assert_true(should_leave(crowd[i], false, LATER));
		tell(crowd[i], OP_LEAVE, 0, LATER);
	}
	assert_int_equal(count_leaving(crowd + SPARE, N - SPARE, LATER), 0);
	assert_int_equal(tell(newcomer, OP_REJOIN, 0, LATER), 1);
	tell(newcomer, OP_WAIT, WEIGHT_NORMAL, LATER);
	takes(newcomer, LATER);
	/* who takes the next one's place */
	assert_int_equal(count_leaving(crowd + SPARE, N - SPARE, LATER), 1);
	assert_true(should_leave(crowd[SPARE], false, LATER));
}

static void
nobody_leaves_a_board_with_room(void **state)
{
	struct kid *crowd[N];

	(void)state;
	fill(crowd, N - SPARE);
	assert_int_equal(
	    count_leaving(crowd, N - SPARE, T0 + UINT64_C(36000000)), 0);
}

static void
nobody_leaves_before_it_had_time_to_ask(void **state)
{
	struct kid *crowd[N];

	(void)state;
	fill(crowd, N);
	assert_int_equal(count_leaving(crowd, N, T0 + CROWD_IDLE_MS - 1), 0);
	assert_true(should_leave(crowd[0], false, T0 + CROWD_IDLE_MS));
}

/* However long they wait, and however slow they are. */
static void
who_waits_uploads_or_is_answered_never_leaves(void **state)
{
	struct kid *crowd[N];

	(void)state;
	limits.slots = 1;
	fill(crowd, N);
	tell(crowd[0], OP_WAIT, WEIGHT_NORMAL, T0 + 100);
	takes(crowd[0], T0 + 100);
	tell(crowd[1], OP_WAIT, WEIGHT_NORMAL, T0 + 100);
	for (uint64_t hours = 0; hours < 10; hours++) {
		uint64_t now_ms = LATER + hours * 3600000;

		assert_false(should_leave(crowd[0], false, now_ms));
		assert_false(should_leave(crowd[1], false, now_ms));
		assert_false(should_leave(crowd[2], true, now_ms));
		assert_true(should_leave(crowd[3], false, now_ms));
		assert_true(should_leave(crowd[4], false, now_ms));
		assert_false(should_leave(crowd[5], false, now_ms));
	}
	/* once it is through, it is idle like any other */
	assert_true(should_leave(crowd[2], false, LATER));
	/* and who had a slot has just begun to wait for nothing */
	tell(crowd[0], OP_GIVE, 0, LATER);
	assert_false(should_leave(crowd[0], false, LATER + CROWD_IDLE_MS));
}

static void
without_a_record_those_leave_that_do_not_wait(void **state)
{
	struct kid *crowd[N], *idle = new_kid(), *waiter = new_kid();

	(void)state;
	fill(crowd, N);
	assert_int_equal(claim(idle, v4_7, T0), CLAIM_FULL);
	assert_int_equal(claim(waiter, v4_8, T0), CLAIM_FULL);
	assert_int_equal(tell(waiter, OP_REJOIN, 0, T0 + 1), 0);
	assert_false(should_leave(idle, false, T0 + CROWD_IDLE_MS - 1));
	assert_false(should_leave(idle, true, LATER));
	assert_true(should_leave(idle, false, LATER));
	assert_false(should_leave(waiter, false, LATER));
}

/* A few addresses, each with all it may have; they wait, so they stay. */
static void
a_few_addresses_cannot_fill_the_board(void **state)
{
	struct kid *k;
	int n_in = 0;

	(void)state;
	limits.slots = 1;
	for (uint8_t i = 0; i < 32; i++) {
		enum claim_result res;

		k = new_kid();
		res = claim(k, address(i % 4), T0);
		assert_true(res == CLAIM_OK || res == CLAIM_TOO_MANY);
		if (res == CLAIM_OK)
			tell(k, OP_WAIT, WEIGHT_NORMAL, T0);
		n_in += res == CLAIM_OK;
		/* up to there as always */
		assert_true(i >= N - SPARE || res == CLAIM_OK);
	}
	assert_true(n_in < N);
	k = waiting_of(v4_7, T0 + 1);
	waits_behind(k, (uint32_t)n_in, T0 + 1);
	/* the last one of them gets its fourth when there is room */
	assert_int_equal(claim(new_kid(), address(3), T0 + 2), CLAIM_TOO_MANY);
	limits.connections = 32;
	guest_of(address(3), T0 + 2);
}

/* Who found no record is not counted, and must not get round the limit. */
static void
who_joins_later_is_within_the_limit(void **state)
{
	struct kid *crowd[7], *late[6];
	uint64_t n_in = 0;

	(void)state;
	limits.connections = 7; /* too few to spare one */
	for (uint8_t i = 0; i < 7; i++)
		crowd[i] = guest_of(address(i), T0);
	for (int i = 0; i < 6; i++) {
		late[i] = new_kid();
		assert_int_equal(claim(late[i], v4_7, T0), CLAIM_FULL);
	}
	for (uint8_t i = 0; i < 6; i++)
		tell(crowd[i], OP_LEAVE, 0, T0);
	for (int i = 0; i < 6; i++)
		n_in += tell(late[i], OP_REJOIN, 0, T0 + 1);
	assert_int_equal(n_in, 4);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin_crowd, end)
	const struct CMUnitTest tests[] = {
	    TEST(the_idlest_make_room_for_newcomers),
	    TEST(nobody_leaves_a_board_with_room),
	    TEST(nobody_leaves_before_it_had_time_to_ask),
	    TEST(who_waits_uploads_or_is_answered_never_leaves),
	    TEST(without_a_record_those_leave_that_do_not_wait),
	    TEST(a_few_addresses_cannot_fill_the_board),
	    TEST(who_joins_later_is_within_the_limit),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
