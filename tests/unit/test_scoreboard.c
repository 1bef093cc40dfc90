/*
 * serve/scoreboard.h with real files and real processes: each "kid" is one that
 * does what it is told through a pipe, and can be killed. Time is an argument.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "base/log.h"
#include "board/scoreboard.h"
#include "board/turn.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* Some time of CLOCK_MONOTONIC. */
#define T0 UINT64_C(5000000)

static const uint8_t unknown[16];
static const uint8_t v4_7[16] = {[10] = 0xFF, 0xFF, 192, 0, 2, 7};
static const uint8_t v4_8[16] = {[10] = 0xFF, 0xFF, 192, 0, 2, 8};
static const uint8_t v4_9[16] = {[10] = 0xFF, 0xFF, 192, 0, 2, 9};
/* Two of a /64, and one beside it. */
static const uint8_t v6_a[16] = {0x20, 1, 0xD, 0xB8, [7] = 1, [15] = 1};
static const uint8_t v6_b[16] = {0x20, 1, 0xD, 0xB8, [7] = 1, 9, [15] = 2};
static const uint8_t v6_c[16] = {0x20, 1, 0xD, 0xB8, [7] = 2, [15] = 1};

static const struct scoreboard_limits roomy = {
    .slots = 2,
    .connections = 100,
    .address_connections = 100,
    .address_minute = 1000,
    .address_slots = 100,
};
static struct scoreboard_limits limits;

enum op {
	OP_CLAIM,
	OP_REJOIN,
	OP_USER, /* known by this hash from now on */
	OP_WAIT,
	OP_TAKE,
	OP_GIVE,
	OP_LEAVE,
	OP_OTHERS_WAIT,
	OP_SHARE,
	OP_ALIVE,
	OP_SENT, /* so many bytes */
	OP_SENDING,
	OP_SINCE, /* since_ms of the record */
	OP_MINE,  /* number of the record */
};

struct order {
	enum op op;
	uint64_t number, now_ms;
	uint8_t address[16];
	struct scoreboard_limits limits;
};

struct answer {
	uint64_t result;
	uint32_t before;
	/* in all, what on_dead was told */
	uint32_t n_dead;
	uint64_t dead_bytes;
	char dead_name[16];
};

struct kid {
	pid_t pid;
	int to, from;
};

#define KIDS_MAX 64
static struct kid kids[KIDS_MAX];
static size_t n_kids;
static char dir[PATH_MAX];

static void
on_dead(void *ctx, const struct record *dead)
{
	struct answer *a = ctx;

	a->n_dead++;
	a->dead_bytes += dead->bytes;
	memcpy(a->dead_name, dead->name, sizeof a->dead_name);
}

static uint64_t
obey(struct scoreboard *b, const struct order *o, struct answer *a)
{
	struct record *r = scoreboard_mine(b);

	switch (o->op) {
	case OP_CLAIM:
		return scoreboard_claim(
		    b, o->address, (uint16_t)o->number, &o->limits, o->now_ms);
	case OP_REJOIN:
		scoreboard_rejoin(b, &o->limits, o->now_ms);
		return b->mine >= 0;
	case OP_USER:
		r->has_user = 1;
		memset(r->user_hash, (int)o->number, HASH_SIZE);
		return 0;
	case OP_WAIT:
		scoreboard_wait(b, (uint32_t)o->number, o->now_ms);
		return 0;
	case OP_TAKE:
		return scoreboard_take(b, &o->limits, o->now_ms, &a->before);
	case OP_GIVE:
		scoreboard_give(b, o->now_ms);
		return 0;
	case OP_LEAVE:
		scoreboard_leave(b, o->now_ms);
		return 0;
	case OP_OTHERS_WAIT:
		return scoreboard_others_wait(b);
	case OP_SHARE:
		return scoreboard_rate_share(b, o->number, o->now_ms);
	case OP_ALIVE:
		scoreboard_alive(b, o->now_ms);
		return 0;
	case OP_SENT:
		r->bytes = o->number;
		memcpy(r->name, "a file", 7);
		return 0;
	case OP_SENDING:
		r->sending = (uint32_t)o->number;
		return 0;
	case OP_SINCE:
		return r->since_ms;
	case OP_MINE:
		return (uint64_t)b->mine;
	}
	return 0;
}

