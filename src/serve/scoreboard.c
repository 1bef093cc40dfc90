/*
 * The shared records; see scoreboard.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/scoreboard.h"

#include "base/log.h"
#include "base/util.h"
#include "serve/turn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Who sends and said nothing for so long may be dead. */
#define SILENT_MS 1000

/* A waiter this near its turn asks whether the others still live. */
#define NEAR 8

static bool
is_alive(const struct scoreboard *b, int i)
{
	return i == b->mine || board_is_locked(&b->file, i);
}

bool
scoreboard_open(struct scoreboard *b, const char *dir)
{
	memset(b, 0, sizeof *b);
	b->mine = -1;
	if (board_open(&b->file, dir) == BOARD_OPEN)
		return true;
	log_warning("no scoreboard in %s: %s; slots and limits do not hold; "
		    "let the user of the server write there",
	    log_quote_str(dir), errno ? strerror(errno) : "locked");
	return false;
}

enum board_result
scoreboard_look(struct scoreboard *b, const char *dir)
{
	memset(b, 0, sizeof *b);
	b->mine = -1;
	return board_look(&b->file, dir);
}

void
scoreboard_close(struct scoreboard *b)
{
	board_close(&b->file);
	b->mine = -1;
}

static uint32_t
n_used(const struct scoreboard *b)
{
	/* whoever damages the file gets no reader out of its bounds */
	return (uint32_t)min_u64(b->file.board->n_used, SCOREBOARD_RECORDS);
}

/* May it have a place of its own? Only who can be told from others. */
static bool
is_somebody(const struct record *r)
{
	return r->has_user && address_is_known(r->address);
}

/* Keep the place of one who waited. Under the head's lock. */
static void
keep_place(struct board *board, const struct record *r, uint64_t now_ms)
{
	if (is_somebody(r))
		places_keep(board->places, r->user_hash, r->address,
		    r->since_ms, now_ms);
}

/* Free the record of a process that died. Under the head's lock. */
static void
bury(struct scoreboard *b, int i, uint64_t now_ms)
{
	struct record *r = &b->file.board->records[i];

	if (r->bytes > 0 && b->on_dead)
		b->on_dead(b->ctx, r);
	if (r->state == RECORD_WAITING)
		keep_place(b->file.board, r, now_ms);
	r->bytes = 0;
	r->state = RECORD_FREE;
}

/* Is this record of a live process? A dead one is freed. Under the lock. */
static bool
check_record(struct scoreboard *b, int i, uint64_t now_ms)
{
	if (b->file.board->records[i].state == RECORD_FREE)
		return false;
	if (is_alive(b, i))
		return true;
	bury(b, i, now_ms);
	return false;
}

/* A record nobody has. -1 when there is none. Under the head's lock. */
static int
find_free(struct scoreboard *b, uint32_t most, uint64_t now_ms)
{
	struct board *board = b->file.board;
	uint32_t used = n_used(b);
	int free = -1;

	for (uint32_t i = 0; i < used; i++) {
		struct record *r = &board->records[i];

		/* the dead are found by their silence; locks cost */
		if (r->state != RECORD_FREE &&
		    ago(now_ms, r->alive_ms) > 2 * ALIVE_MS)
			check_record(b, (int)i, now_ms);
		if (r->state == RECORD_FREE && free < 0 &&
		    !board_is_locked(&b->file, (int)i))
			free = (int)i;
	}
	if (free >= 0 || used >= min_u64(most, SCOREBOARD_RECORDS))
		return free;
	/* a board begun anew may still be locked by those of the old one */
	while (used < min_u64(most, SCOREBOARD_RECORDS) &&
	    board_is_locked(&b->file, (int)used))
		used++;
	if (used >= min_u64(most, SCOREBOARD_RECORDS))
		return -1;
	board->n_used = used + 1;
	return (int)used;
}

/* Live connections from this address. Under the head's lock. */
static uint32_t
count_address(struct scoreboard *b, const uint8_t address[16],
    enum record_state least, uint64_t now_ms)
{
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->file.board->records[i];

		if (r->state >= (uint32_t)least &&
		    address_same_owner(r->address, address) &&
		    check_record(b, (int)i, now_ms))
			n++;
	}
	return n;
}

