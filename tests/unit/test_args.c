/* base/args.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "base/args.h"
#include "base/log.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

/* What the options of these tests set. */
static bool verbose, quiet;
static const char *name;
static uint64_t count, size, seconds;
static struct args_list list_of;
static bool list_full; /* but for one */

static const struct args_option options[] = {
    {"verbose", 'v', ARGS_FLAG, "TEST_ARGS_VERBOSE", 0, 0, &verbose, NULL,
	"say more"},
    {"quiet", 'q', ARGS_FLAG, NULL, 0, 0, &quiet, NULL, "say less"},
    {"name", 'n', ARGS_TEXT, "TEST_ARGS_NAME", 0, 0, &name, "NAME", "a name"},
    {"count", 'c', ARGS_NUMBER, "TEST_ARGS_COUNT", 1, 100, &count, "N",
	"how many"},
    {"size", 0, ARGS_SIZE, NULL, 0, UINT64_MAX, &size, "BYTES", "how much"},
    {"time", 't', ARGS_SECONDS, NULL, 1, 86400, &seconds, "TIME", "how long"},
    {"item", 'i', ARGS_LIST, NULL, 0, 0, &list_of, "TEXT", "one of many"},
};

/* Parse a NULL-terminated list; what it said on fd 2 goes to `said`. */
static bool
parse_list(const char *const *list, int *first, char said[512])
{
	char *argv[16] = {NULL};
	char path[] = "/tmp/test_args.XXXXXX";
	int argc = 0, saved = dup(2), fd = mkstemp(path);
	bool good;
	ssize_t n;

	verbose = quiet = false;
	name = "default";
	count = 7;
	size = 8;
	seconds = 9;
	list_of.n = list_full ? ARGS_LIST_MAX - 1 : 0;
	argv[argc++] = (char *)(uintptr_t) "prog";
	for (; *list; list++)
		argv[argc++] = (char *)(uintptr_t)*list;
	/* getopt remembers a bundle that was left in the middle */
	optind = 0;
	getopt(1, argv, "+");
	assert_true(fd >= 0 && saved >= 0);
	unlink(path);
	dup2(fd, 2);
	good = args_parse(options, ARRAY_LEN(options), argc, argv, first);
	dup2(saved, 2);
	close(saved);
	n = pread(fd, said, 511, 0);
	close(fd);
	assert_true(n >= 0);
	said[n] = '\0';
	return good;
}

static char said[512];
static int first;

/* Parse what is listed; PARSE(NULL) for no arguments. */
#define PARSE(...)                                                             \
	parse_list((const char *const[]){__VA_ARGS__, NULL}, &first, said)

static int
no_environment(void **state)
{
	(void)state;
	unsetenv("TEST_ARGS_VERBOSE");
	unsetenv("TEST_ARGS_NAME");
	unsetenv("TEST_ARGS_COUNT");
	log_open_stderr("prog");
	return 0;
}

/* The number, or 4711 when it is refused. */
static uint64_t
number(const char *s, enum args_kind kind, uint64_t min, uint64_t max)
{
	char *copy = exact_copy(s, strlen(s) + 1);
	uint64_t v = 4711;
	bool good = args_number(copy, kind, min, max, &v);

	free(copy);
	assert_true(good || v == 4711);
	return v;
}

#define REFUSED 4711

static void
sizes_that_overflow_are_refused(void **state)
{
	(void)state;
	assert_int_equal(
	    number("16777216T", ARGS_SIZE, 0, UINT64_MAX), REFUSED);
	assert_int_equal(
	    number("16777217T", ARGS_SIZE, 0, UINT64_MAX), REFUSED);
	assert_int_equal(number("16777215T", ARGS_SIZE, 0, UINT64_MAX),
	    UINT64_C(16777215) << 40);
	assert_int_equal(
	    number("18014398509481984K", ARGS_SIZE, 0, UINT64_MAX), REFUSED);
	assert_int_equal(
	    number("213503982334602d", ARGS_SECONDS, 0, UINT64_MAX), REFUSED);
}

static void
what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {"", "K", " ", " 1", "1 ", "+1", "-1",
	    "-0", "1.5", "0x10", "1e3", "one", "1,000", "1\n", "12a"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		for (int kind = ARGS_NUMBER; kind <= ARGS_SECONDS; kind++)
			if (number(bad[i], (enum args_kind)kind, 0,
				UINT64_MAX) != REFUSED)
				fail_msg("taken: \"%s\"", bad[i]);
}

static void
bounds_are_inclusive(void **state)
{
	(void)state;
	assert_int_equal(number("9", ARGS_NUMBER, 10, 20), REFUSED);
	assert_int_equal(number("10", ARGS_NUMBER, 10, 20), 10);
	assert_int_equal(number("20", ARGS_NUMBER, 10, 20), 20);
	assert_int_equal(number("21", ARGS_NUMBER, 10, 20), REFUSED);
	/* of the value, not of what is written */
	assert_int_equal(number("1K", ARGS_SIZE, 1024, 1024), 1024);
	assert_int_equal(number("1K", ARGS_SIZE, 1, 1023), REFUSED);
}

