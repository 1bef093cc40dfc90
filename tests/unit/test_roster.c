/*
 * board/roster.h: records are claimed within the limits, left, and freed for
 * the dead.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

static void
records_are_used_again(void **state)
{
	struct kid *a = guest_of(v4_7, T0), *b, *c, *d;

	(void)state;
	b = guest_of(v4_7, T0);
	c = guest_of(v4_7, T0);
	assert_int_equal(tell(b, OP_MINE, 0, 0), 1);
	tell(a, OP_LEAVE, 0, T0);
	d = guest_of(v4_7, T0);
	assert_int_equal(tell(d, OP_MINE, 0, 0), 0);
	/* the killed are found by their silence */
	kill_kid(b);
	kill_kid(c);
	assert_int_equal(
	    tell(guest_of(v4_8, T0 + 2 * ALIVE_MS), OP_MINE, 0, 0), 3);
	tell(d, OP_ALIVE, 0, T0 + 2 * ALIVE_MS);
	assert_int_equal(
	    tell(guest_of(v4_8, T0 + 2 * ALIVE_MS + 1), OP_MINE, 0, 0), 1);
}

static void
connections_are_limited(void **state)
{
	struct kid *a, *k;

	(void)state;
	limits.connections = 3;
	a = guest_of(v4_7, T0);
	guest_of(v4_8, T0);
	guest_of(unknown, T0);
	k = new_kid();
	assert_int_equal(claim(k, v4_9, T0), CLAIM_FULL);
	/* which may go on, but gets no slot */
	assert_int_equal(tell(k, OP_TAKE, 0, T0), 0);
	tell(a, OP_LEAVE, 0, T0);
	assert_int_equal(claim(k, v4_9, T0), CLAIM_OK);
}

static void
fewer_connections_may_be_than_once_were(void **state)
{
	struct kid *a, *b;

	(void)state;
	a = guest_of(v4_7, T0);
	b = guest_of(v4_8, T0);
	tell(a, OP_LEAVE, 0, T0);
	tell(b, OP_LEAVE, 0, T0);
	limits.connections = 1;
	assert_int_equal(claim(a, v4_7, T0), CLAIM_OK);
	assert_int_equal(claim(b, v4_8, T0), CLAIM_FULL);
	tell(a, OP_LEAVE, 0, T0);
	assert_int_equal(claim(b, v4_8, T0), CLAIM_OK);
}

/* How many of these two get in when one may. */
static void
check_one_of(const uint8_t a[16], const uint8_t b[16], bool both)
{
	struct kid *first = guest_of(a, T0), *second = new_kid();

	assert_int_equal(
	    claim(second, b, T0), both ? CLAIM_OK : CLAIM_TOO_MANY);
	tell(second, OP_LEAVE, 0, T0);
	kill_kid(first); /* killed is gone as well */
	assert_int_equal(claim(second, b, T0), CLAIM_OK);
	tell(second, OP_LEAVE, 0, T0);
}

static void
connections_of_an_address_are_limited(void **state)
{
	(void)state;
	limits.address_connections = 1;
	check_one_of(v4_7, v4_7, false);
	check_one_of(v4_7, v4_8, true);
	check_one_of(v6_a, v6_a, false);
	check_one_of(v6_a, v6_b, false);
	check_one_of(v6_a, v6_c, true);
	check_one_of(v4_7, v6_a, true);
	check_one_of(unknown, unknown, true);
}

static void
new_connections_of_an_address_are_limited(void **state)
{
	struct kid *k = new_kid();

	(void)state;
	limits.address_minute = 3;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(claim(k, v6_a, T0 + 10), CLAIM_OK);
		tell(k, OP_LEAVE, 0, T0 + 10);
	}
	assert_int_equal(claim(k, v6_b, T0 + 59999), CLAIM_TOO_OFTEN);
	assert_int_equal(tell(k, OP_TAKE, 0, T0), 0);
	assert_int_equal(claim(k, v6_c, T0 + 59999), CLAIM_OK);
	tell(k, OP_LEAVE, 0, T0 + 10);
	assert_int_equal(claim(k, v4_7, T0 + 59999), CLAIM_OK);
	tell(k, OP_LEAVE, 0, T0 + 10);
	/* the next minute */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(claim(k, v6_b, T0 + 60010), CLAIM_OK);
		tell(k, OP_LEAVE, 0, T0 + 60010);
	}
	assert_int_equal(claim(k, v6_a, T0 + 60010), CLAIM_TOO_OFTEN);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(claim(k, unknown, T0 + 10), CLAIM_OK);
		tell(k, OP_LEAVE, 0, T0 + 10);
	}
}

