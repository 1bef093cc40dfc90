/*
 * The scoreboard's file; see board.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/board.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define MAGIC   "ed2kbrd"
#define VERSION 2

/* How long the head may be locked by others: so long a thousand take at most. */
#define LOCK_SECONDS 10

/* Others may replace the file while we open it; not for ever. */
#define OPEN_TRIES 10

/* Byte 0 is the head's, byte 1 + i record i's. */
static bool
lock_byte(int fd, int command, off_t byte, short type)
{
	struct flock lock = {
	    .l_type = type,
	    .l_whence = SEEK_SET,
	    .l_start = byte,
	    .l_len = 1,
	};

	return fcntl(fd, command, &lock) == 0;
}

static void
on_alarm(int number)
{
	(void)number; /* to be interrupted is all */
}

/*
 * Queue up for the head's lock: the kernel gives it to one after the other,
 * where those who try again and again would starve each other. The alarm comes
 * again, in case the first one is over before the wait begins.
 */
static bool
wait_for_head(int fd)
{
	const struct itimerval off = {0}, limit = {{1, 0}, {LOCK_SECONDS, 0}};
	struct sigaction act = {.sa_handler = on_alarm}, before;
	bool locked;

	sigaction(SIGALRM, &act, &before);
	setitimer(ITIMER_REAL, &limit, NULL);
	locked = lock_byte(fd, F_SETLKW, 0, F_WRLCK);
	setitimer(ITIMER_REAL, &off, NULL);
	sigaction(SIGALRM, &before, NULL);
	return locked;
}

bool
board_lock(const struct board_file *f)
{
	if (lock_byte(f->fd, F_SETLK, 0, F_WRLCK) || wait_for_head(f->fd))
		return true;
	log_warning("the scoreboard is locked by a process that does not let "
		    "go; look for a stopped ed2k-serve");
	return false;
}

void
board_unlock(const struct board_file *f)
{
	lock_byte(f->fd, F_SETLK, 0, F_UNLCK);
}

bool
board_lock_record(const struct board_file *f, int i)
{
	return lock_byte(f->fd, F_SETLK, 1 + i, F_WRLCK);
}

void
board_unlock_record(const struct board_file *f, int i)
{
	lock_byte(f->fd, F_SETLK, 1 + i, F_UNLCK);
}

bool
board_is_locked(const struct board_file *f, int i)
{
	struct flock lock = {
	    .l_type = F_WRLCK,
	    .l_whence = SEEK_SET,
	    .l_start = 1 + i,
	    .l_len = 1,
	};

	return fcntl(f->fd, F_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

static void
read_boot_id(char out[40])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	memset(out, 0, 40);
	if (fd < 0)
		return;
	if (read(fd, out, 36) != 36)
		memset(out, 0, 40);
	close(fd);
}

/* What has been mapped: is it ours, of this boot? */
static enum board_result
check(const struct board *board)
{
	static const char none[sizeof board->magic];
	char boot[40];

	if (memcmp(board->magic, none, sizeof none) == 0)
		return BOARD_NONE; /* whoever begins it is not done */
	if (memcmp(board->magic, MAGIC, sizeof board->magic) != 0 ||
	    board->version != VERSION || board->size != sizeof *board ||
	    board->n_used > SCOREBOARD_RECORDS)
		return BOARD_FOREIGN;
	read_boot_id(boot);
	return memcmp(boot, board->boot, sizeof boot) == 0 ? BOARD_OPEN
							   : BOARD_NONE;
}

static enum board_result
map(struct board_file *f, int protection)
{
	struct stat st;

	errno = 0;
	if (fstat(f->fd, &st) != 0)
		return BOARD_FAILED;
	if (!S_ISREG(st.st_mode) || st.st_size != (off_t)sizeof(struct board))
		return st.st_size == 0 ? BOARD_NONE : BOARD_FOREIGN;
	f->board =
	    mmap(NULL, sizeof(struct board), protection, MAP_SHARED, f->fd, 0);
	if (f->board != MAP_FAILED)
		return check(f->board);
	f->board = NULL;
	return BOARD_FAILED;
}

void
board_close(struct board_file *f)
{
	if (f->board)
		munmap(f->board, sizeof *f->board);
	if (f->fd >= 0)
		close(f->fd);
	f->board = NULL;
	f->fd = -1;
}

/*
 * Give the file room on the disk for all of it: to write into a page of a map
 * for which the disk has no room is the end of a process.
 */
static bool
allocate(struct board_file *f)
{
	int error = posix_fallocate(f->fd, 0, sizeof *f->board);

	if (error && !f->board && ftruncate(f->fd, 0) != 0)
		log_debug("the scoreboard stays half made");
	errno = error;
	return error == 0;
}

/*
 * Begin the board in a file that is empty or of an earlier boot, in place:
 * others may have it open, and wait for the head's lock, which we hold.
 */
static enum board_result
begin(struct board_file *f)
{
	if (!allocate(f))
		return BOARD_FAILED;
	if (f->board)
		memset(f->board, 0, sizeof *f->board);
	else if (map(f, PROT_READ | PROT_WRITE) == BOARD_FAILED)
		return BOARD_FAILED;
	f->board->version = VERSION;
	f->board->size = sizeof *f->board;
	read_boot_id(f->board->boot);
	memcpy(f->board->magic, MAGIC, sizeof f->board->magic);
	return BOARD_OPEN;
}

/* Has the file been replaced since it was opened? */
static bool
is_replaced(const struct board_file *f)
{
	struct stat st;

	return fstat(f->fd, &st) == 0 && st.st_nlink == 0;
}

/* One try; BOARD_FOREIGN when the file was removed, BOARD_NONE by others. */
static enum board_result
try_open(struct board_file *f, const char *path)
{
	enum board_result res;

	f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (f->fd < 0)
		return BOARD_FAILED;
	if (!board_lock(f)) {
		errno = 0;
		return BOARD_FAILED;
	}
	if (is_replaced(f))
		return BOARD_NONE;
	res = map(f, PROT_READ | PROT_WRITE);
	if (res == BOARD_NONE)
		res = begin(f);
	if (res == BOARD_FOREIGN && unlink(path) != 0)
		res = BOARD_FAILED;
	if (res == BOARD_OPEN)
		board_unlock(f);
	return res;
}

enum board_result
board_open(struct board_file *f, const char *dir)
{
	enum board_result res = BOARD_FAILED;
	char path[PATH_MAX];
	int error;

	*f = (struct board_file){.fd = -1};
	errno = ENAMETOOLONG;
	if (snprintf(path, sizeof path, "%s/scoreboard", dir) >=
	    (int)sizeof path)
		return BOARD_FAILED;
	for (int i = 0; i < OPEN_TRIES; i++) {
		res = try_open(f, path);
		if (res == BOARD_OPEN)
			return res;
		error = errno;
		board_close(f); /* which unlocks it, too */
		errno = error;
		if (res == BOARD_FAILED)
			return res;
		if (res == BOARD_FOREIGN)
			log_warning("%s is damaged or of another version; it "
				    "is begun anew",
			    log_quote_str(path));
	}
	errno = EAGAIN;
	return BOARD_FAILED;
}

enum board_result
board_look(struct board_file *f, const char *dir)
{
	enum board_result res;
	char path[PATH_MAX];
	int error;

	*f = (struct board_file){.fd = -1};
	snprintf(path, sizeof path, "%s/scoreboard", dir);
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return errno == ENOENT ? BOARD_NONE : BOARD_FAILED;
	res = map(f, PROT_READ);
	if (res == BOARD_OPEN)
		return res;
	error = errno;
	board_close(f);
	errno = error;
	return res;
}
