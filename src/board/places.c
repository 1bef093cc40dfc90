/*
 * Places of peers that hung up; see places.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/places.h"

#include "base/clock.h"
#include "base/util.h"
#include "proto/msg.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool
is_kept(const struct place *p, uint64_t now_ms)
{
	return p->left_ms > 0 && is_recent(p->left_ms, now_ms, PLACE_MS);
}

/* The one that waited less; of equals, the one that left first. */
static struct place *
lesser(struct place *a, struct place *b)
{
	if (!a || !b)
		return a ? a : b;
	if (a->waited_ms != b->waited_ms)
		return a->waited_ms < b->waited_ms ? a : b;
	return a->left_ms <= b->left_ms ? a : b;
}

/*
 * Where a place of this owner goes: in place of the least one of a network that
 * has all it may have, or else where there is room.
 */
static struct place *
find_room(struct place places[PLACES_MAX], uint64_t owner, uint32_t limit,
    uint64_t now_ms)
{
	struct place *least_of[OWNER_SIZES] = {NULL};
	struct place *least = NULL, *unused = NULL;
	uint64_t n[OWNER_SIZES] = {0};
	unsigned n_sizes = owner_sizes(owner);

	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct place *p = &places[i];

		if (!is_kept(p, now_ms)) {
			unused = p;
			continue;
		}
		least = lesser(least, p);
		for (unsigned size = n_sizes; size-- > 0 &&
		     owner_network(p->owner, size) ==
			 owner_network(owner, size);) {
			n[size]++;
			least_of[size] = lesser(least_of[size], p);
		}
	}
	for (unsigned size = 0; size < n_sizes; size++)
		if (n[size] >= owner_limit(limit, size))
			return least_of[size];
	return unused ? unused : least;
}

void
places_keep(struct place places[PLACES_MAX], const struct place *place,
    uint32_t limit, uint64_t now_ms)
{
	struct place kept = *place, *room;
	/* it may have been connected twice */
	uint64_t earlier_ms =
	    places_take(places, kept.user_hash, kept.owner, now_ms);

	if (earlier_ms > kept.waited_ms)
		kept.waited_ms = earlier_ms;
	if (kept.left_ms == 0)
		kept.left_ms = 1;
	room = find_room(places, kept.owner, limit, now_ms);
	if (room && (!is_kept(room, now_ms) || lesser(room, &kept) == room))
		*room = kept;
}

uint64_t
places_take(struct place places[PLACES_MAX], const uint8_t user_hash[HASH_SIZE],
    uint64_t owner, uint64_t now_ms)
{
	uint64_t waited_ms = 0;

	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct place *p = &places[i];

		if (p->owner != owner || !same_hash(p->user_hash, user_hash) ||
		    !is_kept(p, now_ms))
			continue;
		waited_ms = p->waited_ms;
		p->left_ms = 0;
	}
	return waited_ms;
}