static void
live(int from, int to)
{
	struct scoreboard b;
	struct order o;
	struct answer a = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!scoreboard_open(&b, dir))
		_exit(1);
	b.on_dead = on_dead;
	b.ctx = &a;
	while (read(from, &o, sizeof o) == sizeof o) {
		a.result = obey(&b, &o, &a);
		if (write(to, &a, sizeof a) != sizeof a)
			break;
	}
	_exit(0);
}

static struct kid *
new_kid(void)
{
	struct kid *k = &kids[n_kids];
	int to[2], from[2];

	assert_true(n_kids < KIDS_MAX);
	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	k->pid = fork();
	assert_true(k->pid >= 0);
	if (k->pid == 0) {
		close(to[1]);
		close(from[0]);
		live(to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	k->to = to[1];
	k->from = from[0];
	n_kids++;
	return k;
}

static void
kill_kid(struct kid *k)
{
	if (k->pid <= 0)
		return;
	kill(k->pid, SIGKILL);
	waitpid(k->pid, NULL, 0);
	close(k->to);
	close(k->from);
	k->pid = 0;
}

static struct answer
order(struct kid *k, struct order o)
{
	struct answer a;

	o.limits = limits;
	assert_int_equal(write(k->to, &o, sizeof o), sizeof o);
	assert_int_equal(read(k->from, &a, sizeof a), sizeof a);
	return a;
}

static uint64_t
tell(struct kid *k, enum op op, uint64_t number, uint64_t now_ms)
{
	struct order o = {.op = op, .number = number, .now_ms = now_ms};

	return order(k, o).result;
}

static enum claim_result
claim(struct kid *k, const uint8_t address[16], uint64_t now_ms)
{
	struct order o = {.op = OP_CLAIM, .number = 4711, .now_ms = now_ms};

	memcpy(o.address, address, sizeof o.address);
	return (enum claim_result)order(k, o).result;
}

/* A kid with a record. */
static struct kid *
guest_of(const uint8_t address[16], uint64_t now_ms)
{
	struct kid *k = new_kid();

	assert_int_equal(claim(k, address, now_ms), CLAIM_OK);
	return k;
}

/* One of unknown address that waits. */
static struct kid *
waiting(uint32_t weight, uint64_t now_ms)
{
	struct kid *k = guest_of(unknown, now_ms);

	tell(k, OP_WAIT, weight, now_ms);
	return k;
}

static void
takes(struct kid *k, uint64_t now_ms)
{
	assert_int_equal(tell(k, OP_TAKE, 0, now_ms), 1);
}

/* There is no slot for it, and so many are before it. */
static void
waits_behind(struct kid *k, uint32_t before, uint64_t now_ms)
{
	struct order o = {.op = OP_TAKE, .now_ms = now_ms};
	struct answer a = order(k, o);

	assert_int_equal(a.result, 0);
	assert_int_equal(a.before, before);
}

static struct answer
seen_dead(struct kid *k)
{
	struct order o = {.op = OP_MINE};

	return order(k, o);
}

static int
begin(void **state)
{
	static int n;
	char name[16];

	(void)state;
	limits = roomy;
	snprintf(name, sizeof name, "%d", n++);
	snprintf(dir, sizeof dir, "%s", temp_path(name));
	return mkdir(dir, 0755);
}

static int
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_kids; i++)
		kill_kid(&kids[i]);
	n_kids = 0;
	return 0;
}

static const char *
board_path(void)
{
	static char path[PATH_MAX + 16];

	snprintf(path, sizeof path, "%s/scoreboard", dir);
	return path;
}

/* The file. */

static struct stat
board_stat(void)
{
	struct stat st;

	assert_int_equal(stat(board_path(), &st), 0);
	return st;
}

