/*
 * board/scoreboard.h: what is read of the others, and life without a board.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

static void
without_a_directory_everybody_is_alone(void **state)
{
	struct scoreboard b;
	uint32_t before = 1;

	(void)state;
	rmdir(dir);
	assert_false(scoreboard_open(&b, dir, &limits));
	assert_int_equal(roster_claim(&b, v4_7, 1, T0), CLAIM_OK);
	assert_null(scoreboard_mine(&b));
	queue_wait(&b, WEIGHT_LOW, T0);
	assert_true(queue_take(&b, T0, &before));
	assert_int_equal(before, 0);
	assert_false(queue_others_wait(&b));
	assert_int_equal(scoreboard_rate_share(&b, 1000, T0), 1000);
	roster_alive(&b, T0);
	queue_give(&b, T0);
	roster_leave(&b, T0);
	scoreboard_close(&b);
}

/* Each process reads the clock by itself, and uses it a moment later. */
static void
a_clock_a_little_behind_does_no_harm(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.address_minute = 3;
	a = guest_of(v4_7, T0);
	tell(a, OP_USER, 1, 0);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0);
	tell(a, OP_LEAVE, 0, T0 + 10);
	b = guest_of(v4_7, T0 + 9);
	tell(b, OP_USER, 1, 0);
	tell(b, OP_WAIT, WEIGHT_NORMAL, T0 + 9);
	assert_int_equal(tell(b, OP_SINCE, 0, 0), T0 - 1);
	/* its share of the rate */
	takes(b, T0 + 9);
	tell(b, OP_SENDING, 1, 0);
	a = waiting(WEIGHT_NORMAL, T0 + 10);
	takes(a, T0 + 10);
	tell(a, OP_SENDING, 1, 0);
	assert_int_equal(tell(b, OP_SHARE, 1000, T0 + 9), 500);
	/* and the limit of a minute */
	a = guest_of(v4_7, T0 - 1);
	a = new_kid();
	assert_int_equal(claim(a, v4_7, T0 - 1), CLAIM_TOO_OFTEN);
}

static void
the_rate_is_shared_by_weight(void **state)
{
	struct kid *low, *normal, *high, *w;

	(void)state;
	limits.slots = 3;
	low = waiting(WEIGHT_LOW, T0);
	takes(low, T0);
	assert_int_equal(tell(low, OP_SHARE, 7000, T0), 7000);
	normal = waiting(WEIGHT_NORMAL, T0);
	takes(normal, T0);
	high = waiting(WEIGHT_HIGH, T0);
	takes(high, T0);
	w = waiting(WEIGHT_HIGH, T0);
	waits_behind(w, 0, T0);
	/* who sends nothing needs nothing */
	assert_int_equal(tell(low, OP_SHARE, 7000, T0), 7000);
	tell(low, OP_SENDING, 1, 0);
	tell(normal, OP_SENDING, 1, 0);
	tell(high, OP_SENDING, 1, 0);
	assert_int_equal(tell(low, OP_SHARE, 7000, T0), 1000);
	assert_int_equal(tell(normal, OP_SHARE, 7000, T0), 2000);
	assert_int_equal(tell(high, OP_SHARE, 7000, T0), 4000);
	tell(normal, OP_SENDING, 0, 0);
	assert_int_equal(tell(high, OP_SHARE, 7000, T0), 5600);
	/* one that comes back counts itself */
	assert_int_equal(tell(normal, OP_SHARE, 7000, T0), 2000);
}

