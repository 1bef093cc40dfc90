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
 * The largest file whose recovery data has 16-bit identifiers: 441 parts. All
 * larger ones have 32-bit identifiers, however few bits they need.
 */
#define AICH_NARROW_MAX (441 * PART_SIZE)

/* The hash of a part, from the hashes of all its blocks. */
void aich_part_hash(
    uint64_t size, size_t part, const uint8_t *blocks, uint8_t out[AICH_SIZE]);

/*
 * The root, from the hashes of all parts. The root of a file of one part is the
 * hash of that part.
 */
void aich_root(uint64_t size, const uint8_t *parts, uint8_t out[AICH_SIZE]);

/*
 * Is there recovery data for this part? There is none for a part that does not
 * exist or has only one block: its hash says no more than its MD4.
 */
bool aich_is_recoverable(uint64_t size, size_t part);

/*
 * Write the recovery data of a recoverable part of a file of at most
 * EMULE_FILE_MAX bytes, as it stands behind the root in an answer: from the
 * root down the hashes of the nodes beside the path to the part, then those of
 * its blocks, each with its identifier. An identifier is a bit 1 for the root,
 * then a 1 for each step to the left and a 0 for each step to the right.
 *
 *   up to AICH_NARROW_MAX  u16 n, n of {u16 identifier, SHA-1}, u16 0
 *   above                  u16 0, u16 n, n of {u32 identifier, SHA-1}
 *
 * `parts` has the hashes of all parts (not read when there is only one),
 * `blocks` those of the part's blocks. What does not fit sets w->bad.
 */
void aich_put_recovery(struct writer *w, uint64_t size, size_t part,
    const uint8_t *parts, const uint8_t *blocks);

#endif
