/*
 * The scoreboard's file: made, kept, replaced, and read by many at once.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

#include "base/clock.h"

/* Where a member of the board is in the file. */
#define AT(member) ((off_t)offsetof(struct board, member))

static ino_t
open_board(void)
{
	struct scoreboard b;

	assert_true(scoreboard_open(&b, dir, &limits));
	assert_non_null(b.file.board);
	assert_null(scoreboard_mine(&b));
	scoreboard_close(&b);
	return board_stat().st_ino;
}

static void
the_file_is_made_and_kept(void **state)
{
	mode_t mask = umask(022);
	ino_t made = open_board();
	struct scoreboard b;
	struct stat st;

	(void)state;
	umask(mask);
	assert_int_equal(board_stat().st_mode & 07777, 0640);
	assert_int_equal(stat(locks_path(), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(open_board(), made);
	assert_int_equal(scoreboard_open_readonly(&b, dir), BOARD_OPEN);
	scoreboard_close(&b);
	/* nothing else is left behind */
	assert_int_equal(unlink(board_path()), 0);
	assert_int_equal(unlink(locks_path()), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
opening_for_reading_makes_nothing(void **state)
{
	struct scoreboard b;

	(void)state;
	assert_int_not_equal(scoreboard_open_readonly(&b, dir), BOARD_OPEN);
	assert_null(b.file.board);
	assert_int_equal(access(board_path(), F_OK), -1);
	assert_false(queue_others_wait(&b));
	scoreboard_close(&b);
}

/* What is there is of no use, and is begun anew. */
static void
is_replaced(void)
{
	struct scoreboard b;

	assert_int_not_equal(scoreboard_open_readonly(&b, dir), BOARD_OPEN);
	open_board();
	assert_int_equal(scoreboard_open_readonly(&b, dir), BOARD_OPEN);
	scoreboard_close(&b);
}

static void
a_damaged_file_is_replaced(void **state)
{
	off_t size;

	(void)state;
	open_board();
	size = board_stat().st_size;
	write_at(0, "X", 1); /* magic */
	is_replaced();
	write_at(AT(head.version), "\xFF\xFF", 2);
	is_replaced();
	write_at(AT(head.size), "\1", 1);
	is_replaced();
	write_at(AT(boot_ms), "\0\0\0\0\0\0\0\x7F", 8);
	is_replaced();
	write_at(AT(boot_ms), "\0\0\0\0\0\0\0\x80", 8);
	is_replaced();
	write_at(AT(n_used), "\xFF\xFF\xFF\xFF", 4);
	is_replaced();
	assert_int_equal(truncate(board_path(), size - 1), 0);
	is_replaced();
	assert_int_equal(truncate(board_path(), size + 1), 0);
	is_replaced();
	assert_int_equal(truncate(board_path(), 0), 0);
	is_replaced();
	unlink(board_path());
	write_at(0, "#!/bin/sh\n", 10);
	is_replaced();
	assert_int_equal(board_stat().st_size, size);
}

static void
any_bytes_in_the_records_do_no_harm(void **state)
{
	static uint8_t junk[1 << 16];
	const off_t step = sizeof junk;
	struct scoreboard b;
	uint32_t before;
	off_t size;

	(void)state;
	memset(junk, 0xA5, sizeof junk);
	open_board();
	size = board_stat().st_size;
	for (off_t at = AT(n_used) + 4; at + step < size; at += step)
		write_at(at, junk, sizeof junk);
	/* all in use, they say; nobody holds a lock */
	write_at(AT(n_used), "\x00\x10\x00\x00", 4);
	assert_true(scoreboard_open(&b, dir, &limits));
	roster_claim(&b, v4_7, 1, T0);
	queue_wait(&b, WEIGHT_LOW, T0);
	queue_take(&b, T0, &before);
	queue_others_wait(&b);
	scoreboard_rate_share(&b, 1000, T0);
	roster_leave(&b, T0);
	scoreboard_close(&b);
}

static void
a_link_in_its_place_is_not_followed(void **state)
{
	struct scoreboard b;
	struct stat st;

	(void)state;
	temp_file("victim", 100, 'v');
	assert_int_equal(symlink(temp_path("victim"), board_path()), 0);
	assert_false(scoreboard_open(&b, dir, &limits));
	assert_int_equal(stat(temp_path("victim"), &st), 0);
	assert_int_equal(st.st_size, 100);
}

static void
processes_that_open_it_at_once_share_one_board(void **state)
{
	enum {
		N = 40
	};

	(void)state;
	for (int i = 0; i < N; i++)
		new_kid(); /* which opens it while the others do */
	for (uint64_t i = 0; i < N; i++) {
		assert_int_equal(claim(&kids[i], unknown, T0), CLAIM_OK);
		assert_int_equal(tell(&kids[i], OP_MINE, 0, 0), i);
	}
}

/* They all have the bad one open when the first of them replaces it. */
static void
processes_that_replace_it_at_once_share_one_board(void **state)
{
	enum {
		N = 8
	};
	struct timespec pause = {.tv_nsec = 200000000};
	struct flock lock = {.l_type = F_WRLCK, .l_len = 1};
	int fd;

	(void)state;
	write_at(0, "nonsense", 8);
	fd = open(locks_path(), O_RDWR | O_CREAT, 0600);
	assert_int_equal(fcntl(fd, F_SETLK, &lock), 0);
	for (int i = 0; i < N; i++)
		new_kid();
	nanosleep(&pause, NULL);
	close(fd); /* and with it the lock */
	for (uint64_t i = 0; i < N; i++) {
		assert_int_equal(claim(&kids[i], unknown, T0), CLAIM_OK);
		assert_int_equal(tell(&kids[i], OP_MINE, 0, 0), i);
	}
}

static void
a_process_keeps_the_board_that_is_replaced_meanwhile(void **state)
{
	struct kid *a, *b;

	(void)state;
	a = guest_of(v4_7, T0);
	write_at(AT(head.version), "\xFF\xFF", 2);
	b = guest_of(v4_7, T0 + 1);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0 + 2);
	takes(a, T0 + 2);
	assert_int_equal(tell(a, OP_OTHERS_WAIT, 0, 0), 0);
	tell(b, OP_WAIT, WEIGHT_NORMAL, T0 + 2);
	assert_int_equal(tell(a, OP_OTHERS_WAIT, 0, 0), 0);
	tell(a, OP_LEAVE, 0, T0 + 3);
	takes(b, T0 + 3);
}

static void
is_kept(bool wanted)
{
	struct kid *k = new_kid();

	/* in a new board nobody has been */
	assert_int_equal(claim(k, v4_8, T0), CLAIM_OK);
	assert_int_equal(tell(k, OP_MINE, 0, 0), wanted);
	kill_kid(k);
}

/* The beginning of the boot moves when the wall clock is set. */
static void
a_clock_that_is_set_makes_no_other_boot_while_somebody_is_there(void **state)
{
	struct kid *a;

	(void)state;
	a = guest_of(v4_7, T0);
	write_at(AT(boot_ms), "\1\2\3\4\5\0\0\0", 8);
	is_kept(true);
	/* who lives says how it is now */
	tell(a, OP_ALIVE, 0, T0);
	kill_kid(a);
	tell(guest_of(v4_7, T0), OP_LEAVE, 0, T0);
	write_at(AT(boot_ms), "\1\2\3\4\5\0\0\0", 8);
	is_kept(false);
}

/* Whoever may read the board can lock it, but its locks are elsewhere. */
static void
a_reader_cannot_hold_the_lock(void **state)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	struct kid *a, *b;
	int fd;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	fd = open(board_path(), O_RDONLY);
	assert_int_equal(fcntl(fd, F_SETLK, &lock), 0);
	b = waiting(WEIGHT_NORMAL, T0);
	waits_behind(b, 0, T0);
	assert_int_equal(tell(b, OP_MINE, 0, 0), 1);
	close(fd);
}

/* Each goes on, and they find each other again. In real time: the board has it. */
static void
is_survived(off_t size)
{
	uint64_t t0 = clock_ms();
	struct kid *a, *b, *c;

	assert_int_equal(begin(NULL), 0);
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, t0);
	takes(a, t0);
	b = waiting(WEIGHT_NORMAL, t0);
	waits_behind(b, 0, t0);
	assert_int_equal(truncate(board_path(), size), 0);
	c = waiting(WEIGHT_NORMAL, t0 + 1);
	waits_behind(c, 0, t0 + 1);
	takes(a, t0 + 1);
	tell(a, OP_ALIVE, 0, t0 + 1000);
	tell(b, OP_ALIVE, 0, t0 + 1000);
	waits_behind(b, 0, t0 + 1000);
	waits_behind(c, 1, t0 + 1000);
	tell(a, OP_LEAVE, 0, t0 + 4000);
	waits_behind(c, 1, t0 + 4000);
	takes(b, t0 + 4000);
	waits_behind(c, 0, t0 + 4000);
	kill_kid(b);
	takes(c, t0 + 6000);
	end(NULL);
}

static void
a_board_that_is_cut_ends_no_process(void **state)
{
	(void)state;
	for (off_t size = 0; size < (off_t)sizeof(struct board);
	     size = size * 3 + 1)
		is_survived(size);
	is_survived(AT(records));
	is_survived(sizeof(struct board) - 1);
	is_survived(sizeof(struct board) + 1);
}

static void
a_reader_survives_a_cut(void **state)
{
	struct scoreboard b;

	(void)state;
	open_board();
	assert_int_equal(scoreboard_open_readonly(&b, dir), BOARD_OPEN);
	assert_int_equal(truncate(board_path(), 0), 0);
	assert_int_equal(scoreboard_n_records(&b), 0);
	assert_false(queue_others_wait(&b));
	scoreboard_close(&b);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(the_file_is_made_and_kept),
	    TEST(opening_for_reading_makes_nothing),
	    TEST(a_damaged_file_is_replaced),
	    TEST(any_bytes_in_the_records_do_no_harm),
	    TEST(a_link_in_its_place_is_not_followed),
	    TEST(processes_that_open_it_at_once_share_one_board),
	    TEST(processes_that_replace_it_at_once_share_one_board),
	    TEST(a_process_keeps_the_board_that_is_replaced_meanwhile),
	    TEST(
		a_clock_that_is_set_makes_no_other_boot_while_somebody_is_there),
	    TEST(a_reader_cannot_hold_the_lock),
	    TEST(a_board_that_is_cut_ends_no_process),
	    TEST(a_reader_survives_a_cut),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
