/*
 * The scoreboard's file; see board.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/board.h"

#include "base/clock.h"
#include "base/log.h"
#include "board/guard.h"
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
#define VERSION 4

/* In its place while a board is being made, and when it is given up. */
static const char no_magic[sizeof((struct board_head *)0)->magic];

/* How often we start again when others replace the file as we open it. */
#define OPEN_TRIES 10

/*
 * How far apart two looks at when the boot began may be: the two clocks are not
 * read at the same instant, and the wall clock is now and then set right. Two
 * boots that begin closer than that are no harm: what the earlier one left is
 * as good as just seen, and its locks are gone.
 */
#define BOOT_APART_MS 10000

static bool
is_of_this_boot(const struct board_file *f)
{
	int64_t apart_ms;

	if (__builtin_sub_overflow(
		f->board->boot_ms, clock_boot_ms(), &apart_ms))
		return false;
	return (apart_ms <= BOOT_APART_MS && apart_ms >= -BOOT_APART_MS) ||
	    (f->lock_fd >= 0 && lock_any_record_is_held(f->lock_fd));
}

static bool
has_magic(const struct board_head *head)
{
	return memcmp(head->magic, MAGIC, sizeof head->magic) == 0;
}

/* Is what we have mapped a board of this version and this boot? */
static enum board_result
check(const struct board_file *f)
{
	const struct board_head *head = &f->board->head;

	if (memcmp(head->magic, no_magic, sizeof no_magic) == 0)
		return BOARD_NONE; /* its maker died, or is not done */
	if (!has_magic(head) || head->version != VERSION ||
	    head->size != sizeof *f->board ||
	    f->board->n_used > SCOREBOARD_RECORDS)
		return BOARD_FOREIGN;
	return is_of_this_boot(f) ? BOARD_OPEN : BOARD_NONE;
}

bool
board_is_lost(const struct board_file *f)
{
	return f->is_cut || !has_magic(&f->board->head);
}

static void
guard(struct board_file *f)
{
	guard_begin(f->board, sizeof *f->board, &f->is_cut);
}

static void
unmap(struct board_file *f)
{
	guard_end();
	if (f->board)
		munmap(f->board, sizeof *f->board);
	f->board = NULL;
}

static enum board_result
map(struct board_file *f, int fd, int protection)
{
	enum board_result res;
	struct stat st;

	errno = 0;
	unmap(f);
	if (fstat(fd, &st) != 0)
		return BOARD_FAILED;
	if (!S_ISREG(st.st_mode) || st.st_size != (off_t)sizeof(struct board))
		return st.st_size == 0 ? BOARD_NONE : BOARD_FOREIGN;
	f->board =
	    mmap(NULL, sizeof(struct board), protection, MAP_SHARED, fd, 0);
	if (f->board == MAP_FAILED) {
		f->board = NULL;
		return BOARD_FAILED;
	}
	f->is_cut = 0;
	guard(f);
	res = check(f);
	return f->is_cut ? BOARD_NONE : res;
}

void
board_close(struct board_file *f)
{
	int error = errno;

	unmap(f);
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	f->lock_fd = -1;
	errno = error;
}

/*
 * Reserve room on the disk for the whole file. Without it there is a SIGBUS
 * when the disk is full and a process writes to its map.
 */
static bool
allocate(int fd)
{
	int error = posix_fallocate(fd, 0, sizeof(struct board));

	errno = error;
	return error == 0;
}

/*
 * Begin a new board in a file that is empty, too short or of an earlier boot.
 * It stays the same file: others may have it open and wait for the head's lock,
 * which we hold.
 */
static enum board_result
begin(struct board_file *f, int fd)
{
	if (!allocate(fd)) {
		int error = errno;

		if (!f->board && ftruncate(fd, 0) != 0)
			log_debug("the scoreboard is left half made");
		errno = error;
		return BOARD_FAILED;
	}
	if (map(f, fd, PROT_READ | PROT_WRITE) == BOARD_FAILED)
		return BOARD_FAILED;
	if (!f->board) {
		errno = EFBIG; /* longer than a board, and not to be removed */
		return BOARD_FAILED;
	}
	memset(f->board, 0, sizeof *f->board);
	f->board->boot_ms = clock_boot_ms();
	if (lock_any_record_is_held(f->lock_fd))
		f->board->begun_ms = clock_ms();
	f->board->head.version = VERSION;
	f->board->head.size = sizeof *f->board;
	memcpy(f->board->head.magic, MAGIC, sizeof no_magic);
	return f->is_cut ? BOARD_NONE : BOARD_OPEN;
}

/* Has the file been replaced since it was opened? */
static bool
is_replaced(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink == 0;
}

