/* announce/server/choose.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "announce/server/choose.h"

/* The wait after a failure, between its bounds. */
static void
assert_wait(struct choose_server s, enum choose_end end, uint64_t listed_ms,
    uint64_t wait_ms)
{
	const uint64_t now = 5000000;
	struct choose_server least = s, most = s;

	choose_ended(&least, end, listed_ms, now, 0);
	assert_int_equal(least.next_ms, now + wait_ms * 4 / 5);
	choose_ended(&most, end, listed_ms, now, (uint32_t)(wait_ms * 2 / 5));
	assert_int_equal(most.next_ms, now + wait_ms * 6 / 5);
}

static void
waits_double_from_half_a_minute_to_half_an_hour(void **state)
{
	static const uint64_t seconds[] = {
	    30, 60, 120, 240, 480, 960, 1800, 1800, 1800};
	struct choose_server s = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
		assert_wait(s, CHOOSE_FAILED, 0, seconds[i] * 1000);
		choose_ended(&s, CHOOSE_FAILED, 0, 0, 0);
	}
	s.tries = UINT32_MAX;
	choose_ended(&s, CHOOSE_FAILED, 0, 0, 0);
	assert_int_equal(s.tries, UINT32_MAX);
}

static void
a_good_connection_makes_the_waits_begin_anew(void **state)
{
	struct choose_server s = {.tries = 5};

	(void)state;
	assert_wait(s, CHOOSE_FAILED, CHOOSE_GOOD_MS, CHOOSE_WAIT_MS);
	assert_wait(s, CHOOSE_FAILED, CHOOSE_GOOD_MS - 1, 960000);
}

static void
a_server_that_did_not_want_us_waits_for_half_an_hour(void **state)
{
	struct choose_server s = {0};

	(void)state;
	assert_wait(s, CHOOSE_UNWANTED, 0, CHOOSE_WAIT_MAX_MS);
	assert_wait(s, CHOOSE_UNWANTED, CHOOSE_GOOD_MS, CHOOSE_WAIT_MAX_MS);
}

static void
no_random_number_leads_out_of_the_bounds(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 100000; i++) {
		struct choose_server s = {0};

		choose_ended(&s, CHOOSE_FAILED, 0, 0, i * 42949u);
		assert_in_range(s.next_ms, 24000, 36000);
	}
}

static void
the_first_server_of_the_list_whose_time_has_come_is_next(void **state)
{
	struct choose_server s[] = {{1, 900}, {1, 300}, {0, 0}};

	(void)state;
	assert_int_equal(choose_next(s, 3, 100), 2);
	assert_int_equal(choose_next(s, 3, 300), 1);
	assert_int_equal(choose_next(s, 3, 900), 0);
	s[2].next_ms = 500;
	assert_int_equal(choose_next(s, 3, 100), 1);
	assert_int_equal(choose_next(s, 1, 100), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(waits_double_from_half_a_minute_to_half_an_hour),
	    cmocka_unit_test(a_good_connection_makes_the_waits_begin_anew),
	    cmocka_unit_test(
		a_server_that_did_not_want_us_waits_for_half_an_hour),
	    cmocka_unit_test(no_random_number_leads_out_of_the_bounds),
	    cmocka_unit_test(
		the_first_server_of_the_list_whose_time_has_come_is_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
