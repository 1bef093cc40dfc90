/*
 * In LD_PRELOAD: all that reads and writes by count does less than it was asked
 * to, or fails for a moment. Every third call of a program ends with EINTR or,
 * on a socket that does not block, EAGAIN; the others take a part of their bytes, at least one.
 * Messages on fd 2 are left alone. What libc does inside itself is not seen.
 *
 * SHORT_LOG names a file; a byte is added to it when the program ends, if
 * anything was cut short.
 * SPDX-License-Identifier: ISC
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t n_calls, n_cut;
static uint32_t state = 2463534242;

static uint32_t
next_random(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

/* Is this call to fail? Sets errno. */
static bool
fails(int fd)
{
	struct stat st;

	if (fd == STDERR_FILENO || ++n_calls % 3 != 0)
		return false;
	n_cut++;
	errno = n_calls % 2 && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) &&
		(fcntl(fd, F_GETFL) & O_NONBLOCK)
	    ? EAGAIN
	    : EINTR;
	return true;
}

static size_t
cut(int fd, size_t n)
{
	if (fd == STDERR_FILENO || n < 2)
		return n;
	n_cut++;
	return 1 + next_random() % n;
}

/* The function of this name behind this library. */
static void
find(void *function, const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	memcpy(function, &symbol, sizeof symbol);
}

#define NEXT(type, name, ...)                                                  \
	static type (*next)(__VA_ARGS__);                                      \
	if (!next)                                                             \
	find(&next, name)

ssize_t
read(int fd, void *p, size_t n)
{
	NEXT(ssize_t, "read", int, void *, size_t);
	return fails(fd) ? -1 : next(fd, p, cut(fd, n));
}

ssize_t __read_chk(int fd, void *p, size_t n, size_t room);
ssize_t
__read_chk(int fd, void *p, size_t n, size_t room)
{
	if (n > room)
		abort();
	return read(fd, p, n);
}

ssize_t
pread64(int fd, void *p, size_t n, off64_t at)
{
	NEXT(ssize_t, "pread64", int, void *, size_t, off64_t);
	return fails(fd) ? -1 : next(fd, p, cut(fd, n), at);
}

ssize_t __pread64_chk(int fd, void *p, size_t n, off64_t at, size_t room);
ssize_t
__pread64_chk(int fd, void *p, size_t n, off64_t at, size_t room)
{
	if (n > room)
		abort();
	return pread64(fd, p, n, at);
}

ssize_t
write(int fd, const void *p, size_t n)
{
	NEXT(ssize_t, "write", int, const void *, size_t);
	return fails(fd) ? -1 : next(fd, p, cut(fd, n));
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
	return fails(fd) ? -1 : next(fd, p, cut(fd, n), at);
}

ssize_t
send(int fd, const void *p, size_t n, int flags)
{
	NEXT(ssize_t, "send", int, const void *, size_t, int);
	return fails(fd) ? -1 : next(fd, p, cut(fd, n), flags);
}

ssize_t
sendfile64(int out, int in, off64_t *at, size_t n)
{
	NEXT(ssize_t, "sendfile64", int, int, off64_t *, size_t);
	return fails(out) ? -1 : next(out, in, at, cut(out, n));
}

static int log_fd = -1;

/* At the begin: later a sandbox may forbid it. */
__attribute__((constructor)) static void
open_log(void)
{
	const char *path = getenv("SHORT_LOG");

	if (path)
		log_fd =
		    open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

__attribute__((destructor)) static void
report(void)
{
	NEXT(ssize_t, "write", int, const void *, size_t);

	if (log_fd >= 0 && n_cut > 0 && next(log_fd, ".", 1) == 1)
		close(log_fd);
}
