/* base/log.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "base/log.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char got[8192];

/*
 * Run `act` in a child whose fds 0 and 2 are these (closed where -1), then read
 * what came to the other end. Returns the child's pid; it has to exit with 0.
 */
static pid_t
run(int in, int err, int other_end, void (*act)(void))
{
	size_t n = 0;
	ssize_t len;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		close(other_end);
		if (in != STDIN_FILENO)
			close(STDIN_FILENO);
		close(STDERR_FILENO);
		if (in > STDIN_FILENO && dup2(in, STDIN_FILENO) < 0)
			_exit(1);
		if (err >= 0 && dup2(err, STDERR_FILENO) < 0)
			_exit(1);
		act();
		_exit(0);
	}
	assert_true(pid > 0);
	if (in > STDERR_FILENO)
		close(in);
	if (err > STDERR_FILENO && err != in)
		close(err);
	while (n < sizeof got - 1 &&
	    (len = read(other_end, got + n, sizeof got - 1 - n)) > 0)
		n += (size_t)len;
	got[n] = '\0';
	close(other_end);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return pid;
}

/* The same with fd 2 a pipe and fd 0 as it is. */
static pid_t
run_on_pipe(void (*act)(void))
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	return run(STDIN_FILENO, fds[1], fds[0], act);
}

static void
say_as_tool(void)
{
	log_open_stderr("ed2k-share");
	log_error("cannot open %s: %d", "x", 5);
	log_info("done");
}

static void
say_as_server(void)
{
	log_open_server("ed2k-serve");
	log_error("e");
	log_warning("w");
	log_notice("n");
	log_info("i");
	log_debug("d");
}

static void
a_tool_writes_its_name_and_the_message(void **state)
{
	(void)state;
	run_on_pipe(say_as_tool);
	assert_string_equal(got,
	    "ed2k-share: cannot open x: 5\n"
	    "ed2k-share: done\n");
}

static void
a_server_writes_name_pid_and_level(void **state)
{
	char expected[256];
	int pid;

	(void)state;
	unsetenv("JOURNAL_STREAM");
	pid = (int)run_on_pipe(say_as_server);
	snprintf(expected, sizeof expected,
	    "ed2k-serve[%d]: error: e\n"
	    "ed2k-serve[%d]: warning: w\n"
	    "ed2k-serve[%d]: notice: n\n"
	    "ed2k-serve[%d]: info: i\n",
	    pid, pid, pid, pid);
	assert_string_equal(got, expected);
}

static void
make_stderr_the_journal(void)
{
	struct stat st;
	char stream[64];

	fstat(STDERR_FILENO, &st);
	snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
}

static void
say_as_server_to_the_journal(void)
{
	make_stderr_the_journal();
	say_as_server();
}

static void
say_from_a_unit(void)
{
	log_open_unit("ed2k-map-ports");
	log_warning("w");
	make_stderr_the_journal();
	log_open_unit("ed2k-map-ports");
	log_warning("w");
}

static void
a_tool_that_a_unit_starts_tells_the_journal_the_level(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	run_on_pipe(say_from_a_unit);
	assert_string_equal(got, "ed2k-map-ports: w\n<4>w\n");
}

static void
the_journal_gets_levels_in_brackets(void **state)
{
	(void)state;
	run_on_pipe(say_as_server_to_the_journal);
	assert_string_equal(got, "<3>e\n<4>w\n<5>n\n<6>i\n");
}

static void
say_as_server_with_a_stale_journal(void)
{
	struct stat st;
	char stream[64];

	fstat(STDERR_FILENO, &st);
	snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino + 1);
	setenv("JOURNAL_STREAM", stream, 1);
	say_as_server();
}

static void
say_as_server_with_a_broken_journal(void)
{
	setenv("JOURNAL_STREAM", "nonsense", 1);
	say_as_server();
}

static void
a_journal_that_is_another_stream_gets_nothing(void **state)
{
	(void)state;
	run_on_pipe(say_as_server_with_a_stale_journal);
	assert_memory_equal(got, "ed2k-serve[", 11);
	run_on_pipe(say_as_server_with_a_broken_journal);
	assert_memory_equal(got, "ed2k-serve[", 11);
}

static void
not_a_byte_of_log_goes_to_a_peer_on_stderr(void **state)
{
	int fds[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	run(fds[1], fds[1], fds[0], say_as_server);
	assert_string_equal(got, "");
	/* not even when the environment takes that socket for the journal */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	run(fds[1], fds[1], fds[0], say_as_server_to_the_journal);
	assert_string_equal(got, "");
}

static void
a_socket_on_stdin_and_another_stderr_are_kept_apart(void **state)
{
	int peer[2], err[2];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, peer), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, err), 0);
	run(peer[1], err[1], err[0], say_as_server);
	assert_memory_equal(got, "ed2k-serve[", 11);
	close(peer[0]);
}

static void
a_closed_stderr_is_no_harm(void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	run(fds[1], -1, fds[0], say_as_server);
	assert_string_equal(got, "");
}

