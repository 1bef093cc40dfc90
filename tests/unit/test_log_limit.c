/*
 * base/log_limit.h: which messages of one process are logged.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "base/log_limit.h"

#include <stdio.h>

static struct log_limit l;
static bool allowed;
static int n_asked;

static int
begin(void **state)
{
	(void)state;
	l = (struct log_limit){.period_ms = 0};
	n_asked = 0;
	return 0;
}

/* How many of n messages of which no two are the same are admitted. */
static int
say_different(bool is_error, int n)
{
	int admitted = 0;

	for (int i = 0; i < n; i++) {
		char text[32];

		snprintf(text, sizeof text, "%d, %d", i, is_error);
		admitted += log_limit_admits(&l, is_error, text);
	}
	return admitted;
}

static bool
ask(void *ctx)
{
	assert_ptr_equal(ctx, &l);
	n_asked++;
	return allowed;
}

static void
what_was_said_is_not_said_again(void **state)
{
	(void)state;
	assert_true(log_limit_admits(&l, false, "a"));
	assert_true(log_limit_admits(&l, false, "b"));
	for (int i = 0; i < 1000; i++) {
		assert_false(log_limit_admits(&l, false, "a"));
		assert_false(log_limit_admits(&l, false, "b"));
	}
	assert_int_equal(l.unlogged, 2000);
}

static void
sixteen_warnings_are_said_and_four_errors_after_them(void **state)
{
	(void)state;
	assert_int_equal(say_different(false, 100), 16);
	assert_int_equal(say_different(true, 100), 4);
	assert_int_equal(l.unlogged, 84 + 96);
}

static void
twenty_errors_are_said_and_no_warning_after_them(void **state)
{
	(void)state;
	assert_int_equal(say_different(true, 100), 20);
	assert_int_equal(say_different(false, 100), 0);
}

/* Each question takes a lock that all servers share. */
static void
who_allows_it_is_asked_once_for_each(void **state)
{
	(void)state;
	l.allows = ask;
	l.ctx = &l;
	allowed = false;
	for (int i = 0; i < 1000; i++)
		assert_false(log_limit_admits(&l, false, "a"));
	assert_int_equal(n_asked, 1);
	assert_int_equal(say_different(true, 1000), 0);
	assert_int_equal(n_asked, 20);
	assert_int_equal(l.unlogged, 2000);
	begin(state);
	l.allows = ask;
	l.ctx = &l;
	allowed = true;
	assert_int_equal(say_different(false, 100), 16);
}

static void
without_a_period_nothing_is_said_twice(void **state)
{
	(void)state;
	say_different(true, 100);
	assert_int_equal(log_limit_renew(&l, UINT64_MAX), 0);
	assert_int_equal(say_different(true, 100), 0);
	assert_int_equal(l.unlogged, 180);
}

static void
after_a_period_it_begins_anew(void **state)
{
	(void)state;
	l.period_ms = 60000;
	l.begun_ms = 1000;
	say_different(true, 100);
	assert_int_equal(log_limit_renew(&l, 60999), 0);
	assert_int_equal(say_different(true, 1), 0);
	assert_int_equal(log_limit_renew(&l, 61000), 81);
	assert_int_equal(say_different(true, 100), 20);
	assert_int_equal(log_limit_renew(&l, 120999), 0);
	assert_int_equal(log_limit_renew(&l, 121000), 80);
	assert_int_equal(log_limit_renew(&l, 200000), 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
	    TEST(what_was_said_is_not_said_again),
	    TEST(sixteen_warnings_are_said_and_four_errors_after_them),
	    TEST(twenty_errors_are_said_and_no_warning_after_them),
	    TEST(who_allows_it_is_asked_once_for_each),
	    TEST(without_a_period_nothing_is_said_twice),
	    TEST(after_a_period_it_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
