/* base/util.h. SPDX-License-Identifier: ISC */
#include "harness.h"

static void
hex_survives_both_ways(void **state)
{
	uint8_t in[256], out[256];
	char text[513];

	(void)state;
	for (size_t i = 0; i < 256; i++)
		in[i] = (uint8_t)i;
	hex_encode(text, in, 256);
	assert_int_equal(strlen(text), 512);
	assert_true(hex_decode(out, text, 256));
	assert_memory_equal(in, out, 256);
}

static void
hex_takes_upper_case(void **state)
{
	uint8_t out[2];

	(void)state;
	assert_true(hex_decode(out, "AbfF", 2));
	assert_int_equal(out[0], 0xAB);
	assert_int_equal(out[1], 0xFF);
}

static void
hex_refuses_what_is_no_digit_or_ends_early(void **state)
{
	uint8_t out[2];

	(void)state;
	assert_false(hex_decode(out, "ag00", 2));
	assert_false(hex_decode(out, "a", 1));
	assert_false(hex_decode(out, "abc", 2));
	assert_false(hex_decode(out, "", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hex_survives_both_ways),
	    cmocka_unit_test(hex_takes_upper_case),
	    cmocka_unit_test(hex_refuses_what_is_no_digit_or_ends_early),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