/* Is it a whole board of another version, which others may use? */
static bool
is_of_others(int fd)
{
	struct board_head head;
	struct stat st;

	return pread(fd, &head, sizeof head, 0) == sizeof head &&
	    has_magic(&head) && head.version != VERSION &&
	    fstat(fd, &st) == 0 && st.st_size == (off_t)head.size;
}

/*
 * Replace a board that is bad, and tell those who have it mapped. In the
 * sandbox nothing can be removed; one that was cut is begun anew in its place.
 */
static enum board_result
replace_locked(struct board_file *f, int fd, const char *path)
{
	bool of_others = is_of_others(fd);

	if (unlink(path) != 0)
		return of_others ? BOARD_FAILED : begin(f, fd);
	if (!of_others &&
	    pwrite(fd, no_magic, sizeof no_magic, 0) != sizeof no_magic)
		log_debug("the old scoreboard may still be in use");
	return BOARD_FOREIGN;
}

/*
 * Look at the file again, now that nobody else can replace or begin it. Begin
 * the board, or remove it if it is bad.
 */
static enum board_result
mend_locked(struct board_file *f, int fd, const char *path)
{
	enum board_result res;

	if (is_replaced(fd))
		return BOARD_NONE;
	res = map(f, fd, PROT_READ | PROT_WRITE);
	if (res == BOARD_FOREIGN)
		return replace_locked(f, fd, path);
	return res == BOARD_NONE ? begin(f, fd) : res;
}

static enum board_result
mend(struct board_file *f, int fd, const char *path)
{
	enum board_result res;

	if (!lock_head(f->lock_fd)) {
		errno = 0;
		return BOARD_FAILED;
	}
	res = mend_locked(f, fd, path);
	lock_head_release(f->lock_fd);
	return res;
}

/*
 * Try to open the board once. BOARD_FOREIGN: it was bad, and we removed it;
 * BOARD_NONE: another process removed it. In both cases try again.
 */
static enum board_result
try_open(struct board_file *f, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	enum board_result res;

	if (fd < 0)
		return BOARD_FAILED;
	res = map(f, fd, PROT_READ | PROT_WRITE);
	if (res == BOARD_NONE || res == BOARD_FOREIGN)
		res = mend(f, fd, path);
	close(fd);
	return res;
}

/* False, with errno set, when the path does not fit. */
static bool
make_path(char out[PATH_MAX], const char *dir, const char *name)
{
	errno = ENAMETOOLONG;
	return snprintf(out, PATH_MAX, "%s/%s", dir, name) < PATH_MAX;
}

static bool
make_paths(char board[PATH_MAX], char locks[PATH_MAX], const char *dir)
{
	return make_path(board, dir, "scoreboard") &&
	    make_path(locks, dir, "scoreboard.lock");
}

/* Try to open it until it stays the same for long enough. */
static enum board_result
open_board(struct board_file *f, const char *path)
{
	for (int i = 0; i < OPEN_TRIES; i++) {
		enum board_result res = try_open(f, path);

		if (res == BOARD_OPEN || res == BOARD_FAILED)
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
board_open(struct board_file *f, const char *dir)
{
	char path[PATH_MAX], locks[PATH_MAX];
	enum board_result res;

	*f = (struct board_file){.lock_fd = -1};
	if (!make_paths(path, locks, dir))
		return BOARD_FAILED;
	f->lock_fd = lock_open(locks);
	if (f->lock_fd < 0)
		return BOARD_FAILED;
	res = open_board(f, path);
	if (res != BOARD_OPEN)
		board_close(f);
	return res;
}

enum board_result
board_reopen(struct board_file *f, const char *dir)
{
	struct board_file next = {.lock_fd = f->lock_fd};
	char path[PATH_MAX], locks[PATH_MAX];
	enum board_result res;

	if (!make_paths(path, locks, dir))
		return BOARD_FAILED;
	res = open_board(&next, path);
	if (res != BOARD_OPEN) {
		unmap(&next);
		guard(f);
		return res;
	}
	munmap(f->board, sizeof *f->board);
	f->board = next.board;
	f->is_cut = 0;
	guard(f);
	if (next.is_cut)
		f->is_cut = 1; /* again, and before we guarded it */
	return BOARD_OPEN;
}

enum board_result
board_open_readonly(struct board_file *f, const char *dir)
{
	enum board_result res;
	char path[PATH_MAX], locks[PATH_MAX];
	int fd;

	*f = (struct board_file){.lock_fd = -1};
	if (!make_paths(path, locks, dir))
		return BOARD_FAILED;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? BOARD_NONE : BOARD_FAILED;
	f->lock_fd = lock_open_readonly(locks);
	res = map(f, fd, PROT_READ);
	close(fd);
	if (res != BOARD_OPEN)
		board_close(f);
	return res;
}
