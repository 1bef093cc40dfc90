/*
 * The locks on the scoreboard's file; see lock.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/lock.h"

#include "base/log.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

/*
 * How long we wait for the head. A thousand processes that take it one after
 * the other need less.
 */
#define HEAD_SECONDS 10

static struct flock
lock_of(short type, int byte)
{
	return (struct flock){
	    .l_type = type,
	    .l_whence = SEEK_SET,
	    .l_start = byte,
	    .l_len = 1,
	};
}

static bool
set_lock(int fd, int command, short type, int byte)
{
	struct flock lock = lock_of(type, byte);

	return fcntl(fd, command, &lock) == 0;
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
	if (set_lock(fd, F_SETLK, F_WRLCK, 0) || wait_for_head(fd))
		return true;
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
	struct flock lock = lock_of(F_WRLCK, 1 + i);

	return fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}
