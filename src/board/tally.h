/*
 * How often something happened in the current minute, by the owner of the
 * address (base/owner.h) and by the wider networks around it. Part of the
 * scoreboard's file; the caller holds the lock on its head.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_TALLY_H
#define BOARD_TALLY_H

#include "base/owner.h"

#include <stdbool.h>
#include <stdint.h>

#define TALLY_MAX 4096 /* networks */

struct tally {
	struct tally_entry {
		uint64_t network;   /* owner_network */
		uint64_t minute_ms; /* when its minute began */
		uint32_t size;      /* of the network, see base/owner.h */
		uint32_t n;
	} entries[TALLY_MAX];
};

/*
 * Count one more for this owner. False, and not counted, when it had `limit` in
 * this minute already, or a network around it had as many as owner_limit says.
 * An owner that is not known has no limit.
 */
bool tally_count(
    struct tally *t, uint64_t owner, uint32_t limit, uint64_t now_ms);

/*
 * Is this the first one of the owner's widest network in a minute? Then *more
 * is how many others there were since the last first one, as far as is known.
 * An owner that is not known is always the first. A tally is used by this or by
 * tally_count, not by both.
 */
bool tally_first(
    struct tally *t, uint64_t owner, uint64_t now_ms, uint32_t *more);

#endif
