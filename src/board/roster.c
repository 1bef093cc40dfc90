/*
 * Claiming and leaving records; see roster.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/roster.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "board/crowd.h"
#include "board/lock.h"
#include "board/turn.h"

#include <string.h>
#include <unistd.h>

/* After so long a silence, the process of any record may be dead. */
#define SILENT_MS (2 * ALIVE_MS)

/* Keep the place of a peer that waited until then. */
static void
keep_place_locked(struct scoreboard *b, const struct record *r,
    uint64_t until_ms, uint64_t now_ms)
{
	struct place place = {
	    .owner = r->owner,
	    .waited_ms = elapsed_ms(r->since_ms, until_ms),
	    .left_ms = until_ms,
	};

	if (!record_is_identified(r))
		return;
	memcpy(place.user_hash, r->user_hash, HASH_SIZE);
	places_keep(b->file.board->places, &place,
	    b->limits.address_connections, now_ms);
}

static void
free_record(struct record *r)
{
	r->bytes = r->all_bytes = 0;
	r->state = RECORD_FREE;
}

void
roster_bury_locked(struct scoreboard *b, int i, uint64_t now_ms)
{
	struct record *r = scoreboard_record(b, i);

	if (r->all_bytes > 0 && b->on_dead && !b->on_dead(b->ctx, r))
		return;
	if (r->state == RECORD_WAITING) /* until it was last heard of */
		keep_place_locked(b, r, min_u64(r->alive_ms, now_ms), now_ms);
	free_record(r);
}

bool
roster_check_locked(struct scoreboard *b, int i, uint64_t now_ms)
{
	if (scoreboard_record(b, i)->state == RECORD_FREE)
		return false;
	if (scoreboard_is_alive(b, i))
		return true;
	roster_bury_locked(b, i, now_ms);
	return false;
}

/* Free the records of the dead. Only the silent are checked: locks are slow. */
static void
bury_silent_locked(struct scoreboard *b, uint64_t now_ms)
{
	int n = scoreboard_n_records(b);

	for (int i = 0; i < n; i++)
		if (!is_recent(
			scoreboard_record(b, i)->alive_ms, now_ms, SILENT_MS))
			roster_check_locked(b, i, now_ms);
}

/*
 * A record that nobody has, or -1. One that says so may be locked all the same:
 * by a process that is about to leave, or that has an earlier board open.
 */
static int
find_free_locked(struct scoreboard *b)
{
	int used = scoreboard_n_records(b);
	int most = (int)min_u64(b->limits.connections, SCOREBOARD_RECORDS);

	for (int i = 0; i < most; i++)
		if ((i >= used ||
			scoreboard_record(b, i)->state == RECORD_FREE) &&
		    !lock_record_is_held(b->file.lock_fd, i))
			return i;
	return -1;
}

/* Is it in state `least` or later, and in the owner's network of this size? */
static bool
is_of(const struct record *r, uint64_t owner, unsigned size,
    enum record_state least)
{
	return r->state >= (uint32_t)least &&
	    owner_network(r->owner, size) == owner_network(owner, size);
}

/* Count them by the size of the network, the dead included. */
static void
count_of(const struct scoreboard *b, uint64_t owner, enum record_state least,
    uint32_t n[OWNER_SIZES])
{
	int used = scoreboard_n_records(b);
	unsigned n_sizes = owner_sizes(owner);

	memset(n, 0, OWNER_SIZES * sizeof n[0]);
	for (int i = 0; i < used; i++) {
		const struct record *r = scoreboard_record(b, i);

		/* few are in the widest network, and so in any */
		for (unsigned size = n_sizes;
		     size-- > 0 && is_of(r, owner, size, least);)
			n[size]++;
	}
}

/* Of those that live: has the network of this size `limit` or more? */
static bool
has_live_locked(struct scoreboard *b, uint64_t owner, unsigned size,
    enum record_state least, uint64_t limit, uint64_t now_ms)
{
	int used = scoreboard_n_records(b);
	uint64_t n = 0;

	for (int i = 0; i < used && n < limit; i++)
		if (is_of(scoreboard_record(b, i), owner, size, least) &&
		    roster_check_locked(b, i, now_ms))
			n++;
	return n >= limit;
}

bool
roster_is_full_locked(struct scoreboard *b, uint64_t owner,
    enum record_state least, uint32_t limit, uint64_t now_ms)
{
	uint32_t n[OWNER_SIZES];

	if (owner == 0)
		return false;
	count_of(b, owner, least, n);
	for (unsigned size = 0; size < owner_sizes(owner); size++) {
		uint64_t most = owner_limit(limit, size);

		/* who is dead matters only when there are enough with them */
		if (n[size] >= most &&
		    has_live_locked(b, owner, size, least, most, now_ms))
			return true;
	}
	return false;
}

