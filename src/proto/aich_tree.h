/*
 * AICH: a tree of SHA-1 hashes over a file, by which a downloader finds out
 * which blocks of a corrupt part are good. Pure.
 *
 * Leaves are blocks of 184,320 bytes, counted anew in each part, so that no
 * block lies across a part border. Above them a node of n leaves has a left
 * child of n / 2 of them, rounded up if the node is itself a left child (the
 * root counts as one) and down if it is a right one. From the root down the
 * parts are split so, and below a part its blocks: where the blocks of a part
 * split therefore depends on which side the part is on.
 * Source: eMule and aMule SHAHashSet.cpp; ed2k-wire(5), "AICH".
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_AICH_TREE_H
#define PROTO_AICH_TREE_H

#include "proto/cursor.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The largest file whose recovery data has 16-bit identifiers: 441 parts. A
 * larger one has 32-bit ones, however few bits they need.
 */
#define AICH_NARROW_MAX (441 * PART_SIZE)

/* The hash of a part, given those of all its blocks. */
void aich_part_hash(
    uint64_t size, size_t part, const uint8_t *blocks, uint8_t out[AICH_SIZE]);

/*
 * The root, given the hashes of all parts. That of a file of one part is the
 * hash of the part.
 */
void aich_root(uint64_t size, const uint8_t *parts, uint8_t out[AICH_SIZE]);

/*
 * Is there recovery data for this part? Not for one that does not exist, nor
 * for one of a single block, whose hash says nothing that its MD4 does not.
 */
bool aich_is_recoverable(uint64_t size, size_t part);

/*
 * Write the recovery data of such a part of a file of at most EMULE_FILE_MAX
 * bytes, as an answer has it behind the root: from the root down the hashes of
 * the nodes beside the way to the part, then those of its blocks, each with its
 * identifier. An identifier is a 1 for the root, then down the tree a 1 for
 * each step to the left and a 0 for each to the right.
 *
 *   up to AICH_NARROW_MAX  u16 n, n of {u16 identifier, SHA-1}, u16 0
 *   above                  u16 0, u16 n, n of {u32 identifier, SHA-1}
 *
 * `parts` has the hashes of all parts (not read when there is but one),
 * `blocks` those of the part's blocks.
 */
void aich_put_recovery(struct writer *w, uint64_t size, size_t part,
    const uint8_t *parts, const uint8_t *blocks);

#endif
