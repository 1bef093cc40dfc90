/*
 * Standard output as a server has it: a pipe or a socket that does not block,
 * with the test at the other end.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_FD_RIG_H
#define TESTS_FD_RIG_H

#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int saved_stdout, other_end;

/* What was read at the other end. */
static uint8_t got[4 << 20];
static size_t n_got;

static inline void
put_on_stdout(int ours, int theirs)
{
	fcntl(ours, F_SETFL, O_NONBLOCK);
	fcntl(theirs, F_SETFL, O_NONBLOCK);
	fflush(stdout);
	saved_stdout = dup(STDOUT_FILENO);
	dup2(ours, STDOUT_FILENO);
	close(ours);
	other_end = theirs;
	n_got = 0;
	signal(SIGPIPE, SIG_IGN);
}

static inline void
stdout_is_pipe(void)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	put_on_stdout(fds[1], fds[0]);
}

static inline void
stdout_is_socket(void)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	put_on_stdout(fds[1], fds[0]);
}

static inline void
close_other_end(void)
{
	close(other_end);
	other_end = -1;
}

/* Read what has been sent. */
static inline void
drain(void)
{
	ssize_t n;

	do {
		n = read(other_end, got + n_got, sizeof got - n_got);
		n_got += n > 0 ? (size_t)n : 0;
	} while (n > 0);
}

static inline int
restore_stdout(void **state)
{
	(void)state;
	dup2(saved_stdout, STDOUT_FILENO);
	close(saved_stdout);
	if (other_end >= 0)
		close(other_end);
	return 0;
}

#endif