static ino_t
open_board(void)
{
	struct scoreboard b;

	assert_true(scoreboard_open(&b, dir));
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

	(void)state;
	umask(mask);
	assert_int_equal(board_stat().st_mode & 07777, 0640);
	assert_int_equal(open_board(), made);
	assert_int_equal(scoreboard_look(&b, dir), BOARD_OPEN);
	scoreboard_close(&b);
	/* nothing else is left behind */
	assert_int_equal(unlink(board_path()), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
to_look_on_makes_nothing(void **state)
{
	struct scoreboard b;

	(void)state;
	assert_int_not_equal(scoreboard_look(&b, dir), BOARD_OPEN);
	assert_null(b.file.board);
	assert_int_equal(access(board_path(), F_OK), -1);
	assert_false(scoreboard_others_wait(&b));
	scoreboard_close(&b);
}

/* What is there is of no use, and is begun anew. */
static void
is_replaced(void)
{
	struct scoreboard b;

	assert_int_not_equal(scoreboard_look(&b, dir), BOARD_OPEN);
	open_board();
	assert_int_equal(scoreboard_look(&b, dir), BOARD_OPEN);
	scoreboard_close(&b);
}

static void
write_at(off_t at, const void *bytes, size_t n)
{
	int fd = open(board_path(), O_WRONLY | O_CREAT, 0640);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	close(fd);
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
	write_at(8, "\xFF\xFF", 2); /* version */
	is_replaced();
	write_at(12, "\1", 1); /* size */
	is_replaced();
	write_at(16, "another boot", 12);
	is_replaced();
	write_at(56, "\xFF\xFF\xFF\xFF", 4); /* n_used */
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
	for (off_t at = 60; at + step < size; at += step)
		write_at(at, junk, sizeof junk);
	/* all in use, they say; nobody holds a lock */
	write_at(56, "\x00\x10\x00\x00", 4);
	assert_true(scoreboard_open(&b, dir));
	scoreboard_claim(&b, v4_7, 1, &limits, T0);
	scoreboard_wait(&b, WEIGHT_LOW, T0);
	scoreboard_take(&b, &limits, T0, &before);
	scoreboard_others_wait(&b);
	scoreboard_rate_share(&b, 1000, T0);
	scoreboard_leave(&b, T0);
	scoreboard_close(&b);
}

static void
without_a_directory_everybody_is_alone(void **state)
{
	struct scoreboard b;
	uint32_t before = 1;

	(void)state;
	rmdir(dir);
	assert_false(scoreboard_open(&b, dir));
	assert_int_equal(scoreboard_claim(&b, v4_7, 1, &limits, T0), CLAIM_OK);
	assert_null(scoreboard_mine(&b));
	scoreboard_wait(&b, WEIGHT_LOW, T0);
	assert_true(scoreboard_take(&b, &limits, T0, &before));
	assert_int_equal(before, 0);
	assert_false(scoreboard_others_wait(&b));
	assert_int_equal(scoreboard_rate_share(&b, 1000, T0), 1000);
	scoreboard_alive(&b, T0);
	scoreboard_give(&b, T0);
	scoreboard_leave(&b, T0);
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
	assert_false(scoreboard_open(&b, dir));
	assert_int_equal(stat(temp_path("victim"), &st), 0);
	assert_int_equal(st.st_size, 100);
}

static void
all_who_come_at_once_have_one_board(void **state)
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
all_who_replace_a_board_at_once_have_one(void **state)
{
	enum {
		N = 8
	};
	struct timespec pause = {.tv_nsec = 200000000};
	struct flock lock = {.l_type = F_WRLCK, .l_len = 1};
	int fd;

	(void)state;
	write_at(0, "nonsense", 8);
	fd = open(board_path(), O_RDWR);
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

/* Slots and turns. */

static void
no_more_than_the_slots_are_taken(void **state)
{
	struct kid *a = waiting(WEIGHT_NORMAL, T0);
	struct kid *b, *c, *d;

	(void)state;
	takes(a, T0);
	takes(a, T0); /* it has it already */
	b = waiting(WEIGHT_NORMAL, T0 + 1);
	takes(b, T0 + 1);
	c = waiting(WEIGHT_NORMAL, T0 + 2);
	d = waiting(WEIGHT_NORMAL, T0 + 3);
	waits_behind(c, 0, T0 + 10);
	waits_behind(d, 1, T0 + 10);
	tell(a, OP_GIVE, 0, T0 + 20);
	waits_behind(d, 1, T0 + 21); /* it is free, but for c */
	takes(c, T0 + 22);
	waits_behind(d, 0, T0 + 23);
	tell(c, OP_LEAVE, 0, T0 + 30);
	takes(d, T0 + 31);
}

static void
two_free_slots_are_for_the_first_two(void **state)
{
	struct kid *a, *b, *c;

	(void)state;
	a = waiting(WEIGHT_NORMAL, T0);
	b = waiting(WEIGHT_NORMAL, T0 + 1);
	c = waiting(WEIGHT_NORMAL, T0 + 2);
	waits_behind(c, 2, T0 + 9);
	takes(b, T0 + 9); /* without waiting for a to look */
	waits_behind(c, 1, T0 + 9);
	takes(a, T0 + 9);
}

static void
the_order_is_by_wait_and_weight(void **state)
{
	struct kid *up, *low, *normal, *high;

	(void)state;
	limits.slots = 1;
	up = waiting(WEIGHT_NORMAL, T0);
	takes(up, T0);
	low = waiting(WEIGHT_LOW, T0 + 1000);
	normal = waiting(WEIGHT_NORMAL, T0 + 2000);
	high = waiting(WEIGHT_HIGH, T0 + 2900);
	/* 2,000, 2,000 and 400 */
	waits_behind(low, 0, T0 + 3000);
	waits_behind(normal, 1, T0 + 3000);
	waits_behind(high, 2, T0 + 3000);
	/* 3,000, 4,000 and 4,400 */
	waits_behind(high, 0, T0 + 4000);
	waits_behind(normal, 1, T0 + 4000);
	waits_behind(low, 2, T0 + 4000);
	tell(up, OP_GIVE, 0, T0 + 4000);
	takes(high, T0 + 4000);
}

static void
who_gives_back_and_waits_again_is_last(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	assert_false(tell(a, OP_OTHERS_WAIT, 0, T0));
	takes(a, T0);
	b = waiting(WEIGHT_NORMAL, T0 + 10);
	waits_behind(b, 0, T0 + 10);
	assert_true(tell(a, OP_OTHERS_WAIT, 0, T0));
	assert_false(tell(b, OP_OTHERS_WAIT, 0, T0));
	tell(a, OP_GIVE, 0, T0 + 20);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0 + 20);
	waits_behind(a, 1, T0 + 20);
	takes(b, T0 + 20);
}

/* Killed ones. */

static void
a_killed_uploader_leaves_its_slot(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	tell(a, OP_SENT, 12345, 0);
	b = waiting(WEIGHT_NORMAL, T0 + 10);
	waits_behind(b, 0, T0 + 20);
	assert_int_equal(seen_dead(b).n_dead, 0);
	kill_kid(a);
	/* it may live, for all we heard of it */
	waits_behind(b, 0, T0 + 10 + UPLOADING_ALIVE_MS);
	takes(b, T0 + 2000);
	/* and is accounted for, once */
	assert_int_equal(seen_dead(b).n_dead, 1);
	assert_int_equal(seen_dead(b).dead_bytes, 12345);
	assert_string_equal(seen_dead(b).dead_name, "a file");
	takes(b, T0 + 2040);
	assert_int_equal(seen_dead(b).n_dead, 1);
}

static void
who_left_is_not_dead(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	tell(a, OP_SENT, 12345, 0);
	tell(a, OP_LEAVE, 0, T0 + 10);
	b = waiting(WEIGHT_NORMAL, T0 + 10);
	takes(b, T0 + 30);
	assert_int_equal(seen_dead(b).n_dead, 0);
}

static void
a_killed_waiter_holds_nobody_up(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.slots = 1;
	a = waiting(WEIGHT_HIGH, T0);
	b = waiting(WEIGHT_LOW, T0 + 10);
	waits_behind(b, 1, T0 + 20);
	kill_kid(a);
	takes(b, T0 + 30);
}

/* However many died, and though none of them is old enough to be suspect. */
static void
nobody_waits_behind_a_crowd_of_dead(void **state)
{
	struct kid *k;

	(void)state;
	for (uint32_t i = 0; i < 2 + 20; i++) {
		k = waiting(WEIGHT_HIGH, T0 + i);
		if (i < 2)
			takes(k, T0 + i);
		else
			waits_behind(k, i - 2, T0 + i);
	}
	for (size_t i = 0; i < n_kids; i++)
		kill_kid(&kids[i]);
	takes(waiting(WEIGHT_LOW, T0 + 2000), T0 + 2000);
}

static void
a_killed_waiter_keeps_its_place(void **state)
{
	struct kid *up, *a, *b;

	(void)state;
	limits.slots = 1;
	up = waiting(WEIGHT_NORMAL, T0);
	takes(up, T0);
	a = guest_of(v4_7, T0 + 1);
	tell(a, OP_USER, 0xAA, 0);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0 + 1);
	b = waiting(WEIGHT_NORMAL, T0 + 1000);
	waits_behind(b, 1, T0 + 1001);
	kill_kid(a);
	/* back on another port */
	a = guest_of(v4_7, T0 + 2000);
	tell(a, OP_USER, 0xAA, 0);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0 + 2000);
	assert_int_equal(tell(a, OP_SINCE, 0, 0), T0 + 1);
	waits_behind(a, 0, T0 + 2001);
	waits_behind(b, 1, T0 + 2001);
}