static void
say_debug(void)
{
	log_open_stderr("t");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("1");
	log_set_level(LOG_LEVEL_WARNING);
	log_notice("2");
	log_warning("3");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("4");
	log_error("5");
}

static void
messages_above_the_level_are_dropped(void **state)
{
	(void)state;
	run_on_pipe(say_debug);
	assert_string_equal(got, "t: 1\nt: 3\nt: 5\n");
}

static void
say_too_much(void)
{
	static char text[6000];

	log_open_stderr("t");
	memset(text, 'x', sizeof text - 1);
	log_error("%s", text);
	log_error("short");
}

static void
a_message_that_is_too_long_is_cut_and_still_one_line(void **state)
{
	const char *end;

	(void)state;
	run_on_pipe(say_too_much);
	end = strchr(got, '\n');
	assert_non_null(end);
	assert_true(end - got > 4000);
	assert_string_equal(end, "\nt: short\n");
}

static void
quotes_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(log_quote("", 0), "\"\"");
	assert_string_equal(log_quote_str("a b"), "\"a b\"");
	assert_string_equal(log_quote("a\0b", 3), "\"a\\x00b\"");
	assert_string_equal(log_quote_str("a\"\n\\\x1B[2J\xFF"),
	    "\"a\\\"\\n\\\\\\x1b[2J\\xff\"");
	assert_string_equal(log_quote_str("%n%s"), "\"%n%s\"");
	assert_string_equal(log_quote_str("\xC3\xBC"), "\"\xC3\xBC\"");
}

static void
quotes_are_cut_after_1000_bytes(void **state)
{
	static char s[70000];

	(void)state;
	for (size_t n = 900; n < 1100; n++) {
		const char *q;
		size_t len;

		memset(s, 'x', n);
		q = log_quote(s, n);
		len = strlen(q);
		assert_int_equal(q[0], '"');
		assert_int_equal(q[len - 1], '"');
		assert_true(len <= 1002);
		assert_true(n > 999 || len == n + 2);
		memset(s, '\xFF', n);
		q = log_quote(s, n);
		len = strlen(q);
		assert_true(len <= 1002 && (len - 2) % 4 == 0);
		assert_int_equal(q[len - 1], '"');
	}
	memset(s, '"', sizeof s);
	assert_true(strlen(log_quote(s, sizeof s)) <= 1002);
}

static void
eight_quotes_live_at_a_time(void **state)
{
	const char *q[8];
	char text[] = "0";

	(void)state;
	for (int i = 0; i < 8; i++) {
		text[0] = (char)('0' + i);
		q[i] = log_quote_str(text);
	}
	for (int i = 0; i < 8; i++) {
		char expected[] = {'"', (char)('0' + i), '"', '\0'};

		assert_string_equal(q[i], expected);
	}
}

static void
say_again(void)
{
	log_open_stderr("t");
	log_set_limit(0, NULL, NULL);
	for (int i = 0; i < 3; i++) {
		log_info("peer");
		log_warning("same");
	}
	if (log_unlogged() != 2)
		log_info("%u", (unsigned)log_unlogged());
}

static void
a_limit_holds_for_warnings_and_errors_alone(void **state)
{
	(void)state;
	run_on_pipe(say_again);
	assert_string_equal(got, "t: peer\nt: same\nt: peer\nt: peer\n");
}

static void
say_for_two_periods(void)
{
	log_open_stderr("t");
	log_set_limit(50, NULL, NULL);
	for (int i = 0; i < 3; i++)
		log_warning("same");
	usleep(60000);
	log_warning("other");
}

static void
a_new_period_tells_what_the_last_one_left_out(void **state)
{
	(void)state;
	run_on_pipe(say_for_two_periods);
	assert_string_equal(got,
	    "t: same\nt: 2 more warnings and errors were not logged\n"
	    "t: other\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_tool_writes_its_name_and_the_message),
	    cmocka_unit_test(a_server_writes_name_pid_and_level),
	    cmocka_unit_test(
		a_tool_that_a_unit_starts_tells_the_journal_the_level),
	    cmocka_unit_test(the_journal_gets_levels_in_brackets),
	    cmocka_unit_test(a_journal_that_is_another_stream_gets_nothing),
	    cmocka_unit_test(a_limit_holds_for_warnings_and_errors_alone),
	    cmocka_unit_test(a_new_period_tells_what_the_last_one_left_out),
	    cmocka_unit_test(not_a_byte_of_log_goes_to_a_peer_on_stderr),
	    cmocka_unit_test(
		a_socket_on_stdin_and_another_stderr_are_kept_apart),
	    cmocka_unit_test(a_closed_stderr_is_no_harm),
	    cmocka_unit_test(messages_above_the_level_are_dropped),
	    cmocka_unit_test(
		a_message_that_is_too_long_is_cut_and_still_one_line),
	    cmocka_unit_test(quotes_are_escaped),
	    cmocka_unit_test(quotes_are_cut_after_1000_bytes),
	    cmocka_unit_test(eight_quotes_live_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
