/*
 * Places and arrivals; see places.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/places.h"

#include "base/util.h"
#include "proto/msg.h"

#include <string.h>

#define MINUTE_MS 60000

/* An address may be counted in one of so many slots of the hash table. */
#define PROBES 16

static bool
is_kept(const struct place *p, uint64_t now_ms)
{
	return p->left_ms > 0 && ago(now_ms, p->left_ms) <= PLACE_MS;
}

void
places_keep(struct place places[PLACES_MAX], const uint8_t user_hash[HASH_SIZE],
    const uint8_t address[ADDRESS_SIZE], uint64_t since_ms, uint64_t now_ms)
{
	struct place *oldest = &places[0];

	for (size_t i = 0; i < PLACES_MAX; i++) {
		if (places[i].left_ms < oldest->left_ms)
			oldest = &places[i];
		if (!is_kept(&places[i], now_ms)) {
			oldest = &places[i];
			break;
		}
	}
	memcpy(oldest->user_hash, user_hash, HASH_SIZE);
	memcpy(oldest->address, address, ADDRESS_SIZE);
	oldest->since_ms = since_ms;
	oldest->left_ms = now_ms > 0 ? now_ms : 1;
}

uint64_t
places_take(struct place places[PLACES_MAX], const uint8_t user_hash[HASH_SIZE],
    const uint8_t address[ADDRESS_SIZE], uint64_t now_ms)
{
	uint64_t since_ms = now_ms;

	for (size_t i = 0; i < PLACES_MAX; i++) {
		struct place *p = &places[i];

		if (!is_kept(p, now_ms) ||
		    !same_hash(p->user_hash, user_hash) ||
		    !address_same_owner(p->address, address))
			continue;
		since_ms = min_u64(since_ms, p->since_ms);
		p->left_ms = 0;
	}
	return since_ms;
}

/* The arrivals of this owner; those of the longest past minute without any. */
static struct arrivals *
find_arrivals(
    struct arrivals arrivals[ARRIVALS_MAX], const uint8_t owner[ADDRESS_SIZE])
{
	struct arrivals *oldest = NULL;
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < ADDRESS_SIZE; i++)
		hash = (hash ^ owner[i]) * 16777619; /* FNV-1a */
	for (uint32_t i = 0; i < PROBES; i++) {
		struct arrivals *a = &arrivals[(hash + i) % ARRIVALS_MAX];

		if (memcmp(a->owner, owner, ADDRESS_SIZE) == 0)
			return a;
		if (!oldest || a->minute_ms < oldest->minute_ms)
			oldest = a;
	}
	return oldest;
}

bool
arrivals_count(struct arrivals arrivals[ARRIVALS_MAX],
    const uint8_t address[ADDRESS_SIZE], uint32_t limit, uint64_t now_ms)
{
	uint8_t owner[ADDRESS_SIZE];
	struct arrivals *a;

	address_owner(owner, address);
	a = find_arrivals(arrivals, owner);
	if (memcmp(a->owner, owner, ADDRESS_SIZE) != 0 ||
	    ago(now_ms, a->minute_ms) >= MINUTE_MS) {
		memcpy(a->owner, owner, ADDRESS_SIZE);
		a->minute_ms = now_ms;
		a->n = 0;
	}
	if (a->n >= limit)
		return false;
	a->n++;
	return true;
}
