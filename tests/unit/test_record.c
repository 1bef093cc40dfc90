/* Writing the file `outside`: ports/record.h. SPDX-License-Identifier: ISC */
#include "harness.h"
#include "temp.h"

#include "ports/record.h"

#include <sysexits.h>

#define LINES                                                                  \
	"method=upnp\naddress=203.0.113.7\ninside=192.168.77.2\n"              \
	"port.4662=4662\n"
#define FAR_OFF 9000000000

static struct record record;

static void
open_in(const char *dir)
{
	setenv("RUNTIME_DIRECTORY", temp_path(dir), 1);
	memset(&record, 0, sizeof record);
	assert_int_equal(record_open(&record), 0);
}

static void
what_was_written_is_read(void **state)
{
	struct stat st;

	(void)state;
	open_in("run");
	assert_string_equal(record.text, "");
	assert_int_equal(record_prepare(&record), 0);
	assert_int_equal(record_prepare(&record), 0);
	assert_int_equal(record_write(&record, LINES, FAR_OFF), 0);
	open_in("run");
	assert_string_equal(record.text, LINES "expires=9000000000\n");
	assert_int_equal(record.outside.state, OUTSIDE_HOLDS);
	assert_string_equal(record.outside.method, "upnp");
	assert_int_equal(stat(record.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);

	assert_int_equal(record_write(&record, "error=x\n", 0), 0);
	open_in("run");
	assert_string_equal(record.text, "error=x\n");
	assert_int_equal(record.outside.state, OUTSIDE_REFUSED);
}

static void
when_it_expires_is_no_news(void **state)
{
	(void)state;
	open_in("news");
	assert_true(record_is_news(&record, LINES));
	assert_int_equal(record_prepare(&record), 0);
	assert_int_equal(record_write(&record, LINES, FAR_OFF), 0);
	open_in("news");
	assert_false(record_is_news(&record, LINES));
	assert_true(record_is_news(&record, LINES "port.4661=4661\n"));
	assert_true(record_is_news(&record, "method=upnp\n"));
	assert_true(record_is_news(&record, "error=x\n"));
	assert_int_equal(record_write(&record, "error=x\n", 0), 0);
	open_in("news");
	assert_false(record_is_news(&record, "error=x\n"));
	assert_true(record_is_news(&record, "error=y\n"));
	assert_true(record_is_news(&record, LINES));
}

static void
what_cannot_be_written_ends_with_73(void **state)
{
	static char path[PATH_MAX];

	(void)state;
	open_in("none/below");
	assert_int_equal(record_prepare(&record), EX_CANTCREAT);
	assert_int_equal(record_write(&record, LINES, 1), EX_CANTCREAT);
	memset(path, 'x', sizeof path - 1);
	setenv("RUNTIME_DIRECTORY", path, 1);
	assert_int_equal(record_open(&record), EX_CANTCREAT);
}

static void
without_a_directory_it_is_in_run(void **state)
{
	(void)state;
	setenv("RUNTIME_DIRECTORY", "", 1);
	assert_int_equal(record_open(&record), 0);
	assert_string_equal(record.path, OUTSIDE_PATH);
	unsetenv("RUNTIME_DIRECTORY");
	assert_int_equal(record_open(&record), 0);
	assert_string_equal(record.path, OUTSIDE_PATH);
}

static void
a_file_of_any_size_is_read_within_bounds(void **state)
{
	(void)state;
	open_in("large");
	assert_int_equal(record_prepare(&record), 0);
	temp_file("large/outside", OUTSIDE_SIZE_MAX + 9, 'x');
	open_in("large");
	assert_int_equal(strlen(record.text), OUTSIDE_SIZE_MAX);
	assert_int_equal(record.outside.state, OUTSIDE_STRANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_read),
	    cmocka_unit_test(when_it_expires_is_no_news),
	    cmocka_unit_test(what_cannot_be_written_ends_with_73),
	    cmocka_unit_test(without_a_directory_it_is_in_run),
	    cmocka_unit_test(a_file_of_any_size_is_read_within_bounds),
	};

	umask(022);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
