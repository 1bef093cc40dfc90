/*
 * A board that is nearly full; see crowd.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/crowd.h"

#include "base/clock.h"
#include "base/util.h"

/* Records that may be in use before it is a crowd. */
static uint32_t
count_allowed(const struct scoreboard *b)
{
	uint32_t most =
	    (uint32_t)min_u64(b->limits.connections, SCOREBOARD_RECORDS);

	return most - most / 8;
}

/* How many more are in use, the dead included. */
static uint32_t
count_excess(const struct scoreboard *b)
{
	uint32_t allowed = count_allowed(b), n = 0;
	int used = scoreboard_n_records(b);

	if ((uint32_t)used <= allowed)
		return 0;
	for (int i = 0; i < used; i++)
		n += scoreboard_record(b, i)->state != RECORD_FREE;
	return n > allowed ? n - allowed : 0;
}

uint32_t
crowd_owner_limit(const struct scoreboard *b)
{
	uint32_t limit = b->limits.address_connections;

	return count_excess(b) > 0 ? limit / 4 + (limit % 4 > 0) : limit;
}

/* How many have waited for nothing for longer than record i. */
static uint32_t
count_idler(const struct scoreboard *b, int i)
{
	uint64_t since_ms = scoreboard_record(b, i)->since_ms;
	int used = scoreboard_n_records(b);
	uint32_t n = 0;

	for (int j = 0; j < used; j++) {
		const struct record *r = scoreboard_record(b, j);

		n += r->state == RECORD_CONNECTED && !r->busy &&
		    (r->since_ms < since_ms ||
			(r->since_ms == since_ms && j < i));
	}
	return n;
}

bool
crowd_should_leave(struct scoreboard *b, bool busy, uint64_t now_ms)
{
	struct record *r = scoreboard_mine(b);
	bool waits = r ? r->state != RECORD_CONNECTED : b->waiting_ms > 0;
	uint64_t since_ms = r ? r->since_ms : b->came_ms;
	uint32_t excess;

	if (r)
		r->busy = busy;
	if (waits || busy || elapsed_ms(since_ms, now_ms) < CROWD_IDLE_MS)
		return false;
	excess = count_excess(b);
	/* without a record we have no place among them */
	return r ? count_idler(b, b->mine) < excess : excess > 0;
}
