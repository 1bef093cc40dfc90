/* serve/rate.h, with a simulated clock. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "serve/data/rate.h"

static struct rate_limit r;
static uint64_t now;

static int
begin(void **state)
{
	(void)state;
	memset(&r, 0, sizeof r);
	now = 123456789;
	return 0;
}

/* Sleep until something may be sent; it must not be asked for ever. */
static void
await(void)
{
	uint64_t ms;

	for (int i = 0; (ms = rate_wait_ms(&r, now)) > 0; i++) {
		assert_true(i < 3);
		now += ms;
	}
}

/*
 * Send frames for at least a minute and until the next one may go, so that what
 * is measured is what was paid for. Returns bytes a second.
 */
static uint64_t
measure(uint64_t frame)
{
	uint64_t began_ms, sent = 0;

	await();
	for (began_ms = now; now - began_ms < 60000; await()) {
		rate_spend(&r, frame);
		sent += frame;
	}
	return sent * 1000 / (now - began_ms);
}

/* Within 1 %. */
static void
check_near(uint64_t got, uint64_t wanted)
{
	if (got < wanted - wanted / 100 || got > wanted + wanted / 100)
		fail_msg("%llu instead of %llu bytes a second",
		    (unsigned long long)got, (unsigned long long)wanted);
}

static const uint64_t rates[] = {
    1000, 1024, 1999, 10000, 123457, 1000000, 9999999, 12500000, 100000000};

static void
the_average_is_the_rate(void **state)
{
	static const uint64_t frames[] = {10240, 184320};

	for (size_t i = 0; i < ARRAY_LEN(rates); i++)
		for (size_t j = 0; j < ARRAY_LEN(frames); j++) {
			begin(state);
			rate_set(&r, rates[i], now);
			check_near(measure(frames[j]), rates[i]);
		}
}

static void
many_small_writes_are_as_good_as_one(void **state)
{
	(void)state;
	rate_set(&r, 50000, now);
	check_near(measure(100), 50000);
}

/* Answers leave in steps, and the average is the rate all the same. */
static void
answers_leave_in_steps(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		uint64_t began_ms, sent = 0, most = 0;

		begin(state);
		rate_set(&r, rates[i], now);
		await();
		for (began_ms = now; now - began_ms < 60000; await()) {
			size_t step = rate_step(&r);

			rate_spend(&r, step);
			sent += step;
			most = step > most ? step : most;
		}
		check_near(sent * 1000 / (now - began_ms), rates[i]);
		/* no more at once than the bucket holds */
		assert_in_range(
		    most, RATE_STEP, rates[i] > 102400 ? rates[i] / 10 : 10240);
	}
}

static void
no_rate_is_no_wait(void **state)
{
	(void)state;
	assert_int_equal(rate_wait_ms(&r, now), 0);
	rate_spend(&r, 1 << 30);
	assert_int_equal(rate_wait_ms(&r, now), 0);
	rate_set(&r, 0, now);
	assert_int_equal(rate_wait_ms(&r, now), 0);
	assert_true(rate_step(&r) > 1 << 30);
	assert_true(rate_let_bytes(&r) == UINT64_MAX);
}

/* Sent or not, and whether or not the bucket holds it. */
static void
what_is_let_through_is_counted(void **state)
{
	uint64_t before;

	(void)state;
	rate_set(&r, 1000, now);
	before = rate_let_bytes(&r);
	for (int i = 0; i < 3000; i++, now += 50)
		rate_wait_ms(&r, now);
	now += 50;
	rate_spend(&r, 1 << 20);
	rate_wait_ms(&r, now);
	assert_in_range(rate_let_bytes(&r) - before, 150000, 150100);
	/* a byte in ten milliseconds, looked for in each of them */
	begin(state);
	rate_set(&r, 100, now);
	for (int i = 0; i < 10000; i++)
		rate_wait_ms(&r, ++now);
	assert_int_equal(rate_let_bytes(&r), 1000);
}