static void
units_belong_to_their_kind(void **state)
{
	static const struct {
		char letter;
		enum args_kind kind;
		uint64_t factor;
	} units[] = {
	    {'K', ARGS_SIZE, 1024},
	    {'M', ARGS_SIZE, 1048576},
	    {'G', ARGS_SIZE, 1073741824},
	    {'T', ARGS_SIZE, UINT64_C(1099511627776)},
	    {'s', ARGS_SECONDS, 1},
	    {'m', ARGS_SECONDS, 60},
	    {'h', ARGS_SECONDS, 3600},
	    {'d', ARGS_SECONDS, 86400},
	};

	(void)state;
	for (int kind = ARGS_NUMBER; kind <= ARGS_SECONDS; kind++)
		for (unsigned c = 1; c < 256; c++) {
			char s[] = {'3', (char)c, '\0'},
			     more[] = {'3', (char)c, (char)c, '\0'};
			uint64_t expected = REFUSED;

			for (size_t i = 0; i < ARRAY_LEN(units); i++)
				if ((int)units[i].kind == kind &&
				    (unsigned)units[i].letter == c)
					expected = 3 * units[i].factor;
			if (c >= '0' && c <= '9')
				continue;
			assert_int_equal(
			    number(s, (enum args_kind)kind, 0, UINT64_MAX),
			    expected);
			assert_int_equal(
			    number(more, (enum args_kind)kind, 0, UINT64_MAX),
			    REFUSED);
		}
}

static void
without_options_the_defaults_stay(void **state)
{
	(void)state;
	assert_true(PARSE(NULL));
	assert_int_equal(first, 1);
	assert_false(verbose);
	assert_string_equal(name, "default");
	assert_int_equal(count, 7);
	assert_int_equal(size, 8);
	assert_int_equal(seconds, 9);
	assert_string_equal(said, "");
}

static void
long_options_are_set_in_both_spellings(void **state)
{
	(void)state;
	assert_true(PARSE("--verbose", "--name", "a b", "--count=100",
	    "--size=1G", "--time", "1h"));
	assert_int_equal(first, 8);
	assert_true(verbose);
	assert_false(quiet);
	assert_string_equal(name, "a b");
	assert_int_equal(count, 100);
	assert_int_equal(size, 1073741824);
	assert_int_equal(seconds, 3600);
}

static void
short_options_are_bundled(void **state)
{
	(void)state;
	assert_true(PARSE("-vqc12", "-n", "x"));
	assert_true(verbose && quiet);
	assert_int_equal(count, 12);
	assert_string_equal(name, "x");
	assert_true(PARSE("-qvnv", "-t2m"));
	assert_true(verbose && quiet);
	assert_string_equal(name, "v");
	assert_int_equal(seconds, 120);
}

static void
the_last_of_several_wins(void **state)
{
	(void)state;
	assert_true(PARSE("-c1", "--count=2", "-c", "3"));
	assert_int_equal(count, 3);
}

static void
the_first_operand_or_two_dashes_end_the_options(void **state)
{
	(void)state;
	assert_true(PARSE("-v", "file", "-q"));
	assert_int_equal(first, 2);
	assert_true(verbose);
	assert_false(quiet);
	assert_true(PARSE("-v", "--", "-q"));
	assert_int_equal(first, 3);
	assert_false(quiet);
	assert_true(PARSE("-", "-q"));
	assert_int_equal(first, 1);
	assert_false(quiet);
}

/* Was it refused with one line that says this? */
static void
check_refused(bool good, const char *word)
{
	const char *end = strchr(said, '\n');

	assert_false(good);
	assert_non_null(end);
	assert_int_equal(end[1], '\0');
	if (strncmp(said, "prog: ", 6) != 0 || !strstr(said, word))
		fail_msg("\"%s\" is not said: %s", word, said);
}

static void
bad_options_are_refused_with_one_line(void **state)
{
	(void)state;
	check_refused(PARSE("--bogus"), "--bogus");
	check_refused(PARSE("-X"), "-X");
	check_refused(PARSE("-vX"), "\"-X\"");
	check_refused(PARSE("-Xv"), "\"-X\"");
	check_refused(PARSE("-?"), "-?");
	check_refused(PARSE("--verbose=1"), "--verbose=1");
	check_refused(PARSE("-v", "--bad\n\x1B[2J"), "--bad\\n\\x1b[2J");
}

static void
a_list_takes_what_it_is_given_up_to_its_end(void **state)
{
	(void)state;
	assert_true(PARSE("-i", "a", "--item=b", "-vi", "", "-ic", "x"));
	assert_int_equal(list_of.n, 4);
	assert_string_equal(list_of.items[0], "a");
	assert_string_equal(list_of.items[1], "b");
	assert_string_equal(list_of.items[2], "");
	assert_string_equal(list_of.items[3], "c");
	list_full = true;
	check_refused(PARSE("-i", "a", "-i", "b"), "64 times at most");
	list_full = false;
}