/* The since of a peer that waits at T0, goes, and waits again. */
static uint64_t
since_of_the_next(const uint8_t address[16], uint8_t user,
    const uint8_t next_address[16], uint8_t next_user, uint64_t after_ms)
{
	struct kid *k = guest_of(address, T0);

	if (user)
		tell(k, OP_USER, user, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0);
	tell(k, OP_LEAVE, 0, T0 + 10);
	k = guest_of(next_address, T0 + after_ms);
	if (next_user)
		tell(k, OP_USER, next_user, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0 + after_ms);
	return tell(k, OP_SINCE, 0, 0) - T0;
}

static void
who_hangs_up_keeps_its_place_for_an_hour(void **state)
{
	(void)state;
	assert_int_equal(since_of_the_next(v4_7, 1, v4_7, 1, 500), 0);
	assert_int_equal(since_of_the_next(v4_7, 2, v4_7, 2, 10 + PLACE_MS), 0);
	assert_int_equal(
	    since_of_the_next(v4_7, 3, v4_7, 3, 11 + PLACE_MS), 11 + PLACE_MS);
}

static void
a_place_is_for_one_user_of_one_address(void **state)
{
	(void)state;
	assert_int_equal(since_of_the_next(v4_7, 1, v4_7, 2, 500), 500);
	assert_int_equal(since_of_the_next(v4_7, 3, v4_8, 3, 500), 500);
	assert_int_equal(since_of_the_next(v4_7, 4, v4_7, 0, 500), 500);
	assert_int_equal(since_of_the_next(v4_7, 0, v4_7, 0, 500), 500);
	assert_int_equal(since_of_the_next(unknown, 5, unknown, 5, 500), 500);
	/* privacy extensions: another address of the same /64 */
	assert_int_equal(since_of_the_next(v6_a, 6, v6_b, 6, 500), 0);
	assert_int_equal(since_of_the_next(v6_a, 7, v6_c, 7, 500), 500);
}

