/*
 * What is remembered of peers that are not there: the place in the queue of one
 * that hung up, and how many connections of an address came in this minute.
 * Part of the scoreboard's file; its head is locked by whoever calls these.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_PLACES_H
#define BOARD_PLACES_H

#include "base/address.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACES_MAX   4096
#define ARRIVALS_MAX 4096 /* addresses */

/* How long the place of a peer that hung up is kept. */
#define PLACE_MS 3600000

/* Of a peer known by user hash and address. */
struct place {
	uint8_t user_hash[HASH_SIZE];
	uint8_t address[ADDRESS_SIZE];
	uint64_t since_ms; /* when it began to wait */
	uint64_t left_ms;  /* 0: unused */
};

struct arrivals {
	uint8_t owner[ADDRESS_SIZE]; /* address_owner */
	uint64_t minute_ms;          /* when this minute began */
	uint32_t n;
};

/* Of more than PLACES_MAX the oldest is forgotten. */
void places_keep(struct place places[PLACES_MAX],
    const uint8_t user_hash[HASH_SIZE], const uint8_t address[ADDRESS_SIZE],
    uint64_t since_ms, uint64_t now_ms);

/*
 * Take up the place that was kept for this peer: when it began to wait, now_ms
 * without one.
 */
uint64_t places_take(struct place places[PLACES_MAX],
    const uint8_t user_hash[HASH_SIZE], const uint8_t address[ADDRESS_SIZE],
    uint64_t now_ms);

/* Count one more arrival. False when the limit for this minute is reached. */
bool arrivals_count(struct arrivals arrivals[ARRIVALS_MAX],
    const uint8_t address[ADDRESS_SIZE], uint32_t limit, uint64_t now_ms);

/* Time since then; 0 when others wrote it a moment after we took ours. */
static inline uint64_t
ago(uint64_t now_ms, uint64_t then_ms)
{
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

#endif