static void
those_without_a_slot_share_an_eighth(void **state)
{
	struct kid *up, *waits, *asks;

	(void)state;
	limits.slots = 1;
	up = waiting(WEIGHT_LOW, T0);
	takes(up, T0);
	waits = waiting(WEIGHT_HIGH, T0);
	waits_behind(waits, 0, T0);
	asks = guest_of(v4_7, T0);
	/* while nobody asks, all of it is for data */
	assert_int_equal(tell(up, OP_SHARE, 800000, T0), 800000);
	assert_int_equal(tell(waits, OP_SHARE, 800000, T0), 100000);
	tell(waits, OP_SENDING, 1, 0);
	assert_int_equal(tell(up, OP_SHARE, 800000, T0), 700000);
	assert_int_equal(tell(asks, OP_SHARE, 800000, T0), 50000);
	tell(asks, OP_SENDING, 1, 0);
	assert_int_equal(tell(waits, OP_SHARE, 800000, T0), 50000);
	assert_int_equal(tell(up, OP_SHARE, 800000, T0), 700000);
	/* of a low rate it is more, and never more than half */
	tell(asks, OP_SENDING, 0, 0);
	assert_int_equal(tell(waits, OP_SHARE, 10000, T0), 4096);
	assert_int_equal(tell(up, OP_SHARE, 10000, T0), 10000 - 4096);
	assert_int_equal(tell(waits, OP_SHARE, 1000, T0), 500);
	assert_int_equal(tell(up, OP_SHARE, 1000, T0), 500);
	assert_int_equal(tell(waits, OP_SHARE, 1, T0), 1);
	assert_int_equal(tell(up, OP_SHARE, 1, T0), 1);
	assert_int_equal(tell(waits, OP_SHARE, 0, T0), 0);
	/* one that was not heard of sends nothing any more */
	assert_int_equal(tell(up, OP_SHARE, 800000, T0 + 1500), 700000);
	assert_int_equal(tell(up, OP_SHARE, 800000, T0 + 1501), 800000);
}

static void
a_dead_process_has_no_share(void **state)
{
	struct kid *a, *b;

	(void)state;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	tell(a, OP_SENDING, 1, 0);
	b = waiting(WEIGHT_NORMAL, T0);
	takes(b, T0);
	tell(b, OP_SENDING, 1, 0);
	/* one that lives and was not heard of is only slow */
	assert_int_equal(tell(b, OP_SHARE, 1000, T0 + 5000), 500);
	kill_kid(a);
	assert_int_equal(tell(b, OP_SHARE, 1000, T0 + UPLOADING_ALIVE_MS), 500);
	assert_int_equal(tell(b, OP_SHARE, 1000, T0 + 2000), 1000);
}

/* Of an earlier boot, or made up. */
static void
a_stamp_in_the_future_proves_no_life(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0 + 1000000);
	takes(a, T0 + 1000000);
	b = waiting(WEIGHT_NORMAL, T0);
	waits_behind(b, 0, T0);
	kill_kid(a);
	takes(b, T0 + 1);
}

static bool
count(void *ctx, const struct record *r)
{
	int *n = ctx;

	n[r->state]++;
	return true;
}

static void
a_reader_sees_the_live_processes(void **state)
{
	struct kid *k;
	struct scoreboard b;
	int n[4] = {0};

	(void)state;
	k = waiting(WEIGHT_NORMAL, T0);
	takes(k, T0);
	kill_kid(k);
	k = waiting(WEIGHT_NORMAL, T0);
	takes(k, T0);
	waiting(WEIGHT_NORMAL, T0);
	waiting(WEIGHT_NORMAL, T0);
	guest_of(v4_7, T0);
	assert_int_equal(scoreboard_open_readonly(&b, dir), BOARD_OPEN);
	scoreboard_each(&b, T0, count, n);
	scoreboard_close(&b);
	assert_int_equal(n[RECORD_CONNECTED], 1);
	assert_int_equal(n[RECORD_WAITING], 2);
	assert_int_equal(n[RECORD_UPLOADING], 1);
}

/* Without them, it goes by when each said last that it lives. */
static void
a_reader_needs_no_locks(void **state)
{
	struct kid *k;
	struct scoreboard b;
	int n[4] = {0};

	(void)state;
	k = waiting(WEIGHT_NORMAL, T0);
	takes(k, T0);
	k = waiting(WEIGHT_NORMAL, T0 + 8000);
	takes(k, T0 + 8000);
	waiting(WEIGHT_NORMAL, T0 - 60000);
	guest_of(v4_7, T0);
	assert_int_equal(unlink(locks_path()), 0);
	assert_int_equal(scoreboard_open_readonly(&b, dir), BOARD_OPEN);
	scoreboard_each(&b, T0 + 10000, count, n);
	scoreboard_close(&b);
	assert_int_equal(n[RECORD_CONNECTED], 1);
	assert_int_equal(n[RECORD_WAITING], 0);
	assert_int_equal(n[RECORD_UPLOADING], 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(without_a_directory_everybody_is_alone),
	    TEST(a_clock_a_little_behind_does_no_harm),
	    TEST(the_rate_is_shared_by_weight),
	    TEST(those_without_a_slot_share_an_eighth),
	    TEST(a_dead_process_has_no_share),
	    TEST(a_stamp_in_the_future_proves_no_life),
	    TEST(a_reader_sees_the_live_processes),
	    TEST(a_reader_needs_no_locks),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
