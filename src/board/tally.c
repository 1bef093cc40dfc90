/*
 * Counts by address, a hash table; see tally.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/tally.h"

#include "base/clock.h"

#include <stddef.h>

#define MINUTE_MS 60000

/* A network is in one of so many entries from its hash on. */
#define PROBES 16

static bool
is_of(const struct tally_entry *e, uint64_t network, uint32_t size)
{
	return e->network == network && e->size == size;
}

/* The entry of this network, or else the one whose minute began first. */
static struct tally_entry *
find(struct tally *t, uint64_t network, uint32_t size)
{
	/* Fibonacci hashing: the upper bits of the product are mixed best */
	uint64_t hash = (network + size) * UINT64_C(0x9E3779B97F4A7C15) >> 32;
	struct tally_entry *oldest = NULL;

	for (uint64_t i = 0; i < PROBES; i++) {
		struct tally_entry *e = &t->entries[(hash + i) % TALLY_MAX];

		if (is_of(e, network, size))
			return e;
		if (!oldest || e->minute_ms < oldest->minute_ms)
			oldest = e;
	}
	return oldest;
}

/* Is the minute of this entry not over yet? */
static bool
is_running(const struct tally_entry *e, uint64_t now_ms)
{
	return is_recent(e->minute_ms, now_ms, MINUTE_MS - 1);
}

/* The entry of this network, begun anew when its minute is over. */
static struct tally_entry *
open_entry(struct tally *t, uint64_t owner, uint32_t size, uint64_t now_ms)
{
	uint64_t network = owner_network(owner, size);
	struct tally_entry *e = find(t, network, size);

	if (!is_of(e, network, size) || !is_running(e, now_ms))
		*e = (struct tally_entry){
		    .network = network, .minute_ms = now_ms, .size = size};
	return e;
}

bool
tally_count(struct tally *t, uint64_t owner, uint32_t limit, uint64_t now_ms)
{
	unsigned n_sizes = owner > 0 ? owner_sizes(owner) : 0;

	/*
	 * The widest network first, so that one that is full takes no entries
	 * for the narrower ones in it. One that is refused counts nowhere: it
	 * must not use up what its neighbours may do.
	 */
	for (unsigned size = n_sizes; size-- > 0;)
		if (open_entry(t, owner, size, now_ms)->n >=
		    owner_limit(limit, size))
			return false;
	for (unsigned size = 0; size < n_sizes; size++)
		open_entry(t, owner, size, now_ms)->n++;
	return true;
}

bool
tally_first(struct tally *t, uint64_t owner, uint64_t now_ms, uint32_t *more)
{
	uint32_t size = owner_sizes(owner) - 1;
	uint64_t network = owner_network(owner, size);
	struct tally_entry *e = find(t, network, size);
	bool is_known = is_of(e, network, size);

	*more = 0;
	if (owner == 0)
		return true;
	if (is_known && is_running(e, now_ms)) {
		e->n += e->n < UINT32_MAX;
		return false;
	}
	if (is_known)
		*more = e->n;
	*e = (struct tally_entry){
	    .network = network, .minute_ms = now_ms, .size = size};
	return true;
}