/* How many connections of one /56 and of one /48 get in, each from a /64. */
static void
check_networks(enum claim_result refusal)
{
	uint8_t address[16] = {0x20, 1, 0xD, 0xB8};
	int n_in = 0;

	for (uint8_t i = 0; i < 20; i++) {
		enum claim_result res;

		address[6] = i / 4;
		address[7] = i % 4;
		res = claim(new_kid(), address, T0);
		assert_true(res == CLAIM_OK || res == refusal);
		n_in += res == CLAIM_OK;
		if (i == 3)
			assert_int_equal(n_in, 2);
	}
	assert_int_equal(n_in, 4);
	address[5] = 1;
	guest_of(address, T0);
	guest_of(v4_7, T0);
	guest_of(v4_8, T0);
	guest_of(v4_9, T0);
}

static void
connections_of_a_wider_network_are_limited(void **state)
{
	(void)state;
	limits.address_connections = 1;
	check_networks(CLAIM_TOO_MANY);
}

static void
new_connections_of_a_wider_network_are_limited(void **state)
{
	(void)state;
	limits.address_minute = 1;
	check_networks(CLAIM_TOO_OFTEN);
}

/* Nor does one that is refused use up what its neighbours may do. */
static void
a_network_has_more_than_one_of_its_own_can_use_up(void **state)
{
	struct kid *k = new_kid();

	(void)state;
	limits.address_minute = 5;
	for (int i = 0; i < 30; i++) {
		assert_int_equal(
		    claim(k, v6_a, T0), i < 5 ? CLAIM_OK : CLAIM_TOO_OFTEN);
		tell(k, OP_LEAVE, 0, T0);
	}
	assert_int_equal(claim(k, v6_c, T0), CLAIM_OK);
}

static void
a_process_that_found_no_record_gets_one_later(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.connections = 1;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	b = new_kid();
	assert_int_equal(claim(b, v4_7, T0 + 1), CLAIM_FULL);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 10), 0);
	waits_behind(b, 1, T0 + 10);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 20), 0);
	tell(a, OP_LEAVE, 0, T0 + 30);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 40), 1);
	tell(b, OP_WAIT, WEIGHT_NORMAL, T0 + 40);
	/* it waits since it asked first */
	assert_int_equal(tell(b, OP_SINCE, 0, 0), T0 + 10);
	takes(b, T0 + 40);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 50), 1);
}

static void
a_process_that_left_is_not_counted_as_killed(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	tell(a, OP_SENT, 12345, 0);
	tell(a, OP_LEAVE, 0, T0 + 10);
	b = waiting(WEIGHT_NORMAL, T0 + 10);
	takes(b, T0 + 30);
	assert_int_equal(seen_dead(b).n_dead, 0);
}

/* By a process that was taken over, which may write all of the board. */
static void
a_record_that_is_wiped_is_written_again(void **state)
{
	static const uint8_t zeros[2 * sizeof(struct record)];
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	b = waiting(WEIGHT_NORMAL, T0);
	write_at(offsetof(struct board, n_used), zeros, 4);
	write_at(offsetof(struct board, records), zeros, sizeof zeros);
	takes(a, T0 + 1);
	tell(a, OP_ALIVE, 0, T0 + 2);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 3), 1);
	waits_behind(b, 0, T0 + 3);
	assert_int_equal(tell(a, OP_OTHERS_WAIT, 0, 0), 1);
	tell(a, OP_LEAVE, 0, T0 + 4);
	takes(b, T0 + 4);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(records_are_used_again),
	    TEST(connections_are_limited),
	    TEST(fewer_connections_may_be_than_once_were),
	    TEST(connections_of_an_address_are_limited),
	    TEST(new_connections_of_an_address_are_limited),
	    TEST(connections_of_a_wider_network_are_limited),
	    TEST(new_connections_of_a_wider_network_are_limited),
	    TEST(a_network_has_more_than_one_of_its_own_can_use_up),
	    TEST(a_process_that_found_no_record_gets_one_later),
	    TEST(a_process_that_left_is_not_counted_as_killed),
	    TEST(a_record_that_is_wiped_is_written_again),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
