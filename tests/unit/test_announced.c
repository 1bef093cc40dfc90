/*
 * The file of the announcer: what is written is read, and nothing else is.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "reach/announced.h"

#include <errno.h>

static const struct announced sample = {
    .state = ANNOUNCED_KNOWN,
    .phase = ANNOUNCED_LISTED,
    .written_s = 1796100000,
    .server = "203.0.113.5:4661",
    .id = 0xCB007109,
    .address = {[10] = 0xFF, [11] = 0xFF, 203, 0, 113, 9},
    .port = 4662,
    .since_s = 1796000000,
    .next_s = 1796100060,
    .n_listed = 800,
    .n_files = 812,
    .reason = "all is well",
};

static enum announced_state
parse(const char *text)
{
	struct announced a;

	announced_parse(&a, text, strlen(text));
	return a.state;
}

static void
what_is_written_is_read(void **state)
{
	struct announced a;

	(void)state;
	assert_true(announced_write(&sample, temp_dir));
	announced_read(&a, temp_dir);
	assert_int_equal(a.state, ANNOUNCED_KNOWN);
	assert_int_equal(a.phase, ANNOUNCED_LISTED);
	assert_string_equal(a.server, sample.server);
	assert_string_equal(a.reason, sample.reason);
	assert_memory_equal(a.address, sample.address, ADDRESS_SIZE);
	assert_int_equal(a.id, sample.id);
	assert_int_equal(a.port, 4662);
	assert_int_equal(a.written_s, 1796100000);
	assert_int_equal(a.since_s, 1796000000);
	assert_int_equal(a.next_s, 1796100060);
	assert_int_equal(a.n_listed, 800);
	assert_int_equal(a.n_files, 812);
}

static void
a_newline_in_what_a_server_said_begins_no_line(void **state)
{
	struct announced a = sample, read;
	char text[ANNOUNCED_SIZE_MAX + 1];

	(void)state;
	snprintf(a.reason, sizeof a.reason, "full\nphase=waiting\n");
	announced_parse(&read, text, announced_format(text, &a));
	assert_int_equal(read.state, ANNOUNCED_KNOWN);
	assert_int_equal(read.phase, ANNOUNCED_LISTED);
	assert_string_equal(read.reason, "full phase=waiting ");
}

static void
the_longest_texts_fit(void **state)
{
	struct announced a = sample, read;
	char text[ANNOUNCED_SIZE_MAX + 1];

	(void)state;
	memset(a.server, 'x', sizeof a.server - 1);
	memset(a.reason, 'y', sizeof a.reason - 1);
	announced_parse(&read, text, announced_format(text, &a));
	assert_string_equal(read.server, a.server);
	assert_string_equal(read.reason, a.reason);
}

static void
a_file_of_another_kind_is_strange(void **state)
{
	static const char zero[] = "written=1\n\0";

	(void)state;
	assert_int_equal(parse("written=1\n"), ANNOUNCED_KNOWN);
	assert_int_equal(parse("written=1\nnewer=field\n"), ANNOUNCED_KNOWN);
	assert_int_equal(parse(""), ANNOUNCED_STRANGE);
	assert_int_equal(parse("phase=listed\n"), ANNOUNCED_STRANGE);
	assert_int_equal(parse("written=1"), ANNOUNCED_STRANGE);
	assert_int_equal(parse("written\n=1\n"), ANNOUNCED_STRANGE);
	assert_int_equal(parse("written=-1\n"), ANNOUNCED_STRANGE);
	assert_int_equal(parse("written=253402300800\n"), ANNOUNCED_STRANGE);
	assert_int_equal(parse("written=1\nphase=odd\n"), ANNOUNCED_STRANGE);
	assert_int_equal(parse("written=1\nport=65536\n"), ANNOUNCED_STRANGE);
	assert_int_equal(parse("written=1\naddress=::1\n"), ANNOUNCED_STRANGE);
	assert_int_equal(
	    parse("written=1\nserver=a\nserver=b\n"), ANNOUNCED_STRANGE);
	{
		struct announced a;

		announced_parse(&a, zero, sizeof zero - 1);
		assert_int_equal(a.state, ANNOUNCED_STRANGE);
	}
}

static void
a_file_that_is_not_there_or_no_file_is_told_apart(void **state)
{
	struct announced a;

	(void)state;
	announced_read(&a, temp_path("nowhere"));
	assert_int_equal(a.state, ANNOUNCED_NONE);
	assert_int_equal(mkdir(temp_path("dir"), 0755), 0);
	assert_int_equal(mkdir(temp_path("dir/" ANNOUNCED_NAME), 0755), 0);
	announced_read(&a, temp_path("dir"));
	assert_int_equal(a.state, ANNOUNCED_STRANGE);
	assert_false(announced_write(&sample, temp_path("nowhere")));
	assert_int_equal(errno, ENOENT);
}

static void
an_old_file_is_of_an_announcer_that_ended(void **state)
{
	struct announced a = sample;

	(void)state;
	assert_true(announced_is_fresh(&a, a.written_s));
	assert_true(announced_is_fresh(&a, a.written_s + ANNOUNCED_OLD_S - 1));
	assert_false(announced_is_fresh(&a, a.written_s + ANNOUNCED_OLD_S));
	a.phase = ANNOUNCED_STOPPED;
	assert_false(announced_is_fresh(&a, a.written_s));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(a_newline_in_what_a_server_said_begins_no_line),
	    cmocka_unit_test(the_longest_texts_fit),
	    cmocka_unit_test(a_file_of_another_kind_is_strange),
	    cmocka_unit_test(a_file_that_is_not_there_or_no_file_is_told_apart),
	    cmocka_unit_test(an_old_file_is_of_an_announcer_that_ended),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
