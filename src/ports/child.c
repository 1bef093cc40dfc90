/*
 * The child that asks; see child.h.
 * SPDX-License-Identifier: ISC
 */
#include "ports/child.h"

#include "base/util.h"

#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Private memory. A conversation takes less than 1 MB. */
#define DATA_MAX (16 << 20)

/* False when a limit cannot be set. */
static bool
confine(void)
{
	const struct rlimit no_core = {0, 0};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

#ifndef HAS_ASAN
	const struct rlimit data = {DATA_MAX, DATA_MAX};

	if (setrlimit(RLIMIT_DATA, &data) != 0)
		return false;
#endif
	return setrlimit(RLIMIT_CORE, &no_core) == 0 &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
	    dup2(null, STDIN_FILENO) >= 0 && dup2(null, STDOUT_FILENO) >= 0 &&
	    dup2(null, STDERR_FILENO) >= 0;
}

static void __attribute__((noreturn))
be_child(void (*work)(void *data), void *data, size_t size, int out)
{
	bool done = confine();

	if (done) {
		work(data);
		done = write(out, data, size) == (ssize_t)size;
	}
	_exit(done ? 0 : 1);
}

/* The one write of the child, whole, or nothing. */
static bool
receive(int in, void *data, size_t size, int timeout_ms)
{
	char copy[CHILD_DATA_MAX];
	struct pollfd pfd = {.fd = in, .events = POLLIN};

	if (poll(&pfd, 1, timeout_ms) != 1 ||
	    read(in, copy, size) != (ssize_t)size)
		return false;
	memcpy(data, copy, size);
	return true;
}

bool
child_run(void (*work)(void *data), void *data, size_t size, int timeout_ms)
{
	int fds[2];
	pid_t child;
	bool done;

	assert(size <= CHILD_DATA_MAX);
	if (pipe2(fds, O_CLOEXEC) != 0)
		return false;
	child = fork();
	if (child == 0)
		be_child(work, data, size, fds[1]);
	close(fds[1]);
	done = child > 0 && receive(fds[0], data, size, timeout_ms);
	close(fds[0]);
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	return done;
}