/* Lock a free record and make it ours. Under the head's lock. */
static bool
find_record(struct scoreboard *b, const struct scoreboard_limits *limits,
    uint64_t now_ms)
{
	int i = find_free(b, limits->connections, now_ms);

	if (i < 0 || !board_lock_record(&b->file, i))
		return false;
	b->mine = i;
	return true;
}

static enum claim_result
claim(struct scoreboard *b, const uint8_t address[16],
    const struct scoreboard_limits *limits, uint64_t now_ms)
{
	if (address_is_known(address)) {
		if (!arrivals_count(b->file.board->arrivals, address,
			limits->address_minute, now_ms))
			return CLAIM_TOO_OFTEN;
		if (count_address(b, address, RECORD_CONNECTED, now_ms) >=
		    limits->address_connections)
			return CLAIM_TOO_MANY;
	}
	return find_record(b, limits, now_ms) ? CLAIM_OK : CLAIM_FULL;
}

/* The record is ours: begin it. */
static void
occupy(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	memset(r, 0, sizeof *r);
	memcpy(r->address, b->address, sizeof r->address);
	r->port = b->port;
	r->pid = (uint32_t)getpid();
	r->weight = WEIGHT_NORMAL;
	r->since_ms = r->alive_ms = now_ms;
	r->state = RECORD_CONNECTED;
}

enum claim_result
scoreboard_claim(struct scoreboard *b, const uint8_t address[ADDRESS_SIZE],
    uint16_t port, const struct scoreboard_limits *limits, uint64_t now_ms)
{
	enum claim_result res;

	memcpy(b->address, address, sizeof b->address);
	b->port = port;
	if (!b->file.board)
		return CLAIM_OK;
	if (!board_lock(&b->file)) {
		board_close(&b->file); /* do without it, slots and all */
		return CLAIM_OK;
	}
	res = claim(b, address, limits, now_ms);
	if (res == CLAIM_OK)
		occupy(b, now_ms);
	board_unlock(&b->file);
	return res;
}

void
scoreboard_rejoin(struct scoreboard *b, const struct scoreboard_limits *limits,
    uint64_t now_ms)
{
	if (!b->file.board || b->mine >= 0 || !board_lock(&b->file))
		return;
	if (find_record(b, limits, now_ms))
		occupy(b, now_ms);
	else if (b->waits_ms == 0)
		b->waits_ms = now_ms;
	board_unlock(&b->file);
}

struct record *
scoreboard_mine(struct scoreboard *b)
{
	return b->mine >= 0 ? &b->file.board->records[b->mine] : NULL;
}

void
scoreboard_wait(struct scoreboard *b, uint32_t weight, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (!r)
		return;
	r->weight = weight;
	if (r->state != RECORD_CONNECTED || !board_lock(&b->file))
		return;
	r->since_ms = is_somebody(r) ? places_take(b->file.board->places,
					   r->user_hash, r->address, now_ms)
				     : now_ms;
	if (b->waits_ms > 0)
		r->since_ms = min_u64(r->since_ms, b->waits_ms);
	b->waits_ms = 0;
	r->alive_ms = now_ms;
	r->state = RECORD_WAITING;
	board_unlock(&b->file);
}

static struct waiter
waiter_of(const struct scoreboard *b, int i)
{
	const struct record *r = &b->file.board->records[i];

	return (struct waiter){
	    .since_ms = r->since_ms,
	    .weight = r->weight,
	    .id = (uint32_t)i,
	};
}

/*
 * Waiters before us. With `check` those that are dead are found and freed, and
 * those do not count whose address has all the slots it may have; that wants
 * the head's lock.
 */
static uint32_t
count_before(struct scoreboard *b, bool check,
    const struct scoreboard_limits *limits, uint64_t now_ms)
{
	struct waiter me = waiter_of(b, b->mine);
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->file.board->records[i];
		struct waiter other;

		if (r->state != RECORD_WAITING || (int)i == b->mine)
			continue;
		other = waiter_of(b, (int)i);
		if (!turn_is_before(&other, &me, now_ms))
			continue;
		if (check &&
		    (!check_record(b, (int)i, now_ms) ||
			(address_is_known(r->address) &&
			    count_address(b, r->address, RECORD_UPLOADING,
				now_ms) >= limits->address_slots)))
			continue;
		n++;
	}
	return n;
}

