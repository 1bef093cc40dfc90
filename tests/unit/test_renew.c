/*
 * listen/renew.c: what a process hands over to itself. It executes this test
 * again, as renewal_execute does.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "listen/renew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The exit codes of the second life. */
enum {
	INHERITED = 10,
	OTHER_BYTES,
	NOTHING
};

static const char kept[] = "what is kept";

static void
second_life(const char *size)
{
	char found[100];
	size_t n = (size_t)atoi(size);

	memset(found, 1, sizeof found);
	if (!renewal_inherit(found, n))
		_exit(found[0] == 0 ? NOTHING : OTHER_BYTES);
	_exit(memcmp(found, kept, n) == 0 && !getenv("ED2K_SERVE_KEPT_FD")
		? INHERITED
		: OTHER_BYTES);
}

/* How the second life of a child ends that asks for so many bytes. */
static int
renew(const char *asked)
{
	static char name[] = "renew", option[] = "second-life";
	char size[16];
	char *argv[] = {name, option, size, NULL};
	struct renewal r;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		snprintf(size, sizeof size, "%s", asked);
		renewal_init(&r, argv, 0);
		renewal_execute(&r, kept, sizeof kept, 0);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void
what_is_handed_over_is_found(void **state)
{
	char size[16];

	(void)state;
	snprintf(size, sizeof size, "%zu", sizeof kept);
	assert_int_equal(renew(size), INHERITED);
}

static void
another_layout_is_not_taken(void **state)
{
	(void)state;
	assert_int_equal(renew("5"), NOTHING);
}

static void
who_was_not_started_anew_inherits_nothing(void **state)
{
	char found[sizeof kept];

	(void)state;
	assert_false(renewal_inherit(found, sizeof found));
	/* nor from what is no such file */
	setenv("ED2K_SERVE_KEPT_FD", "nonsense", 1);
	assert_false(renewal_inherit(found, sizeof found));
	assert_null(getenv("ED2K_SERVE_KEPT_FD"));
	setenv("ED2K_SERVE_KEPT_FD", "999", 1);
	assert_false(renewal_inherit(found, sizeof found));
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_handed_over_is_found),
	    cmocka_unit_test(another_layout_is_not_taken),
	    cmocka_unit_test(who_was_not_started_anew_inherits_nothing),
	};

	if (argc == 3 && strcmp(argv[1], "second-life") == 0)
		second_life(argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