static void
a_place_is_taken_up_once(void **state)
{
	struct kid *k;

	(void)state;
	assert_int_equal(since_of_the_next(v4_7, 1, v4_7, 1, 500), 0);
	k = guest_of(v4_7, T0 + 600);
	tell(k, OP_USER, 1, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0 + 600);
	assert_int_equal(tell(k, OP_SINCE, 0, 0), T0 + 600);
}

static void
who_uploaded_has_no_place_to_keep(void **state)
{
	struct kid *k = guest_of(v4_7, T0);

	(void)state;
	tell(k, OP_USER, 1, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0);
	takes(k, T0 + 1);
	tell(k, OP_LEAVE, 0, T0 + 2);
	k = guest_of(v4_7, T0 + 500);
	tell(k, OP_USER, 1, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, T0 + 500);
	assert_int_equal(tell(k, OP_SINCE, 0, 0), T0 + 500);
}

static void
records_are_used_again(void **state)
{
	struct kid *a = guest_of(v4_7, T0), *b, *c, *d;

	(void)state;
	b = guest_of(v4_7, T0);
	c = guest_of(v4_7, T0);
	assert_int_equal(tell(b, OP_MINE, 0, 0), 1);
	tell(a, OP_LEAVE, 0, T0);
	d = guest_of(v4_7, T0);
	assert_int_equal(tell(d, OP_MINE, 0, 0), 0);
	/* the killed are found by their silence */
	kill_kid(b);
	kill_kid(c);
	assert_int_equal(
	    tell(guest_of(v4_8, T0 + 2 * ALIVE_MS), OP_MINE, 0, 0), 3);
	tell(d, OP_ALIVE, 0, T0 + 2 * ALIVE_MS);
	assert_int_equal(
	    tell(guest_of(v4_8, T0 + 2 * ALIVE_MS + 1), OP_MINE, 0, 0), 1);
}

