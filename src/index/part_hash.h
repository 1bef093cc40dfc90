/*
 * One part of a file, as it is read and hashed a chunk at a time. Several parts
 * are hashed at once by lanes_add: read all, add the same number of blocks to
 * all that are ready, advance them.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_PART_HASH_H
#define INDEX_PART_HASH_H

#include "base/crypto.h"
#include "proto/opcodes.h"
#include "proto/parts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What is read at once. The chunks of all lanes are in the processor's cache
 * while they are hashed. None lies across the border of an AICH block, and all
 * but the last one of a part are whole blocks of MD4 and SHA-1.
 */
#define PART_CHUNK (BLOCK_SIZE / 5)

enum part_read {
	PART_READY,  /* there are blocks to hash, or the part is done */
	PART_WAITS,  /* for the disk */
	PART_SHORT,  /* the file ended before its size: it was cut */
	PART_FAILED, /* read error; errno tells which */
};

struct part_hash {
	int fd; /* borrowed */
	uint64_t begin, len;
	uint64_t at;        /* where the chunk begins in the part */
	size_t fill, added; /* bytes of the chunk that are read, and hashed */
	uint8_t *chunk;     /* PART_CHUNK bytes, borrowed */
	struct md4 md4;     /* of the part */
	struct sha1 sha1;   /* of the block that the chunk belongs to */
	uint8_t blocks[PART_BLOCKS_MAX][AICH_SIZE];
	/* hashed by OpenSSL too, for comparison: */
	bool is_judged, is_wrong;
	struct md4 other_md4;
	struct sha1 other_sha1;
};

/* Begin a part of `len` bytes (1 to PART_SIZE) at offset `begin` of fd. */
void part_hash_begin(
    struct part_hash *p, int fd, uint64_t begin, uint64_t len, bool is_judged);

/* Read what is missing of the chunk; do not wait for it unless `wait`. */
enum part_read part_hash_read(struct part_hash *p, bool wait);

/* Blocks of 64 bytes that are read and not yet hashed, when it is ready. */
size_t part_hash_blocks(const struct part_hash *p);

/* Where they begin. */
const uint8_t *part_hash_data(const struct part_hash *p);

/*
 * n blocks were added to md4 and sha1. True when the part is done: `blocks` has
 * its AICH hashes, and out gets its MD4. Where the hashes of a judged part were
 * wrong, is_wrong is set and OpenSSL's are taken.
 */
bool part_hash_advance(struct part_hash *p, size_t n, uint8_t out[HASH_SIZE]);

#endif
