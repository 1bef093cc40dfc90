/* cmd/progress.h: the line. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "cmd/progress.h"
#include "cmd/terminal.h"

#include <locale.h>

static void
assert_line(const struct progress *p, double rate, unsigned columns,
    const char *expected)
{
	char line[TERMINAL_PATH_MAX];

	progress_format(line, sizeof line, columns, p, rate);
	assert_string_equal(line, expected);
}

static void
the_line_tells_all_that_there_is_to_know(void **state)
{
	struct progress p = {.n_done = 2,
	    .n_files = 120,
	    .bytes = 1234567890,
	    .total_bytes = UINT64_C(45000000000),
	    .path = "/srv/some.iso"};

	(void)state;
	assert_line(&p, 0, 100,
	    "file 3 of 120, 1.1 GiB of 42 GiB, 0 B/s, -:-- left: some.iso");
	assert_line(&p, 680e6, 100,
	    "file 3 of 120, 1.1 GiB of 42 GiB, 648 MiB/s, 1:04 left: "
	    "some.iso");
	p.bytes = p.total_bytes + 1; /* a file has grown meanwhile */
	assert_line(&p, 1048.4e3, 100,
	    "file 3 of 120, 42 GiB of 42 GiB, 1.0 MiB/s, 0:00 left: "
	    "some.iso");
	p.bytes = 0;
	assert_line(&p, 999.6e3, 100,
	    "file 3 of 120, 0 B of 42 GiB, 976 KiB/s, 12:30:18 left: "
	    "some.iso");
}

static void
the_line_fits_the_terminal(void **state)
{
	struct progress p = {.n_files = 1,
	    .bytes = 1 << 20,
	    .total_bytes = 2 << 20,
	    .path = "/a/0123456789.iso"};
	double rate = 1 << 20;
	char line[TERMINAL_PATH_MAX];

	(void)state;
	/* before the name stand 55 columns */
	assert_line(&p, rate, 68,
	    "file 1 of 1, 1.0 MiB of 2.0 MiB, 1.0 MiB/s, 0:01 left: "
	    "012345\xE2\x80\xA6"
	    "89.iso");
	assert_line(&p, rate, 69,
	    "file 1 of 1, 1.0 MiB of 2.0 MiB, 1.0 MiB/s, 0:01 left: "
	    "0123456789.iso");
	for (unsigned columns = 0; columns < 69; columns++) {
		progress_format(line, sizeof line, columns, &p, rate);
		assert_true(mbstowcs(NULL, line, 0) <= columns);
	}
	assert_line(&p, rate, 60,
	    "file 1 of 1, 1.0 MiB of 2.0 MiB, 1.0 MiB/s, 0:01 left");
	assert_line(&p, rate, 10, "file 1 of ");
}

static void
odd_names_stay_on_the_line_and_in_it(void **state)
{
	struct progress p = {.n_files = 1,
	    .bytes = 1 << 20,
	    .total_bytes = 2 << 20,
	    .path = "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\n\x1B[31m"};
	double rate = 1 << 20;

	(void)state;
	/* wide characters take two columns each */
	assert_line(&p, rate, 66,
	    "file 1 of 1, 1.0 MiB of 2.0 MiB, 1.0 MiB/s, 0:01 left: "
	    "\xE6\x97\xA5\xE6\x97\xA5\xE2\x80\xA6"
	    "[31m");
	assert_line(&p, rate, 100,
	    "file 1 of 1, 1.0 MiB of 2.0 MiB, 1.0 MiB/s, 0:01 left: "
	    "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\\n\\x1b[31m");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_line_tells_all_that_there_is_to_know),
	    cmocka_unit_test(the_line_fits_the_terminal),
	    cmocka_unit_test(odd_names_stay_on_the_line_and_in_it),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