static void
missing_values_are_refused(void **state)
{
	(void)state;
	check_refused(PARSE("--count"), "--count");
	check_refused(PARSE("-c"), "-c");
	check_refused(PARSE("-vc"), "\"-c\"");
	check_refused(PARSE("--count="), "--count");
	check_refused(PARSE("--count", ""), "--count");
}

static void
bad_values_are_refused_with_their_bounds(void **state)
{
	(void)state;
	check_refused(PARSE("--count=101"), "--count: \"101\"");
	check_refused(PARSE("-c0"), "from 1 to 100");
	check_refused(PARSE("-c", "-1"), "\"-1\"");
	check_refused(PARSE("-c", "1K"), "\"1K\"");
	check_refused(PARSE("--size", "K"), "\"K\"");
	check_refused(PARSE("--size", "1k"), "K, M, G, T");
	check_refused(PARSE("-t", "1M"), "s, m, h, d");
	check_refused(PARSE("-t2d"), "\"2d\"");
	/* the default is not touched */
	assert_int_equal(seconds, 9);
}

static void
the_environment_comes_before_the_arguments(void **state)
{
	(void)state;
	setenv("TEST_ARGS_NAME", "from the environment", 1);
	setenv("TEST_ARGS_COUNT", "5", 1);
	assert_true(PARSE("-c6"));
	assert_string_equal(name, "from the environment");
	assert_int_equal(count, 6);
	assert_true(PARSE("--name="));
	assert_string_equal(name, "");
	assert_int_equal(count, 5);
}

static void
an_empty_environment_variable_is_none(void **state)
{
	(void)state;
	setenv("TEST_ARGS_NAME", "", 1);
	setenv("TEST_ARGS_COUNT", "", 1);
	setenv("TEST_ARGS_VERBOSE", "", 1);
	assert_true(PARSE(NULL));
	assert_string_equal(name, "default");
	assert_int_equal(count, 7);
	assert_false(verbose);
}

static void
a_bad_environment_variable_is_refused_by_its_name(void **state)
{
	(void)state;
	setenv("TEST_ARGS_COUNT", "many", 1);
	check_refused(PARSE(NULL), "TEST_ARGS_COUNT: \"many\"");
	check_refused(PARSE("--count=1"), "TEST_ARGS_COUNT");
}

static void
a_flag_in_the_environment_is_set(void **state)
{
	(void)state;
	setenv("TEST_ARGS_VERBOSE", "1", 1);
	assert_true(PARSE(NULL));
	assert_true(verbose);
	setenv("TEST_ARGS_VERBOSE", "0", 1);
	assert_true(PARSE(NULL));
	assert_false(verbose);
	setenv("TEST_ARGS_VERBOSE", "no", 1);
	check_refused(PARSE(NULL), "TEST_ARGS_VERBOSE: \"no\" is neither");
}

static void
usage_has_one_line_for_each_option(void **state)
{
	static const char expected[] =
	    "  -v, --verbose                say more\n"
	    "  -q, --quiet                  say less\n"
	    "  -n, --name NAME              a name\n"
	    "  -c, --count N                how many\n"
	    "      --size BYTES             how much\n"
	    "  -t, --time TIME              how long\n"
	    "  -i, --item TEXT              one of many\n";
	char path[] = "/tmp/test_args.XXXXXX", out[1024];
	int fd = mkstemp(path), saved;
	ssize_t n;

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	fflush(stdout);
	saved = dup(1);
	dup2(fd, 1);
	args_usage(options, ARRAY_LEN(options));
	fflush(stdout);
	dup2(saved, 1);
	close(saved);
	n = pread(fd, out, sizeof out - 1, 0);
	close(fd);
	assert_true(n > 0);
	out[n] = '\0';
	assert_string_equal(out, expected);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, no_environment, no_environment)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(sizes_that_overflow_are_refused),
	    TEST(what_is_no_number_is_refused),
	    TEST(bounds_are_inclusive),
	    TEST(units_belong_to_their_kind),
	    TEST(without_options_the_defaults_stay),
	    TEST(long_options_are_set_in_both_spellings),
	    TEST(short_options_are_bundled),
	    TEST(the_last_of_several_wins),
	    TEST(the_first_operand_or_two_dashes_end_the_options),
	    TEST(bad_options_are_refused_with_one_line),
	    TEST(a_list_takes_what_it_is_given_up_to_its_end),
	    TEST(missing_values_are_refused),
	    TEST(bad_values_are_refused_with_their_bounds),
	    TEST(the_environment_comes_before_the_arguments),
	    TEST(an_empty_environment_variable_is_none),
	    TEST(a_bad_environment_variable_is_refused_by_its_name),
	    TEST(a_flag_in_the_environment_is_set),
	    TEST(usage_has_one_line_for_each_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
