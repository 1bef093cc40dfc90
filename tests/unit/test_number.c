/* base/number.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "base/number.h"

#define REFUSED 4711

/* The number, or REFUSED; both functions agree. */
static uint64_t
number(const char *s, uint64_t min, uint64_t max)
{
	size_t n = strlen(s);
	char *string = exact_copy(s, n + 1), *bytes = exact_copy(s, n);
	uint64_t a = REFUSED, b = REFUSED;
	bool good = number_parse(string, min, max, &a);

	assert_int_equal(number_parse_bytes(bytes, n, min, max, &b), good);
	assert_int_equal(a, b);
	assert_true(good || a == REFUSED);
	free(string);
	free(bytes);
	return a;
}

static void
numbers_are_read_in_full_range(void **state)
{
	(void)state;
	assert_int_equal(number("0", 0, UINT64_MAX), 0);
	assert_int_equal(number("000", 0, UINT64_MAX), 0);
	assert_int_equal(number("00123", 0, UINT64_MAX), 123);
	assert_int_equal(
	    number("18446744073709551615", 0, UINT64_MAX), UINT64_MAX);
	assert_int_equal(
	    number("000000000000000000000018446744073709551615", 0, UINT64_MAX),
	    UINT64_MAX);
}

static void
numbers_that_overflow_are_refused(void **state)
{
	static const char *const big[] = {"18446744073709551616",
	    "18446744073709551620", "18446744073709551625",
	    "184467440737095516150", "27670116110564327424",
	    "99999999999999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(big); i++)
		assert_int_equal(number(big[i], 0, UINT64_MAX), REFUSED);
}

static void
what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {"", " ", " 1", "1 ", "+1", "-1", "-0",
	    "1.5", "0x10", "1e3", "one", "1,000", "1\n", "12a", "1K"};
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(number(bad[i], 0, UINT64_MAX), REFUSED);
	assert_false(number_parse_bytes("1\0002", 3, 0, UINT64_MAX, &v));
}

static void
bounds_are_inclusive(void **state)
{
	(void)state;
	assert_int_equal(number("9", 10, 20), REFUSED);
	assert_int_equal(number("10", 10, 20), 10);
	assert_int_equal(number("20", 10, 20), 20);
	assert_int_equal(number("21", 10, 20), REFUSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_read_in_full_range),
	    cmocka_unit_test(numbers_that_overflow_are_refused),
	    cmocka_unit_test(what_is_no_number_is_refused),
	    cmocka_unit_test(bounds_are_inclusive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
