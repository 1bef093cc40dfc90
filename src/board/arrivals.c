/*
 * Arrivals by address, a hash table; see arrivals.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/arrivals.h"

#include "base/clock.h"

#include <stddef.h>
#include <string.h>

#define MINUTE_MS 60000

/* An owner is in one of so many entries from its hash on. */
#define PROBES 16

/* The entry of this owner, or else the one whose minute began first. */
static struct arrivals *
find(struct arrivals table[ARRIVALS_MAX], const uint8_t owner[ADDRESS_SIZE])
{
	struct arrivals *oldest = NULL;
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < ADDRESS_SIZE; i++)
		hash = (hash ^ owner[i]) * 16777619; /* FNV-1a */
	for (uint32_t i = 0; i < PROBES; i++) {
		struct arrivals *a = &table[(hash + i) % ARRIVALS_MAX];

		if (memcmp(a->owner, owner, ADDRESS_SIZE) == 0)
			return a;
		if (!oldest || a->minute_ms < oldest->minute_ms)
			oldest = a;
	}
	return oldest;
}

bool
arrivals_count(struct arrivals table[ARRIVALS_MAX],
    const uint8_t address[ADDRESS_SIZE], uint32_t limit, uint64_t now_ms)
{
	uint8_t owner[ADDRESS_SIZE];
	struct arrivals *a;

	address_owner(owner, address);
	a = find(table, owner);
	if (memcmp(a->owner, owner, ADDRESS_SIZE) != 0 ||
	    elapsed_ms(a->minute_ms, now_ms) >= MINUTE_MS) {
		memcpy(a->owner, owner, ADDRESS_SIZE);
		a->minute_ms = now_ms;
		a->n = 0;
	}
	if (a->n >= limit)
		return false;
	a->n++;
	return true;
}