/* Each process reads the clock by itself, and uses it a moment later. */
static void
a_clock_a_little_behind_does_no_harm(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.address_minute = 3;
	a = guest_of(v4_7, T0);
	tell(a, OP_USER, 1, 0);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0);
	tell(a, OP_LEAVE, 0, T0 + 10);
	b = guest_of(v4_7, T0 + 9);
	tell(b, OP_USER, 1, 0);
	tell(b, OP_WAIT, WEIGHT_NORMAL, T0 + 9);
	assert_int_equal(tell(b, OP_SINCE, 0, 0), T0);
	/* its share of the rate */
	takes(b, T0 + 9);
	tell(b, OP_SENDING, 1, 0);
	a = waiting(WEIGHT_NORMAL, T0 + 10);
	takes(a, T0 + 10);
	tell(a, OP_SENDING, 1, 0);
	assert_int_equal(tell(b, OP_SHARE, 1000, T0 + 9), 500);
	/* and the limit of a minute */
	a = guest_of(v4_7, T0 - 1);
	a = new_kid();
	assert_int_equal(claim(a, v4_7, T0 - 1), CLAIM_TOO_OFTEN);
}

/* Limits. */

static void
connections_are_limited(void **state)
{
	struct kid *a, *k;

	(void)state;
	limits.connections = 3;
	a = guest_of(v4_7, T0);
	guest_of(v4_8, T0);
	guest_of(unknown, T0);
	k = new_kid();
	assert_int_equal(claim(k, v4_9, T0), CLAIM_FULL);
	/* which may go on, but gets no slot */
	assert_int_equal(tell(k, OP_TAKE, 0, T0), 0);
	tell(a, OP_LEAVE, 0, T0);
	assert_int_equal(claim(k, v4_9, T0), CLAIM_OK);
}

static void
fewer_connections_may_be_than_once_were(void **state)
{
	struct kid *a, *b;

	(void)state;
	a = guest_of(v4_7, T0);
	b = guest_of(v4_8, T0);
	tell(a, OP_LEAVE, 0, T0);
	tell(b, OP_LEAVE, 0, T0);
	limits.connections = 1;
	assert_int_equal(claim(a, v4_7, T0), CLAIM_OK);
	assert_int_equal(claim(b, v4_8, T0), CLAIM_FULL);
	tell(a, OP_LEAVE, 0, T0);
	assert_int_equal(claim(b, v4_8, T0), CLAIM_OK);
}

/* How many of these two get in when one may. */
static void
check_one_of(const uint8_t a[16], const uint8_t b[16], bool both)
{
	struct kid *first = guest_of(a, T0), *second = new_kid();

	assert_int_equal(
	    claim(second, b, T0), both ? CLAIM_OK : CLAIM_TOO_MANY);
	tell(second, OP_LEAVE, 0, T0);
	kill_kid(first); /* killed is gone as well */
	assert_int_equal(claim(second, b, T0), CLAIM_OK);
	tell(second, OP_LEAVE, 0, T0);
}

static void
connections_of_an_address_are_limited(void **state)
{
	(void)state;
	limits.address_connections = 1;
	check_one_of(v4_7, v4_7, false);
	check_one_of(v4_7, v4_8, true);
	check_one_of(v6_a, v6_a, false);
	check_one_of(v6_a, v6_b, false);
	check_one_of(v6_a, v6_c, true);
	check_one_of(v4_7, v6_a, true);
	check_one_of(unknown, unknown, true);
}

static void
new_connections_of_an_address_are_limited(void **state)
{
	struct kid *k = new_kid();

	(void)state;
	limits.address_minute = 3;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(claim(k, v6_a, T0 + 10), CLAIM_OK);
		tell(k, OP_LEAVE, 0, T0 + 10);
	}
	assert_int_equal(claim(k, v6_b, T0 + 59999), CLAIM_TOO_OFTEN);
	assert_int_equal(tell(k, OP_TAKE, 0, T0), 0);
	assert_int_equal(claim(k, v6_c, T0 + 59999), CLAIM_OK);
	tell(k, OP_LEAVE, 0, T0 + 10);
	assert_int_equal(claim(k, v4_7, T0 + 59999), CLAIM_OK);
	tell(k, OP_LEAVE, 0, T0 + 10);
	/* the next minute */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(claim(k, v6_b, T0 + 60010), CLAIM_OK);
		tell(k, OP_LEAVE, 0, T0 + 60010);
	}
	assert_int_equal(claim(k, v6_a, T0 + 60010), CLAIM_TOO_OFTEN);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(claim(k, unknown, T0 + 10), CLAIM_OK);
		tell(k, OP_LEAVE, 0, T0 + 10);
	}
}

