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

/* A place that is not in use any more, or else the oldest. */
static struct place *
find_room(struct place places[PLACES_MAX], uint64_t now_ms)
{
	struct place *oldest = &places[0];

	for (size_t i = 0; i < PLACES_MAX; i++) {
		if (!is_kept(&places[i], now_ms))
			return &places[i];
		if (places[i].left_ms < oldest->left_ms)
			oldest = &places[i];
	}
	return oldest;
}

void
places_keep(struct place places[PLACES_MAX], const uint8_t user_hash[HASH_SIZE],
    uint64_t owner, uint64_t since_ms, uint64_t now_ms)
{
	struct place *p = find_room(places, now_ms);

	memcpy(p->user_hash, user_hash, HASH_SIZE);
	p->owner = owner;
	p->since_ms = since_ms;
	p->left_ms = now_ms > 0 ? now_ms : 1;
}

uint64_t
places_take(struct place places[PLACES_MAX], const uint8_t user_hash[HASH_SIZE],
    uint64_t owner, uint64_t now_ms)
{
	uint64_t since_ms = now_ms;

	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct place *p = &places[i];

		if (!is_kept(p, now_ms) ||
		    !same_hash(p->user_hash, user_hash) || p->owner != owner)
			continue;
		since_ms = min_u64(since_ms, p->since_ms);
		p->left_ms = 0;
	}
	return since_ms;
}
