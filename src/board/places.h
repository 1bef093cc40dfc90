/*
 * Places in the queue that are kept for peers that hung up: how long each has
 * waited. Absence is not waiting. Part of the scoreboard's file; the caller
 * holds the lock on its head.
 *
 * Whoever has one connection can have any number of user hashes. So an owner
 * has as many places as it may have connections, networks around it as many as
 * owner_limit says, and of too many the one that waited least is dropped: it
 * takes as long to push out a place as that peer has waited.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_PLACES_H
#define BOARD_PLACES_H

#include "base/owner.h"
#include "proto/opcodes.h"

#include <stdint.h>

#define PLACES_MAX 4096

/* How long a place is kept. */
#define PLACE_MS 3600000

/* Of a peer known by user hash and owner. */
struct place {
	uint8_t user_hash[HASH_SIZE];
	uint64_t owner;     /* of its address, see base/owner.h */
	uint64_t waited_ms; /* while it was connected */
	uint64_t left_ms;   /* when it hung up; 0: unused */
};

/* Keep a place, `limit` of them at most for an owner. */
void places_keep(struct place places[PLACES_MAX], const struct place *place,
    uint32_t limit, uint64_t now_ms);

/*
 * Give a returning peer its place back, which is then no longer kept. Returns
 * how long it has waited: 0 when no place was kept for it.
 */
uint64_t places_take(struct place places[PLACES_MAX],
    const uint8_t user_hash[HASH_SIZE], uint64_t owner, uint64_t now_ms);

#endif
