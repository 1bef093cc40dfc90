/*
 * Places in the queue that are kept for peers that hung up. Part of the
 * scoreboard's file; the caller holds the lock on its head.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_PLACES_H
#define BOARD_PLACES_H

#include "proto/opcodes.h"

#include <stdint.h>

#define PLACES_MAX 4096

/* How long a place is kept. */
#define PLACE_MS 3600000

/* Of a peer known by user hash and owner. */
struct place {
	uint8_t user_hash[HASH_SIZE];
	uint64_t owner;    /* of its address, see base/owner.h */
	uint64_t since_ms; /* when the peer began to wait */
	uint64_t left_ms;  /* when it hung up; 0: unused */
};

/*
 * Keep the place of a peer that has waited since then. When PLACES_MAX are
 * kept, the oldest is overwritten.
 */
void places_keep(struct place places[PLACES_MAX],
    const uint8_t user_hash[HASH_SIZE], uint64_t owner, uint64_t since_ms,
    uint64_t now_ms);

/*
 * Give a returning peer its place back, which is then no longer kept. Returns
 * when it began to wait: now_ms when no place was kept for it.
 */
uint64_t places_take(struct place places[PLACES_MAX],
    const uint8_t user_hash[HASH_SIZE], uint64_t owner, uint64_t now_ms);

#endif
