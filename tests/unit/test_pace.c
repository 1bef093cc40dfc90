/* serve/pace.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "proto/opcodes.h"
#include "serve/data/pace.h"

static void
frames_are_small_at_first(void **state)
{
	struct pace p = {0};

	(void)state;
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
	pace_note(&p, 1000, 0, true);
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
}

static void
a_block_within_a_quarter_of_a_second_makes_it_fast(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_note(&p, 1000, 0, true);
	pace_note(&p, 1100, BLOCK_SIZE - 1, true);
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
	pace_note(&p, 1250, BLOCK_SIZE, true);
	assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
}

static void
a_block_in_a_little_more_time_does_not(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_note(&p, 1000, 0, true);
	pace_note(&p, 1251, BLOCK_SIZE, true);
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
}

static void
a_block_in_no_time_is_fast(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_note(&p, 1000, 0, true);
	pace_note(&p, 1000, BLOCK_SIZE, true);
	assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
}

static void
what_was_sent_before_the_first_look_does_not_count(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_note(&p, 1000, 100 * BLOCK_SIZE, true);
	pace_note(&p, 1300, 100 * BLOCK_SIZE + 1000, true);
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
}

static void
a_fast_peer_that_slows_down_gets_small_frames_again(void **state)
{
	struct pace p = {0};
	uint64_t bytes = 0;

	(void)state;
	for (uint64_t now = 0; now < 2000; now += 100) {
		pace_note(&p, now, bytes, true);
		bytes += BLOCK_SIZE;
	}
	assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
	/* too early to tell: it stays what it was */
	pace_note(&p, 2000, bytes, true);
	pace_note(&p, 2250, bytes, true);
	assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
	pace_note(&p, 2251, bytes, true);
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
	/* and back */
	pace_note(&p, 2300, bytes + BLOCK_SIZE, true);
	assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
}

static void
a_steady_rate_decides_whatever_the_steps_are(void **state)
{
	static const uint64_t steps[] = {1, 7, 50, 250, 1000, 60000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct pace fast = {0}, slow = {0};

		/* 1 MB/s and 500 kB/s; the border is at 737 kB/s */
		for (uint64_t t = 0; t <= 300000; t += steps[i]) {
			pace_note(&fast, t, t * 1000, true);
			pace_note(&slow, t, t * 500, true);
		}
		assert_int_equal(pace_frame_size(&fast), BLOCK_SIZE);
		assert_int_equal(pace_frame_size(&slow), PACE_SMALL_FRAME);
	}
}

static void
time_without_data_under_way_does_not_count(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_note(&p, 0, 0, true);
	pace_note(&p, 10, BLOCK_SIZE, true);
	assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
	/* the peer thinks for a minute, twice, and is still fast */
	for (uint64_t t = 1; t < 3; t++) {
		pace_note(&p, t * 60000, t * BLOCK_SIZE, false);
		assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
		pace_note(&p, t * 60000 + 59000, t * BLOCK_SIZE, true);
		assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
		pace_note(&p, t * 60000 + 59010, (t + 1) * BLOCK_SIZE, true);
		assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
	}
}

static void
a_gap_between_two_half_blocks_makes_no_fast_peer(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_note(&p, 0, 0, true);
	pace_note(&p, 200, BLOCK_SIZE - 1, true);
	pace_note(&p, 201, BLOCK_SIZE - 1, false);
	pace_note(&p, 9000, BLOCK_SIZE - 1, true);
	pace_note(&p, 9010, BLOCK_SIZE, true);
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
	pace_note(&p, 9251, BLOCK_SIZE, true);
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
}

static void
years_and_petabytes_do_not_wrap(void **state)
{
	struct pace p = {0};

	(void)state;
	pace_note(&p, UINT64_C(1) << 41, UINT64_C(1) << 53, true);
	pace_note(&p, (UINT64_C(1) << 41) + 1, UINT64_C(1) << 54, true);
	assert_int_equal(pace_frame_size(&p), BLOCK_SIZE);
	assert_true(pace_is_bulk(&p));
	pace_note(&p, UINT64_C(1) << 42, (UINT64_C(1) << 54) + 1, true);
	assert_int_equal(pace_frame_size(&p), PACE_SMALL_FRAME);
	assert_false(pace_is_bulk(&p));
}

static void
bulk_is_256_megabytes_a_second_with_all_pauses(void **state)
{
	struct pace bulk = {0}, not_quite = {0}, pauses = {0};
	const uint64_t per_ms = PACE_BULK_BYTES / PACE_BULK_MS;

	(void)state;
	assert_false(pace_is_bulk(&bulk));
	for (uint64_t t = 0; t <= 1000; t++) {
		uint64_t now = 123456789 + t;

		pace_note(&bulk, now, t * per_ms, true);
		pace_note(&not_quite, now, t * (per_ms - 1), true);
		/* what counts is what goes out, not how fast it goes at times */
		pace_note(&pauses, now, t / 100 * 40 * per_ms, t % 100 < 40);
		if (t < PACE_BULK_MS)
			assert_false(pace_is_bulk(&bulk));
		assert_false(pace_is_bulk(&not_quite));
		assert_false(pace_is_bulk(&pauses));
	}
	assert_true(pace_is_bulk(&bulk));
	/* it ends as soon as it is too slow */
	pace_note(&bulk, 123456789 + 1000, 1000 * per_ms, true);
	pace_note(&bulk, 123456789 + 1300, 1001 * per_ms, true);
	assert_false(pace_is_bulk(&bulk));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frames_are_small_at_first),
	    cmocka_unit_test(
		a_block_within_a_quarter_of_a_second_makes_it_fast),
	    cmocka_unit_test(a_block_in_a_little_more_time_does_not),
	    cmocka_unit_test(a_block_in_no_time_is_fast),
	    cmocka_unit_test(
		what_was_sent_before_the_first_look_does_not_count),
	    cmocka_unit_test(
		a_fast_peer_that_slows_down_gets_small_frames_again),
	    cmocka_unit_test(a_steady_rate_decides_whatever_the_steps_are),
	    cmocka_unit_test(time_without_data_under_way_does_not_count),
	    cmocka_unit_test(a_gap_between_two_half_blocks_makes_no_fast_peer),
	    cmocka_unit_test(bulk_is_256_megabytes_a_second_with_all_pauses),
	    cmocka_unit_test(years_and_petabytes_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