static void
a_rate_that_is_lifted_lets_all_through(void **state)
{
	(void)state;
	rate_set(&r, 1000, now);
	await();
	rate_spend(&r, 184320);
	assert_true(rate_wait_ms(&r, now) > 180000);
	rate_set(&r, 0, now);
	assert_int_equal(rate_wait_ms(&r, now), 0);
	rate_spend(&r, 1 << 30);
	rate_set(&r, 100000, now);
	/* what was sent without a rate is not paid for afterwards */
	assert_true(rate_wait_ms(&r, now) < 2000);
}

/* What goes at once after so much idleness. */
static uint64_t
burst_after(uint64_t rate, uint64_t idle_ms)
{
	uint64_t sent = 0;

	rate_set(&r, rate, now);
	await();
	now += idle_ms;
	while (rate_wait_ms(&r, now) == 0) {
		rate_spend(&r, 1024);
		sent += 1024;
	}
	return sent;
}

static void
nobody_saves_up_for_a_burst(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		uint64_t tenth = rates[i] / 10, sent;

		begin(state);
		sent = burst_after(rates[i], 3600000);
		assert_true(sent <= (tenth > 10240 ? tenth : 10240) + 1024);
		/* a day's or a month's is no more */
		begin(state);
		assert_int_equal(burst_after(rates[i], 86400000), sent);
		begin(state);
		assert_int_equal(
		    burst_after(rates[i], UINT64_C(2592000000)), sent);
	}
}

static void
what_was_sent_beyond_is_paid_for(void **state)
{
	(void)state;
	rate_set(&r, 10240, now);
	await();
	rate_spend(&r, 10240 * 10);
	now += 9000;
	assert_in_range(rate_wait_ms(&r, now), 900, 1100);
	now += 900;
	assert_in_range(rate_wait_ms(&r, now), 1, 200);
	now += 200;
	assert_int_equal(rate_wait_ms(&r, now), 0);
}

static void
a_change_holds_from_then_on(void **state)
{
	(void)state;
	rate_set(&r, 1000000, now);
	check_near(measure(10240), 1000000);
	rate_set(&r, 50000, now);
	check_near(measure(10240), 50000);
	rate_set(&r, 2000000, now);
	check_near(measure(184320), 2000000);
}

static void
a_debt_is_paid_at_the_new_rate(void **state)
{
	(void)state;
	rate_set(&r, 1000, now);
	await();
	rate_spend(&r, 100001);
	now += 10000; /* pays 10,000 of it */
	rate_set(&r, 90000, now);
	assert_in_range(rate_wait_ms(&r, now), 900, 1100);
}

/* A fuller bucket than the new rate allows is not kept. */
static void
a_lower_rate_has_no_burst_left_of_the_higher(void **state)
{
	uint64_t sent = 0;

	(void)state;
	rate_set(&r, 100000000, now);
	now += 60000;
	assert_int_equal(rate_wait_ms(&r, now), 0);
	rate_set(&r, 10000, now);
	now++;
	while (rate_wait_ms(&r, ++now) == 0 && sent < 100000000) {
		rate_spend(&r, 1024);
		sent += 1024;
	}
	assert_true(sent <= 10240 + 1024);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
	    TEST(the_average_is_the_rate),
	    TEST(many_small_writes_are_as_good_as_one),
	    TEST(answers_leave_in_steps),
	    TEST(no_rate_is_no_wait),
	    TEST(what_is_let_through_is_counted),
	    TEST(a_rate_that_is_lifted_lets_all_through),
	    TEST(nobody_saves_up_for_a_burst),
	    TEST(what_was_sent_beyond_is_paid_for),
	    TEST(a_change_holds_from_then_on),
	    TEST(a_debt_is_paid_at_the_new_rate),
	    TEST(a_lower_rate_has_no_burst_left_of_the_higher),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
