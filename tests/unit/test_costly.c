/*
 * board/costly.h: how many costly answers an owner gets, and one at a time.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

/* How many of n it may make, one after the other. */
static int
count(struct kid *k, int n, uint64_t now_ms)
{
	int made = 0;

	for (int i = 0; i < n; i++)
		if (tell(k, OP_COSTLY, 0, now_ms)) {
			tell(k, OP_COSTLY_END, 0, now_ms);
			made++;
		}
	return made;
}

static void
an_owner_gets_ten_a_minute_on_all_connections(void **state)
{
	int made = 0;

	(void)state;
	for (int i = 0; i < 6; i++)
		made += count(guest_of(v4_7, T0), 4, T0);
	assert_int_equal(made, 10);
	/* others are not its victims */
	assert_int_equal(count(guest_of(v4_8, T0), 20, T0), 10);
	assert_int_equal(count(guest_of(v4_7, T0), 20, T0 + 60000), 10);
}

static void
networks_get_two_and_four_times_as_many(void **state)
{
	uint8_t address[16] = {0x20, 1, 0xD, 0xB8};
	struct kid *k = new_kid();
	int made = 0;

	(void)state;
	for (uint8_t i = 0; i < 32; i++) {
		address[6] = i / 4;
		address[7] = i % 4;
		assert_int_equal(claim(k, address, T0), CLAIM_OK);
		made += count(k, 15, T0);
		tell(k, OP_LEAVE, 0, T0);
		assert_true(i != 3 || made == 20);
	}
	assert_int_equal(made, 40);
}

static void
there_is_one_at_a_time(void **state)
{
	struct kid *a = guest_of(v4_7, T0), *b = guest_of(v4_8, T0);
	struct timespec begin, end;

	(void)state;
	assert_true(tell(a, OP_COSTLY, 0, T0));
	/* it waits for a moment, and not for ever */
	clock_gettime(CLOCK_MONOTONIC, &begin);
	assert_false(tell(b, OP_COSTLY, 0, T0));
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_true(end.tv_sec - begin.tv_sec <= 5);
	tell(a, OP_COSTLY_END, 0, T0);
	/* one that was refused for that was not counted */
	assert_int_equal(count(b, 20, T0), 10);
	/* nor does a killed process stay in the way */
	assert_true(tell(a, OP_COSTLY, 0, T0));
	kill_kid(a);
	assert_int_equal(count(b, 1, T0 + 60000), 1);
}

/* The lock is none of a record's. */
static void
it_takes_nobodys_record(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.connections = SCOREBOARD_RECORDS;
	a = guest_of(v4_7, T0);
	assert_true(tell(a, OP_COSTLY, 0, T0));
	b = waiting_of(v4_8, T0);
	takes(b, T0);
	tell(a, OP_COSTLY_END, 0, T0);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0);
	takes(a, T0);
	/* a is alive still, with the lock on its record */
	b = guest_of(v4_9, T0 + 4 * ALIVE_MS);
	assert_int_equal(tell(b, OP_MINE, 0, 0), 2);
}

static void
without_a_board_nobody_is_counted(void **state)
{
	struct scoreboard b;

	(void)state;
	assert_true(scoreboard_open(&b, NULL, &limits));
	assert_int_equal(roster_claim(&b, v4_7, 1, T0), CLAIM_OK);
	for (int i = 0; i < 100; i++) {
		assert_true(costly_begin(&b, T0));
		costly_end(&b);
	}
	scoreboard_close(&b);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(an_owner_gets_ten_a_minute_on_all_connections),
	    TEST(networks_get_two_and_four_times_as_many),
	    TEST(there_is_one_at_a_time),
	    TEST(it_takes_nobodys_record),
	    TEST(without_a_board_nobody_is_counted),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
