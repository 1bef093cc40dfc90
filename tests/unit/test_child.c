/*
 * The child that asks a router: what it returns, and what stays without an
 * answer. ports/child.h.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "base/clock.h"
#include "ports/child.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOON_MS 10000

struct data {
	int number;
	char large[CHILD_DATA_MAX - sizeof(int)];
};

static void
count(void *data)
{
	struct data *d = data;

	d->number++;
	memset(d->large, 'x', sizeof d->large);
}

static void
crash(void *data)
{
	count(data);
	raise(SIGKILL);
}

static void
stall(void *data)
{
	count(data);
	pause();
}

static void
talk(void *data)
{
	count(data);
	fputs("a complaint\n", stderr);
	puts("a remark");
	fflush(stdout);
}

static void
read_input(void *data)
{
	char c;

	((struct data *)data)->number = (int)read(STDIN_FILENO, &c, 1);
}

#ifndef HAS_ASAN
static void
take_memory(void *data)
{
	void *volatile memory = malloc(64 << 20);

	((struct data *)data)->number = memory != NULL;
}
#endif

static void
assert_no_child_is_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
what_the_child_makes_of_the_data_comes_back(void **state)
{
	static struct data d = {.number = 41};

	(void)state;
	assert_true(child_run(count, &d, sizeof d, SOON_MS));
	assert_int_equal(d.number, 42);
	assert_int_equal(d.large[sizeof d.large - 1], 'x');
	assert_no_child_is_left();
}

static void
a_child_that_crashes_leaves_the_data_alone(void **state)
{
	static struct data d = {.number = 41};

	(void)state;
	assert_false(child_run(crash, &d, sizeof d, SOON_MS));
	assert_int_equal(d.number, 41);
	assert_no_child_is_left();
}

static void
a_child_that_stalls_is_ended(void **state)
{
	static struct data d = {.number = 41};
	uint64_t began = clock_ms();

	(void)state;
	assert_false(child_run(stall, &d, sizeof d, 50));
	assert_true(clock_ms() - began < SOON_MS);
	assert_int_equal(d.number, 41);
	assert_no_child_is_left();
}

/* Both ends of a pipe take the place of stdout and stderr meanwhile. */
static void
a_child_is_heard_nowhere_else(void **state)
{
	static struct data d;
	int fds[2], kept[2] = {dup(STDOUT_FILENO), dup(STDERR_FILENO)};
	bool done;
	char c;

	(void)state;
	fflush(stdout);
	assert_int_equal(pipe(fds), 0);
	dup2(fds[1], STDOUT_FILENO);
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	done = child_run(talk, &d, sizeof d, SOON_MS);
	dup2(kept[0], STDOUT_FILENO);
	dup2(kept[1], STDERR_FILENO);
	close(kept[0]);
	close(kept[1]);
	assert_true(done);
	assert_int_equal(d.number, 1);
	assert_int_equal(read(fds[0], &c, 1), 0);
	close(fds[0]);
}

static void
a_child_has_no_input_and_little_memory(void **state)
{
	static struct data d;

	(void)state;
	d.number = -1;
	assert_true(child_run(read_input, &d, sizeof d, SOON_MS));
	assert_int_equal(d.number, 0);
#ifndef HAS_ASAN
	d.number = -1;
	assert_true(child_run(take_memory, &d, sizeof d, SOON_MS));
	assert_int_equal(d.number, 0);
#endif
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_the_child_makes_of_the_data_comes_back),
	    cmocka_unit_test(a_child_that_crashes_leaves_the_data_alone),
	    cmocka_unit_test(a_child_that_stalls_is_ended),
	    cmocka_unit_test(a_child_is_heard_nowhere_else),
	    cmocka_unit_test(a_child_has_no_input_and_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
