/*
 * The ranges a peer asked for: those that wait, and of those that are done as
 * many as tell a request that is repeated from one that is meant anew.
 *
 * aMule lists all its pending ranges in each request, so each up to three
 * times; and a peer that found a part corrupt asks for the very same ranges
 * again. What tells the two apart is that data arrives in order: a range that
 * is listed while one sent after it no longer is was received, and is wanted
 * anew. ed2k-wire(5), "Repeated ranges".
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_RANGES_H
#define SERVE_DATA_RANGES_H

#include "proto/msg.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ranges that wait at once; real clients keep at most nine. */
#define RANGES_MAX 32

/* Finished ranges remembered: all that can finish between two requests. */
#define DONE_MAX (RANGES_MAX + 3)

struct asked_range {
	uint8_t hash[HASH_SIZE];
	struct range range;
	uint64_t next; /* what has been cut into frames ends here */
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

/* Forget them all, those that are done too. */
void ranges_clear(struct ranges *r);

/*
 * A request for three ranges of a file has come; all_taken when nothing is
 * under way to the peer any more. Forgets the finished ranges that it cannot
 * mean as repeated; ranges_add comes next, for each of the three.
 */
void ranges_request(struct ranges *r, const uint8_t hash[HASH_SIZE],
    const struct range ranges[3], bool all_taken);

/* Queue a range if it is not repeated and there is room. */
void ranges_add(
    struct ranges *r, const uint8_t hash[HASH_SIZE], struct range range);

/* Queue a range, repeated or not, if there is room. */
void ranges_push(
    struct ranges *r, const uint8_t hash[HASH_SIZE], struct range range);

/* Is the first in the queue cut in part? */
bool ranges_is_begun(const struct ranges *r);

/*
 * Cut the next piece, of at most max bytes, from the head of the queue, which
 * must not be empty.
 */
struct range ranges_cut(
    struct ranges *r, uint64_t max, uint8_t hash[HASH_SIZE]);

/* Forget the ranges of one file. */
void ranges_drop_file(struct ranges *r, const uint8_t hash[HASH_SIZE]);

#endif
