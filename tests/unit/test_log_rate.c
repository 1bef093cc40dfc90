/*
 * board/log_rate.h: what all processes together log because of one owner.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

/* How many of n warnings it may log. */
static int
warn(struct kid *k, int n, uint64_t now_ms)
{
	int logged = 0;

	for (int i = 0; i < n; i++)
		logged += (int)tell(k, OP_WARN, 0, now_ms);
	return logged;
}

static void
an_owner_has_twenty_warnings_a_minute_on_all_connections(void **state)
{
	int logged = 0;

	(void)state;
	for (int i = 0; i < 6; i++)
		logged += warn(guest_of(v4_7, T0), 16, T0);
	assert_int_equal(logged, 20);
	/* others are not its victims */
	assert_int_equal(warn(guest_of(v4_8, T0), 16, T0), 16);
	assert_int_equal(warn(guest_of(v4_7, T0), 30, T0 + 60000), 20);
}

static void
that_a_peer_is_turned_away_is_logged_once_a_minute(void **state)
{
	struct kid *a = guest_of(v4_7, T0), *b = guest_of(v4_7, T0);

	(void)state;
	assert_int_equal(tell(a, OP_TURNED_AWAY, 0, T0), 1);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(tell(b, OP_TURNED_AWAY, 0, T0 + 1), 0);
		assert_int_equal(tell(a, OP_TURNED_AWAY, 0, T0 + 2), 0);
	}
	assert_int_equal(
	    tell(guest_of(v4_8, T0), OP_TURNED_AWAY, 0, T0 + 3), 1);
	/* with how many were not logged */
	assert_int_equal(tell(b, OP_TURNED_AWAY, 0, T0 + 60000), 101);
}

static void
without_a_board_all_may_be_logged(void **state)
{
	struct scoreboard b;
	uint32_t unlogged;

	(void)state;
	assert_true(scoreboard_open(&b, NULL, &limits));
	for (int i = 0; i < 100; i++) {
		assert_true(log_rate_warning(&b, 7, T0));
		assert_true(log_rate_turned_away(&b, 7, T0, &unlogged));
		assert_int_equal(unlogged, 0);
	}
	scoreboard_close(&b);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(an_owner_has_twenty_warnings_a_minute_on_all_connections),
	    TEST(that_a_peer_is_turned_away_is_logged_once_a_minute),
	    TEST(without_a_board_all_may_be_logged),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