/* One of this address that waits. */
static struct kid *
waiting_of(const uint8_t address[16], uint64_t now_ms)
{
	struct kid *k = guest_of(address, now_ms);

	tell(k, OP_WAIT, WEIGHT_NORMAL, now_ms);
	return k;
}

static void
an_address_that_is_full_holds_nobody_up(void **state)
{
	struct kid *a, *b, *c, *d;

	(void)state;
	limits.slots = 3;
	limits.address_slots = 1;
	a = waiting_of(v4_7, T0);
	takes(a, T0);
	b = waiting_of(v4_7, T0 + 1);
	c = waiting_of(v4_7, T0 + 2);
	waits_behind(b, 0, T0 + 5);
	waits_behind(c, 1, T0 + 5);
	/* they cannot go before it */
	d = waiting_of(v4_8, T0 + 3);
	takes(d, T0 + 5);
	tell(a, OP_GIVE, 0, T0 + 6);
	takes(b, T0 + 7);
	waits_behind(c, 0, T0 + 7);
	/* a killed one makes room too, and at once: its address is full */
	kill_kid(b);
	takes(c, T0 + 8);
}

static void
a_64_has_the_slots_of_one_address(void **state)
{
	struct kid *a, *b, *c;

	(void)state;
	limits.slots = 10;
	limits.address_slots = 1;
	a = waiting_of(v6_a, T0);
	takes(a, T0);
	b = waiting_of(v6_b, T0);
	waits_behind(b, 0, T0);
	c = waiting_of(v6_c, T0);
	takes(c, T0);
	a = waiting_of(unknown, T0);
	takes(a, T0);
	a = waiting_of(unknown, T0);
	takes(a, T0);
}

/* Shares of the rate. */

static void
the_rate_is_shared_by_weight(void **state)
{
	struct kid *low, *normal, *high, *w;

	(void)state;
	limits.slots = 3;
	low = waiting(WEIGHT_LOW, T0);
	takes(low, T0);
	assert_int_equal(tell(low, OP_SHARE, 7000, T0), 7000);
	normal = waiting(WEIGHT_NORMAL, T0);
	takes(normal, T0);
	high = waiting(WEIGHT_HIGH, T0);
	takes(high, T0);
	w = waiting(WEIGHT_HIGH, T0);
	waits_behind(w, 0, T0);
	/* who sends nothing needs nothing */
	assert_int_equal(tell(low, OP_SHARE, 7000, T0), 7000);
	tell(low, OP_SENDING, 1, 0);
	tell(normal, OP_SENDING, 1, 0);
	tell(high, OP_SENDING, 1, 0);
	assert_int_equal(tell(low, OP_SHARE, 7000, T0), 1000);
	assert_int_equal(tell(normal, OP_SHARE, 7000, T0), 2000);
	assert_int_equal(tell(high, OP_SHARE, 7000, T0), 4000);
	tell(normal, OP_SENDING, 0, 0);
	assert_int_equal(tell(high, OP_SHARE, 7000, T0), 5600);
	/* one that comes back counts itself */
	assert_int_equal(tell(normal, OP_SHARE, 7000, T0), 2000);
}

static void
who_is_dead_has_no_share(void **state)
{
	struct kid *a, *b;

	(void)state;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	tell(a, OP_SENDING, 1, 0);
	b = waiting(WEIGHT_NORMAL, T0);
	takes(b, T0);
	tell(b, OP_SENDING, 1, 0);
	/* one that lives and was not heard of is only slow */
	assert_int_equal(tell(b, OP_SHARE, 1000, T0 + 5000), 500);
	kill_kid(a);
	assert_int_equal(tell(b, OP_SHARE, 1000, T0 + UPLOADING_ALIVE_MS), 500);
	assert_int_equal(tell(b, OP_SHARE, 1000, T0 + 2000), 1000);
}