/* Write into our record all that we know by ourselves. */
static void
write_mine_locked(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (b->file.board->n_used <= (uint32_t)b->mine)
		b->file.board->n_used = (uint32_t)b->mine + 1;
	memset(r, 0, sizeof *r);
	memcpy(r->address, b->address, sizeof r->address);
	r->owner = b->owner;
	r->port = b->port;
	r->pid = (uint32_t)getpid();
	r->weight = b->weight;
	r->alive_ms = now_ms;
	scoreboard_set_state(b, b->state, b->since_ms);
}

/* Make a free record ours. False when there is none. */
static bool
join_locked(struct scoreboard *b, uint64_t now_ms)
{
	int i;

	bury_silent_locked(b, now_ms);
	i = find_free_locked(b);
	if (i < 0 || !lock_record(b->file.lock_fd, i))
		return false;
	b->mine = i;
	b->state = RECORD_CONNECTED;
	b->weight = WEIGHT_NORMAL;
	b->since_ms = now_ms;
	write_mine_locked(b, now_ms);
	return true;
}

/* Has our peer's owner all the connections that it may have? */
static bool
has_its_connections_locked(struct scoreboard *b, uint64_t now_ms)
{
	return roster_is_full_locked(
	    b, b->owner, RECORD_CONNECTED, crowd_owner_limit(b), now_ms);
}

/* Is there no board, or does our record say something else than we do? */
static bool
is_spoilt(const struct scoreboard *b)
{
	if (!b->file.board || scoreboard_is_lost(b))
		return true;
	return b->mine >= 0 &&
	    (scoreboard_mine(b)->state != b->state ||
		b->file.board->n_used <= (uint32_t)b->mine);
}

static void
log_spoilt(struct scoreboard *b)
{
	if (!b->was_spoilt && b->file.board)
		log_warning("another program changed the scoreboard in %s, "
			    "perhaps an ed2k-serve that a peer has taken over; "
			    "it is mended",
		    log_quote_str(b->dir));
	b->was_spoilt = true;
}

/*
 * Say again who we are, on a new board if need be. The lock on our record is
 * still ours, so nobody else has the record of this number.
 */
static void
repair(struct scoreboard *b, uint64_t now_ms)
{
	log_spoilt(b);
	if (!b->file.board)
		board_open(&b->file, b->dir);
	else if (scoreboard_is_lost(b))
		board_reopen(&b->file, b->dir);
	if (b->mine < 0 || scoreboard_is_lost(b) || !lock_head(b->file.lock_fd))
		return;
	write_mine_locked(b, now_ms);
	lock_head_release(b->file.lock_fd);
}

static enum claim_result
claim_locked(struct scoreboard *b, uint64_t now_ms)
{
	if (!tally_count(&b->file.board->arrivals, b->owner,
		b->limits.address_minute, now_ms))
		return CLAIM_TOO_OFTEN;
	if (has_its_connections_locked(b, now_ms))
		return CLAIM_TOO_MANY;
	return join_locked(b, now_ms) ? CLAIM_OK : CLAIM_FULL;
}

enum claim_result
roster_claim(struct scoreboard *b, const uint8_t address[ADDRESS_SIZE],
    uint16_t port, uint64_t now_ms)
{
	enum claim_result res;

	memcpy(b->address, address, sizeof b->address);
	b->owner = owner_of(address);
	b->port = port;
	b->came_ms = now_ms;
	if (!b->file.board)
		return b->is_alone ? CLAIM_OK : CLAIM_FULL;
	if (!lock_head(b->file.lock_fd))
		return CLAIM_FULL;
	res = claim_locked(b, now_ms);
	lock_head_release(b->file.lock_fd);
	return res;
}

void
roster_rejoin(struct scoreboard *b, uint64_t now_ms)
{
	if (b->is_alone)
		return;
	if (is_spoilt(b))
		repair(b, now_ms);
	if (b->mine >= 0)
		return;
	if (b->waiting_ms == 0)
		b->waiting_ms = now_ms;
	if (is_spoilt(b) || !lock_head(b->file.lock_fd))
		return;
	if (!has_its_connections_locked(b, now_ms))
		join_locked(b, now_ms);
	lock_head_release(b->file.lock_fd);
}

void
roster_alive(struct scoreboard *b, uint64_t now_ms)
{
	if (b->mine < 0)
		return;
	if (is_spoilt(b))
		repair(b, now_ms);
	scoreboard_mine(b)->alive_ms = now_ms;
	/* the wall clock may have been set */
	b->file.board->boot_ms = clock_boot_ms();
}

void
roster_leave(struct scoreboard *b, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);

	if (!r)
		return;
	if (b->state == RECORD_WAITING && lock_head(b->file.lock_fd)) {
		keep_place_locked(b, r, now_ms, now_ms);
		lock_head_release(b->file.lock_fd);
	}
	free_record(r);
	lock_record_release(b->file.lock_fd, b->mine);
	b->mine = -1;
}
