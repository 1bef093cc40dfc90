/*
 * The shared records; see scoreboard.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/scoreboard.h"

#include "base/log.h"
#include "base/util.h"
#include "proto/msg.h"
#include "board/turn.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Who has a slot and said nothing for so long may be dead. */
#define SILENT_MS (UPLOADING_ALIVE_MS + 500)

static bool
is_alive(const struct scoreboard *b, int i)
{
	return i == b->mine || board_is_locked(&b->file, i);
}

/*
 * The same of one with a slot. To ask the lock costs a walk over all locks, and
 * this is asked often, so one that was heard of just now is believed.
 */
static bool
seems_alive(const struct scoreboard *b, int i, uint64_t now_ms)
{
	return ago(now_ms, b->file.board->records[i].alive_ms) <= SILENT_MS ||
	    is_alive(b, i);
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
		if (r->state == RECORD_FREE && free < 0 && i < most &&
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

static bool
is_of(const struct record *r, enum record_state least,
    const uint8_t address[ADDRESS_SIZE])
{
	return r->state >= (uint32_t)least &&
	    address_same_owner(r->address, address);
}

/*
 * Are there `limit` connections of this address at least, of this state or a
 * further one? Only if so, the dead among them are looked for. Under the head's
 * lock.
 */
static bool
has_as_many(struct scoreboard *b, const uint8_t address[ADDRESS_SIZE],
    enum record_state least, uint32_t limit, uint64_t now_ms)
{
	uint32_t used = n_used(b), n = 0, n_living = 0;

	if (!address_is_known(address))
		return false; /* nobody's in particular: no limit counts it */
	for (uint32_t i = 0; i < used; i++)
		n += is_of(&b->file.board->records[i], least, address);
	for (uint32_t i = 0; i < used && n >= limit && n_living < limit; i++)
		n_living += is_of(&b->file.board->records[i], least, address) &&
		    check_record(b, (int)i, now_ms);
	return n >= limit && n_living >= limit;
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
claim(struct scoreboard *b, const uint8_t address[ADDRESS_SIZE],
    const struct scoreboard_limits *limits, uint64_t now_ms)
{
	if (address_is_known(address) &&
	    !arrivals_count(b->file.board->arrivals, address,
		limits->address_minute, now_ms))
		return CLAIM_TOO_OFTEN;
	if (has_as_many(b, address, RECORD_CONNECTED,
		limits->address_connections, now_ms))
		return CLAIM_TOO_MANY;
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
	if (!board_lock(&b->file))
		return CLAIM_FULL;
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

/*
 * A peer that is back before anybody saw that its last process was killed: that
 * one's place is kept now. Under the head's lock.
 */
static void
bury_ghosts(struct scoreboard *b, const struct record *r, uint64_t now_ms)
{
	uint32_t used = n_used(b);

	for (uint32_t i = 0; i < used; i++) {
		const struct record *other = &b->file.board->records[i];

		if (other->state == RECORD_WAITING && is_somebody(other) &&
		    same_hash(other->user_hash, r->user_hash))
			check_record(b, (int)i, now_ms);
	}
}

/* When did this peer begin to wait? Under the head's lock. */
static uint64_t
begin_of_wait(struct scoreboard *b, const struct record *r, uint64_t now_ms)
{
	uint64_t since_ms = now_ms;

	if (is_somebody(r)) {
		bury_ghosts(b, r, now_ms);
		since_ms = places_take(
		    b->file.board->places, r->user_hash, r->address, now_ms);
	}
	return b->waits_ms > 0 ? min_u64(since_ms, b->waits_ms) : since_ms;
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
	r->since_ms = begin_of_wait(b, r, now_ms);
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

/* Does it wait, and is its turn before ours? */
static bool
is_before(
    const struct scoreboard *b, int i, const struct waiter *me, uint64_t now_ms)
{
	struct waiter other = waiter_of(b, i);

	return b->file.board->records[i].state == RECORD_WAITING &&
	    i != b->mine && turn_is_before(&other, me, now_ms);
}

/* Waiters before us. Without the lock, so that dead ones count too. */
static uint32_t
count_before(const struct scoreboard *b, uint64_t now_ms)
{
	struct waiter me = waiter_of(b, b->mine);
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++)
		n += is_before(b, (int)i, &me, now_ms);
	return n;
}

/* May this address upload no more? Under the head's lock. */
static bool
is_sated(struct scoreboard *b, const uint8_t address[ADDRESS_SIZE],
    const struct scoreboard_limits *limits, uint64_t now_ms)
{
	return has_as_many(
	    b, address, RECORD_UPLOADING, limits->address_slots, now_ms);
}

/*
 * Are there as many waiters before us as there are slots free? They must live,
 * and may take one. Under the head's lock.
 */
static bool
are_wanted(struct scoreboard *b, uint32_t n_free,
    const struct scoreboard_limits *limits, uint64_t now_ms)
{
	struct waiter me = waiter_of(b, b->mine);
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used && n < n_free; i++) {
		const struct record *r = &b->file.board->records[i];

		n += is_before(b, (int)i, &me, now_ms) &&
		    check_record(b, (int)i, now_ms) &&
		    !is_sated(b, r->address, limits, now_ms);
	}
	return n == n_free;
}

/* How many upload. Without the lock nobody is freed. */
static uint32_t
count_uploading(const struct scoreboard *b, uint64_t now_ms)
{
	uint32_t used = n_used(b), n = 0;

	for (uint32_t i = 0; i < used; i++)
		n += b->file.board->records[i].state == RECORD_UPLOADING &&
		    seems_alive(b, (int)i, now_ms);
	return n;
}

/* Free the records of dead uploaders. Under the head's lock. */
static void
bury_uploaders(struct scoreboard *b, uint64_t now_ms)
{
	uint32_t used = n_used(b);

	for (uint32_t i = 0; i < used; i++)
		if (b->file.board->records[i].state == RECORD_UPLOADING &&
		    !seems_alive(b, (int)i, now_ms))
			bury(b, (int)i, now_ms);
}

/* Under the head's lock: is there a slot, and is it ours? */
static bool
take(struct scoreboard *b, const struct scoreboard_limits *limits,
    uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);
	uint32_t uploading;

	bury_uploaders(b, now_ms);
	uploading = count_uploading(b, now_ms);
	if (uploading >= limits->slots ||
	    are_wanted(b, limits->slots - uploading, limits, now_ms) ||
	    is_sated(b, r->address, limits, now_ms))
		return false;
	r->since_ms = r->alive_ms = now_ms;
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
	*before = count_before(b, now_ms);
	/* a look without the lock first: it is nearly always enough */
	if (count_uploading(b, now_ms) >= limits->slots ||
	    !board_lock(&b->file))
		return false;
	taken = take(b, limits, now_ms);
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
scoreboard_rate_share(
    const struct scoreboard *b, uint64_t rate, uint64_t now_ms)
{
	uint32_t used = b->file.board ? n_used(b) : 0;
	uint64_t sum = 0, mine = 0;

	for (uint32_t i = 0; i < used; i++) {
		const struct record *r = &b->file.board->records[i];

		/* who has a slot and nothing to send leaves its share */
		if (r->state != RECORD_UPLOADING ||
		    (!r->sending && (int)i != b->mine))
			continue;
		if (!seems_alive(b, (int)i, now_ms))
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

		if (r->state != RECORD_FREE &&
		    board_is_locked(&b->file, (int)i) && !visit(ctx, r))
			break;
	}
}
