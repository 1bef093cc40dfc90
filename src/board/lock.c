/*
 * The locks of the scoreboard; see lock.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/lock.h"

#include "base/clock.h"
#include "base/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>

/*
 * How long we wait for the head. A thousand processes that take it one after
 * the other need less.
 */
#define HEAD_SECONDS 10

/* How long we do not wait for it again after that: a peer waits for us. */
#define STUCK_MS 60000

int
lock_open(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int
lock_open_readonly(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

/* n bytes from `byte` on; 0 is all of them. */
static struct flock
lock_of(short type, int byte, int n)
{
	return (struct flock){
	    .l_type = type,
	    .l_whence = SEEK_SET,
	    .l_start = byte,
	    .l_len = n,
	};
}

static bool
set_lock(int fd, int command, short type, int byte)
{
	struct flock lock = lock_of(type, byte, 1);

	return fcntl(fd, command, &lock) == 0;
}

/* Does another process hold a lock there? */
static bool
is_held(int fd, int byte, int n)
{
	struct flock lock = lock_of(F_WRLCK, byte, n);

	return fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

static void
on_alarm(int number)
{
	(void)number; /* its only effect is to interrupt fcntl */
}

/*
 * Wait in the kernel's queue for the head, which passes it from one process to
 * the next; processes that poll for it would starve each other. The alarm
 * repeats, in case the first one comes before fcntl has begun to wait.
 */
static bool
wait_for_head(int fd)
{
	const struct itimerval off = {0}, limit = {{1, 0}, {HEAD_SECONDS, 0}};
	struct sigaction act = {.sa_handler = on_alarm}, before;
	bool locked;

	sigaction(SIGALRM, &act, &before);
	setitimer(ITIMER_REAL, &limit, NULL);
	locked = set_lock(fd, F_SETLKW, F_WRLCK, 0);
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &before, NULL);
	return locked;
}

bool
lock_head(int fd)
{
	static uint64_t stuck_ms; /* when we waited in vain, or 0 */

	if (set_lock(fd, F_SETLK, F_WRLCK, 0)) {
		stuck_ms = 0;
		return true;
	}
	if (stuck_ms > 0 && is_recent(stuck_ms, clock_ms(), STUCK_MS))
		return false;
	if (wait_for_head(fd))
		return true;
	stuck_ms = clock_ms();
	log_warning("the scoreboard is locked by a process that does not "
		    "release it; look for a stopped ed2k-serve");
	return false;
}

void
lock_head_release(int fd)
{
	set_lock(fd, F_SETLK, F_UNLCK, 0);
}

bool
lock_record(int fd, int i)
{
	return set_lock(fd, F_SETLK, F_WRLCK, 1 + i);
}

void
lock_record_release(int fd, int i)
{
	set_lock(fd, F_SETLK, F_UNLCK, 1 + i);
}

bool
lock_record_is_held(int fd, int i)
{
	return is_held(fd, 1 + i, 1);
}

bool
lock_any_record_is_held(int fd)
{
	return is_held(fd, 1, 0);
}