/* How many upload; the dead are freed. Under the head's lock. */
static uint32_t
count_uploading(struct scoreboard *b, uint64_t now_ms)
{
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++)
		if (b->file.board->records[i].state == RECORD_UPLOADING &&
		    check_record(b, (int)i, now_ms))
			n++;
	return n;
}

/* How many upload and live, without the lock: nobody is freed. */
static uint32_t
count_living(const struct scoreboard *b)
{
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++)
		if (b->file.board->records[i].state == RECORD_UPLOADING &&
		    is_alive(b, (int)i))
			n++;
	return n;
}

/* Under the head's lock: is there a slot, and is it ours? */
static bool
take(struct scoreboard *b, const struct scoreboard_limits *limits,
    uint64_t now_ms, uint32_t *before)
{
	struct record *r = scoreboard_mine(b);
	uint32_t uploading = count_uploading(b, now_ms);

	*before = count_before(b, true, limits, now_ms);
	if (uploading + *before >= limits->slots)
		return false;
	if (address_is_known(r->address) &&
	    count_address(b, r->address, RECORD_UPLOADING, now_ms) >=
		limits->address_slots)
		return false;
	r->since_ms = now_ms;
	r->state = RECORD_UPLOADING;
	return true;
}

bool
scoreboard_take(struct scoreboard *b, const struct scoreboard_limits *limits,
    uint64_t now_ms, uint32_t *before)
{
	struct record *r = scoreboard_mine(b);
	bool taken;

	*before = 0;
	if (!b->file.board)
		return true; /* no board: everybody is alone */
	if (!r) {
		*before = n_used(b); /* no record: behind all who have one */
		return false;
	}
	if (r->state == RECORD_UPLOADING)
		return true;
	/* a look without locks first: it is nearly always enough */
	*before = count_before(b, false, limits, now_ms);
	if (*before > NEAR && count_living(b) >= limits->slots)
		return false;
	if (!board_lock(&b->file))
		return false;
	taken = take(b, limits, now_ms, before);
	board_unlock(&b->file);
	return taken;
}

void
scoreboard_give(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	b->waits_ms = 0;
	if (!r)
		return;
	r->since_ms = now_ms;
	r->state = RECORD_CONNECTED;
}

bool
scoreboard_others_wait(const struct scoreboard *b)
{
	uint32_t used = b->file.board ? n_used(b) : 0;

	for (uint32_t i = 0; i < used; i++)
		if (b->file.board->records[i].state == RECORD_WAITING &&
		    (int)i != b->mine && is_alive(b, (int)i))
			return true;
	return false;
}

uint64_t
scoreboard_share(const struct scoreboard *b, uint64_t rate, uint64_t now_ms)
{
	uint32_t used = b->file.board ? n_used(b) : 0;
	uint64_t sum = 0, mine = 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->file.board->records[i];

		/* who has a slot and nothing to send leaves its share */
		if (r->state != RECORD_UPLOADING ||
		    (!r->sending && (int)i != b->mine))
			continue;
		/* who sends says so often; only of the silent we ask the lock */
		if (ago(now_ms, r->alive_ms) > SILENT_MS &&
		    !is_alive(b, (int)i))
			continue;
		sum += r->weight;
		if ((int)i == b->mine)
			mine = r->weight;
	}
	/* 0 would mean no limit */
	return mine > 0 && sum > 0 && rate > 0
	    ? (rate * mine / sum > 0 ? rate * mine / sum : 1)
	    : rate;
}

void
scoreboard_alive(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (r)
		r->alive_ms = now_ms;
}

void
scoreboard_leave(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (!r)
		return;
	if (r->state == RECORD_WAITING && board_lock(&b->file)) {
		keep_place(b->file.board, r, now_ms);
		board_unlock(&b->file);
	}
	r->bytes = 0;
	r->state = RECORD_FREE;
	board_unlock_record(&b->file, b->mine);
	b->mine = -1;
}

void
scoreboard_each(struct scoreboard *b,
    bool (*visit)(void *ctx, const struct record *r), void *ctx)
{
	uint32_t used = b->file.board ? n_used(b) : 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->file.board->records[i];

		if (r->state != RECORD_FREE && is_alive(b, (int)i) &&
		    !visit(ctx, r))
			break;
	}
}
