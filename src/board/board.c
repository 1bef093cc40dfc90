/*
 * The scoreboard's file; see board.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/board.h"

#include "base/log.h"
#include "board/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC   "ed2kbrd"
#define VERSION 3

/* How often we start again when others replace the file as we open it. */
#define OPEN_TRIES 10

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

/* Is what we have mapped a board of this version and this boot? */
static enum board_result
check(const struct board *board)
{
	static const char none[sizeof board->magic];
	char boot[40];

	if (memcmp(board->magic, none, sizeof none) == 0)
		return BOARD_NONE; /* its maker died, or is not done */
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
 * Reserve room on the disk for the whole file. Without it a process that writes
 * to its map is killed (SIGBUS) when the disk is full.
 */
static bool
allocate(struct board_file *f)
{
	int error = posix_fallocate(f->fd, 0, sizeof *f->board);

	if (error && !f->board && ftruncate(f->fd, 0) != 0)
		log_debug("the scoreboard is left half made");
	errno = error;
	return error == 0;
}

/*
 * Begin a new board in a file that is empty or of an earlier boot. It stays the
 * same file: others may have it open and wait for the head's lock, which we
 * hold.
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

/*
 * Try to open the board once. BOARD_FOREIGN: it was bad, and we removed it;
 * BOARD_NONE: another process removed it. In both cases try again.
 */
static enum board_result
try_open(struct board_file *f, const char *path)
{
	enum board_result res;

	f->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (f->fd < 0)
		return BOARD_FAILED;
	if (!lock_head(f->fd)) {
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
		lock_head_release(f->fd);
	return res;
}

/* False, with errno set, when the path does not fit. */
static bool
make_path(char out[PATH_MAX], const char *dir)
{
	errno = ENAMETOOLONG;
	return snprintf(out, PATH_MAX, "%s/scoreboard", dir) < PATH_MAX;
}

/* Close a file that cannot be used, which releases the lock too. */
static void
give_up(struct board_file *f)
{
	int error = errno;

	board_close(f);
	errno = error;
}

enum board_result
board_open(struct board_file *f, const char *dir)
{
	enum board_result res;
	char path[PATH_MAX];

	*f = (struct board_file){.fd = -1};
	if (!make_path(path, dir))
		return BOARD_FAILED;
	for (int i = 0; i < OPEN_TRIES; i++) {
		res = try_open(f, path);
		if (res == BOARD_OPEN)
			return res;
		give_up(f);
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
board_open_readonly(struct board_file *f, const char *dir)
{
	enum board_result res;
	char path[PATH_MAX];

	*f = (struct board_file){.fd = -1};
	if (!make_path(path, dir))
		return BOARD_FAILED;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return errno == ENOENT ? BOARD_NONE : BOARD_FAILED;
	res = map(f, PROT_READ);
	if (res != BOARD_OPEN)
		give_up(f);
	return res;
}
