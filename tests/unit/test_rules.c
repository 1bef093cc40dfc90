/*
 * index/rules.c: what a walk leaves out.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "index/rules.h"

static void
hidden_and_unfinished_files_are_left_out(void **state)
{
	static const char *const out[] = {".a", "d/.a", "a.part",
	    "d/001.part.met", "001.part.met.bak", "A.CRDOWNLOAD", "a.tmp", "a~",
	    "a.!qB"};
	static const char *const in[] = {"a", "d/a", "a.b", "part", "a.parts",
	    "tmp", "~a", "a.part1.rar", ".d/a"};
	struct rules rules = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		assert_true(rules_leave_out(&rules, out[i], false));
	for (size_t i = 0; i < ARRAY_LEN(in); i++)
		assert_false(rules_leave_out(&rules, in[i], false));
	rules.every = true;
	for (size_t i = 0; i < ARRAY_LEN(out); i++)
		assert_false(rules_leave_out(&rules, out[i], false));
}

static void
of_directories_only_hidden_ones_are(void **state)
{
	const struct rules rules = {0};

	(void)state;
	assert_true(rules_leave_out(&rules, ".git", true));
	assert_false(rules_leave_out(&rules, "a.part", true));
}

static void
patterns_hold_against_name_and_path(void **state)
{
	const struct rules rules = {
	    .every = true, .exclude = {{"*.txt", "doc/*", "x?"}, 3}};

	(void)state;
	assert_true(rules_leave_out(&rules, "a.txt", false));
	assert_true(rules_leave_out(&rules, "deep/er/.txt", false));
	assert_true(rules_leave_out(&rules, "doc/deep/er", false));
	assert_true(rules_leave_out(&rules, "a/xy", true));
	assert_false(rules_leave_out(&rules, "a/doc/b", false));
	assert_false(rules_leave_out(&rules, "doc", true));
	assert_false(rules_leave_out(&rules, "a.text", false));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hidden_and_unfinished_files_are_left_out),
	    cmocka_unit_test(of_directories_only_hidden_ones_are),
	    cmocka_unit_test(patterns_hold_against_name_and_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
