/*
 * The ranges that a peer asked for: those that wait, and the last ones that are
 * done, to tell a repeated request from a new one.
 *
 * aMule lists all its pending ranges in each request, so each up to three
 * times. A peer that found a part corrupt asks for the very same ranges again.
 * Data arrives in order, and that tells the two apart: a range that is listed
 * while one sent after it is not has arrived before, and is wanted again.
 * Source: ed2k-wire(5), "Repeated ranges".
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_RANGES_H
#define SERVE_DATA_RANGES_H

#include "proto/msg.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ranges that wait at once; real clients have at most nine. */
#define RANGES_MAX 32

/* Finished ranges kept: all that can finish between two requests. */
#define DONE_MAX (RANGES_MAX + 3)

struct asked_range {
	uint8_t hash[HASH_SIZE];
	struct range range;
	uint64_t next; /* where the next frame begins */
};

/* Zeroed to begin with. */
struct ranges {
	struct asked_range queue[RANGES_MAX];
	size_t n_queue;
	struct asked_range done[DONE_MAX];
	size_t n_done;
	struct range asked[3]; /* by the last request */
	uint8_t asked_hash[HASH_SIZE];
};

/* Forget all ranges. */
void ranges_clear(struct ranges *r);

/*
 * Note a request for three ranges of a file; ranges_add follows for each. The
 * finished ranges that it does not repeat are forgotten. `all_taken`: nothing
 * is on its way to the peer any more.
 */
void ranges_request(struct ranges *r, const uint8_t hash[HASH_SIZE],
    const struct range ranges[3], bool all_taken);

/* Queue a range, unless it is a repeated one or there is no room. */
void ranges_add(
    struct ranges *r, const uint8_t hash[HASH_SIZE], struct range range);

/* Queue a range, also a repeated one, unless there is no room. */
void ranges_push(
    struct ranges *r, const uint8_t hash[HASH_SIZE], struct range range);

/* Cut the next piece, at most max bytes, of a queue that is not empty. */
struct range ranges_cut(
    struct ranges *r, uint64_t max, uint8_t hash[HASH_SIZE]);

/* Forget the ranges of one file. */
void ranges_drop_file(struct ranges *r, const uint8_t hash[HASH_SIZE]);

#endif
