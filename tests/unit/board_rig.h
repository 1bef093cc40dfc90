/*
 * A scoreboard with real files and real processes: each "kid" is one that does
 * what it is told through a pipe, and can be killed. Time is an argument.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_BOARD_RIG_H
#define TESTS_BOARD_RIG_H

#include "temp.h"

#include "base/log.h"
#include "board/costly.h"
#include "board/crowd.h"
#include "board/log_rate.h"
#include "board/queue.h"
#include "board/roster.h"
#include "board/turn.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* Some time of CLOCK_MONOTONIC; no machine is up for so long. */
#define T0 (UINT64_C(1) << 40)

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
	OP_COSTLY, /* begin a costly answer */
	OP_COSTLY_END,
	OP_WARN,        /* may it? */
	OP_TURNED_AWAY, /* may it be logged? Else 0, or how many were not + 1 */
	OP_CROWD,       /* does it leave? number: it is busy */
	OP_SINCE,       /* since_ms of the record */
	OP_MINE,        /* number of the record */
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

static inline bool
on_dead(void *ctx, const struct record *dead)
{
	struct answer *a = ctx;

	a->n_dead++;
	a->dead_bytes += dead->bytes;
	memcpy(a->dead_name, dead->name, sizeof a->dead_name);
	return true;
}

static inline uint64_t
obey(struct scoreboard *b, const struct order *o, struct answer *a)
{
	struct record *r = scoreboard_mine(b);
	uint32_t unlogged;

	b->limits = o->limits;
	switch (o->op) {
	case OP_CLAIM:
		return roster_claim(
		    b, o->address, (uint16_t)o->number, o->now_ms);
	case OP_REJOIN:
		roster_rejoin(b, o->now_ms);
		return b->mine >= 0;
	case OP_USER:
		r->has_user = 1;
		memset(r->user_hash, 0, HASH_SIZE);
		memcpy(r->user_hash, &o->number, sizeof o->number);
		return 0;
	case OP_WAIT:
		queue_wait(b, (uint32_t)o->number, o->now_ms);
		return 0;
	case OP_TAKE:
		return queue_take(b, o->now_ms, &a->before);
	case OP_GIVE:
		queue_give(b, o->now_ms);
		return 0;
	case OP_LEAVE:
		roster_leave(b, o->now_ms);
		return 0;
	case OP_OTHERS_WAIT:
		return queue_others_wait(b);
	case OP_SHARE:
		return scoreboard_rate_share(b, o->number, o->now_ms);
	case OP_ALIVE:
		roster_alive(b, o->now_ms);
		return 0;
	case OP_SENT:
		r->bytes = r->all_bytes = o->number;
		memcpy(r->name, "a file", 7);
		return 0;
	case OP_SENDING:
		r->sending = (uint32_t)o->number;
		return 0;
	case OP_COSTLY:
		return costly_begin(b, o->now_ms);
	case OP_COSTLY_END:
		costly_end(b);
		return 0;
	case OP_WARN:
		return log_rate_warning(b, b->owner, o->now_ms);
	case OP_TURNED_AWAY:
		return log_rate_turned_away(b, b->owner, o->now_ms, &unlogged)
		    ? unlogged + UINT64_C(1)
		    : 0;
	case OP_CROWD:
		return crowd_should_leave(b, o->number, o->now_ms);
	case OP_SINCE:
		return r->since_ms;
	case OP_MINE:
		return (uint64_t)b->mine;
	}
	return 0;
}

static inline void
live(int from, int to)
{
	struct scoreboard b;
	struct order o;
	struct answer a = {0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!scoreboard_open(&b, dir, &limits))
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

static inline struct kid *
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

static inline void
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

static inline struct answer
order(struct kid *k, struct order o)
{
	struct answer a;

	o.limits = limits;
	assert_int_equal(write(k->to, &o, sizeof o), sizeof o);
	assert_int_equal(read(k->from, &a, sizeof a), sizeof a);
	return a;
}

static inline uint64_t
tell(struct kid *k, enum op op, uint64_t number, uint64_t now_ms)
{
	struct order o = {.op = op, .number = number, .now_ms = now_ms};

	return order(k, o).result;
}

static inline enum claim_result
claim(struct kid *k, const uint8_t address[16], uint64_t now_ms)
{
	struct order o = {.op = OP_CLAIM, .number = 4711, .now_ms = now_ms};

	memcpy(o.address, address, sizeof o.address);
	return (enum claim_result)order(k, o).result;
}

/* A kid with a record. */
static inline struct kid *
guest_of(const uint8_t address[16], uint64_t now_ms)
{
	struct kid *k = new_kid();

	assert_int_equal(claim(k, address, now_ms), CLAIM_OK);
	return k;
}

/* One of unknown address that waits. */
static inline struct kid *
waiting(uint32_t weight, uint64_t now_ms)
{
	struct kid *k = guest_of(unknown, now_ms);

	tell(k, OP_WAIT, weight, now_ms);
	return k;
}

/* One of this address that waits. */
static inline struct kid *
waiting_of(const uint8_t address[16], uint64_t now_ms)
{
	struct kid *k = guest_of(address, now_ms);

	tell(k, OP_WAIT, WEIGHT_NORMAL, now_ms);
	return k;
}

static inline void
takes(struct kid *k, uint64_t now_ms)
{
	assert_int_equal(tell(k, OP_TAKE, 0, now_ms), 1);
}

/* There is no slot for it, and so many are before it. */
static inline void
waits_behind(struct kid *k, uint32_t before, uint64_t now_ms)
{
	struct order o = {.op = OP_TAKE, .now_ms = now_ms};
	struct answer a = order(k, o);

	assert_int_equal(a.result, 0);
	assert_int_equal(a.before, before);
}

static inline struct answer
seen_dead(struct kid *k)
{
	struct order o = {.op = OP_MINE};

	return order(k, o);
}

static inline int
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

static inline int
end(void **state)
{
	(void)state;
	for (size_t i = 0; i < n_kids; i++)
		kill_kid(&kids[i]);
	n_kids = 0;
	return 0;
}

static inline const char *
board_path(void)
{
	static char path[PATH_MAX + 16];

	snprintf(path, sizeof path, "%s/scoreboard", dir);
	return path;
}

/* The file with the locks. */
static inline const char *
locks_path(void)
{
	static char path[PATH_MAX + 32];

	snprintf(path, sizeof path, "%s/scoreboard.lock", dir);
	return path;
}

static inline struct stat
board_stat(void)
{
	struct stat st;

	assert_int_equal(stat(board_path(), &st), 0);
	return st;
}

static inline void
write_at(off_t at, const void *bytes, size_t n)
{
	int fd = open(board_path(), O_WRONLY | O_CREAT, 0640);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, n, at), n);
	close(fd);
}

#endif