static void
who_found_no_room_gets_it_later(void **state)
{
	struct kid *a, *b;

	(void)state;
	limits.connections = 1;
	limits.slots = 1;
	a = waiting(WEIGHT_NORMAL, T0);
	takes(a, T0);
	b = new_kid();
	assert_int_equal(claim(b, v4_7, T0 + 1), CLAIM_FULL);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 10), 0);
	waits_behind(b, 1, T0 + 10);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 20), 0);
	tell(a, OP_LEAVE, 0, T0 + 30);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 40), 1);
	tell(b, OP_WAIT, WEIGHT_NORMAL, T0 + 40);
	/* it waits since it asked first */
	assert_int_equal(tell(b, OP_SINCE, 0, 0), T0 + 10);
	takes(b, T0 + 40);
	assert_int_equal(tell(b, OP_REJOIN, 0, T0 + 50), 1);
}

static void
who_is_there_when_a_board_is_replaced_keeps_the_old(void **state)
{
	struct kid *a, *b;

	(void)state;
	a = guest_of(v4_7, T0);
	write_at(8, "\xFF\xFF", 2); /* another version */
	b = guest_of(v4_7, T0 + 1);
	tell(a, OP_WAIT, WEIGHT_NORMAL, T0 + 2);
	takes(a, T0 + 2);
	assert_int_equal(tell(a, OP_OTHERS_WAIT, 0, 0), 0);
	tell(b, OP_WAIT, WEIGHT_NORMAL, T0 + 2);
	assert_int_equal(tell(a, OP_OTHERS_WAIT, 0, 0), 0);
	tell(a, OP_LEAVE, 0, T0 + 3);
	takes(b, T0 + 3);
}

static bool
count(void *ctx, const struct record *r)
{
	int *n = ctx;

	n[r->state]++;
	return true;
}

static void
who_looks_on_sees_the_living(void **state)
{
	struct kid *k;
	struct scoreboard b;
	int n[4] = {0};

	(void)state;
	k = waiting(WEIGHT_NORMAL, T0);
	takes(k, T0);
	kill_kid(k);
	k = waiting(WEIGHT_NORMAL, T0);
	takes(k, T0);
	waiting(WEIGHT_NORMAL, T0);
	waiting(WEIGHT_NORMAL, T0);
	guest_of(v4_7, T0);
	assert_int_equal(scoreboard_look(&b, dir), BOARD_OPEN);
	scoreboard_each(&b, count, n);
	scoreboard_close(&b);
	assert_int_equal(n[RECORD_CONNECTED], 1);
	assert_int_equal(n[RECORD_WAITING], 2);
	assert_int_equal(n[RECORD_UPLOADING], 1);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(the_file_is_made_and_kept),
	    TEST(to_look_on_makes_nothing),
	    TEST(a_damaged_file_is_replaced),
	    TEST(any_bytes_in_the_records_do_no_harm),
	    TEST(without_a_directory_everybody_is_alone),
	    TEST(a_link_in_its_place_is_not_followed),
	    TEST(all_who_come_at_once_have_one_board),
	    TEST(all_who_replace_a_board_at_once_have_one),
	    TEST(no_more_than_the_slots_are_taken),
	    TEST(two_free_slots_are_for_the_first_two),
	    TEST(the_order_is_by_wait_and_weight),
	    TEST(who_gives_back_and_waits_again_is_last),
	    TEST(a_killed_uploader_leaves_its_slot),
	    TEST(who_left_is_not_dead),
	    TEST(a_killed_waiter_holds_nobody_up),
	    TEST(nobody_waits_behind_a_crowd_of_dead),
	    TEST(a_killed_waiter_keeps_its_place),
	    TEST(a_clock_a_little_behind_does_no_harm),
	    TEST(who_hangs_up_keeps_its_place_for_an_hour),
	    TEST(a_place_is_for_one_user_of_one_address),
	    TEST(a_place_is_taken_up_once),
	    TEST(who_uploaded_has_no_place_to_keep),
	    TEST(records_are_used_again),
	    TEST(connections_are_limited),
	    TEST(fewer_connections_may_be_than_once_were),
	    TEST(connections_of_an_address_are_limited),
	    TEST(new_connections_of_an_address_are_limited),
	    TEST(an_address_that_is_full_holds_nobody_up),
	    TEST(a_64_has_the_slots_of_one_address),
	    TEST(the_rate_is_shared_by_weight),
	    TEST(who_is_dead_has_no_share),
	    TEST(who_found_no_room_gets_it_later),
	    TEST(who_is_there_when_a_board_is_replaced_keeps_the_old),
	    TEST(who_looks_on_sees_the_living),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
