/*
 * Kad ids: 128-bit numbers that name nodes, files, keywords and sources, and
 * the XOR distance between them. Pure.
 *
 * A hash is read as one big-endian number. The wire has four u32, the most
 * significant first, each little-endian: the 16 bytes of a hash with each group
 * of four reversed. That holds for user hashes, too.
 * Source: aMule UInt128.h, SafeFile.cpp (ReadUInt128).
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_ID_H
#define KAD_ID_H

#include "proto/cursor.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stdint.h>

#define KAD_ID_SIZE 16 /* on the wire */

struct kad_id {
	uint64_t high, low;
};

struct kad_id kad_id_of_hash(const uint8_t hash[HASH_SIZE]);
void kad_id_to_hash(struct kad_id id, uint8_t hash[HASH_SIZE]);

struct kad_id kad_get_id(struct reader *r);
void kad_put_id(struct writer *w, struct kad_id id);

static inline bool
kad_same_id(struct kad_id a, struct kad_id b)
{
	return a.high == b.high && a.low == b.low;
}

static inline bool
kad_less(struct kad_id a, struct kad_id b)
{
	return a.high != b.high ? a.high < b.high : a.low < b.low;
}

static inline struct kad_id
kad_distance(struct kad_id a, struct kad_id b)
{
	return (struct kad_id){a.high ^ b.high, a.low ^ b.low};
}

/* Is a nearer to the target than b is? */
static inline bool
kad_is_nearer(struct kad_id target, struct kad_id a, struct kad_id b)
{
	return kad_less(kad_distance(target, a), kad_distance(target, b));
}

/*
 * Does a node store what is published under the target? Beyond this distance
 * it drops the request without an answer. In a network of some thousands of
 * nodes the nearest ones are always within.
 * Source: aMule Defines.h (SEARCHTOLERANCE), Process2PublishSourceRequest.
 */
static inline bool
kad_in_zone(struct kad_id target, struct kad_id node)
{
	return kad_distance(target, node).high >> 32 <= 0x01000000;
}

#endif
