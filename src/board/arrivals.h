/*
 * How many connections of each address came in the current minute. Part of the
 * scoreboard's file; the caller holds the lock on its head.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_ARRIVALS_H
#define BOARD_ARRIVALS_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>

#define ARRIVALS_MAX 4096 /* addresses */

struct arrivals {
	uint8_t owner[ADDRESS_SIZE]; /* address_owner */
	uint64_t minute_ms;          /* when this owner's minute began */
	uint32_t n;
};

/*
 * Count one more arrival of this address. False, and not counted, when `limit`
 * came in this minute already.
 */
bool arrivals_count(struct arrivals table[ARRIVALS_MAX],
    const uint8_t address[ADDRESS_SIZE], uint32_t limit, uint64_t now_ms);

#endif
