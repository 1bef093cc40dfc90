/* cmd/progress.h: the line. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "cmd/progress.h"

static void
assert_line(const struct progress *p, size_t columns, const char *expected)
{
	char line[1000];

	progress_line(line, sizeof line, columns, p);
	assert_string_equal(line, expected);
}

static void
the_line_tells_all_that_there_is_to_know(void **state)
{
	struct progress p = {.file = 3,
	    .n_files = 120,
	    .bytes = 1234567890,
	    .total_bytes = UINT64_C(45000000000),
	    .path = "/srv/some.iso"};

	(void)state;
	assert_line(&p, 100,
	    "file 3 of 120, 1.23 GB of 45.0 GB, 0.00 kB/s, -:-- left: "
	    "some.iso");
	p.rate = 680e6;
	assert_line(&p, 100,
	    "file 3 of 120, 1.23 GB of 45.0 GB, 680 MB/s, 1:04 left: "
	    "some.iso");
	p.rate = 999.6e3;
	p.bytes = p.total_bytes + 1; /* a file has grown meanwhile */
	assert_line(&p, 100,
	    "file 3 of 120, 45.0 GB of 45.0 GB, 1.00 MB/s, 0:00 left: "
	    "some.iso");
	p.bytes = 0;
	assert_line(&p, 100,
	    "file 3 of 120, 0.00 kB of 45.0 GB, 1.00 MB/s, 12:30:18 left: "
	    "some.iso");
}

static void
the_line_fits_the_terminal(void **state)
{
	struct progress p = {.file = 1,
	    .n_files = 1,
	    .bytes = 1000000,
	    .total_bytes = 2000000,
	    .rate = 1e6,
	    .path = "/a/0123456789.iso"};
	char line[200];

	(void)state;
	/* before the name stand 55 columns */
	assert_line(&p, 68,
	    "file 1 of 1, 1.00 MB of 2.00 MB, 1.00 MB/s, 0:01 left: "
	    "0123456789...");
	assert_line(&p, 69,
	    "file 1 of 1, 1.00 MB of 2.00 MB, 1.00 MB/s, 0:01 left: "
	    "0123456789.iso");
	for (size_t columns = 0; columns < 70; columns++) {
		progress_line(line, sizeof line, columns, &p);
		assert_true(strlen(line) <= columns);
	}
	assert_line(
	    &p, 60, "file 1 of 1, 1.00 MB of 2.00 MB, 1.00 MB/s, 0:01 left");
	assert_line(&p, 10, "file 1 of ");
}

static void
odd_names_stay_on_the_line_and_in_it(void **state)
{
	struct progress p = {.file = 1,
	    .n_files = 1,
	    .bytes = 1000000,
	    .total_bytes = 2000000,
	    .rate = 1e6,
	    .path = "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\n\x1B[31m"};

	(void)state;
	/* wide characters: of nine columns six are left before the dots */
	assert_line(&p, 64,
	    "file 1 of 1, 1.00 MB of 2.00 MB, 1.00 MB/s, 0:01 left: "
	    "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5...");
	assert_line(&p, 63,
	    "file 1 of 1, 1.00 MB of 2.00 MB, 1.00 MB/s, 0:01 left: "
	    "\xE6\x97\xA5\xE6\x97\xA5...");
	assert_line(&p, 100,
	    "file 1 of 1, 1.00 MB of 2.00 MB, 1.00 MB/s, 0:01 left: "
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
