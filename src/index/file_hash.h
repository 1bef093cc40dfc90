/*
 * The eD2k hash and the AICH hashes of a file, part by part. Each byte is read
 * once for both, and parts may be hashed in any order and by several threads.
 *
 * A file below one part (9,728,000 bytes): its MD4. Else the MD4 over the MD4s
 * of its parts, to which eMule adds, when the size is an exact multiple of the
 * part, the MD4 of nothing ("red"). Tools that do not add it find another hash
 * for such files ("blue"); we keep that one as an alias. AICH is told in
 * proto/aich_tree.h.
 * Source: eMule KnownFile.cpp; ed2k-wire(5), "File hashes".
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_FILE_HASH_H
#define INDEX_FILE_HASH_H

#include "proto/opcodes.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_hash {
	uint8_t hash[HASH_SIZE];
	uint8_t alias[HASH_SIZE]; /* "blue" */
	bool has_alias;           /* does it differ from hash? */
	uint8_t *parts;           /* n_parts of 16 bytes; owned; NULL if none */
	size_t n_parts;           /* parts_md4_count(size) */
	uint8_t aich_root[AICH_SIZE];
	uint8_t *aich_parts; /* n_aich_parts of 20 bytes; owned; NULL if none */
	size_t n_aich_parts; /* parts_aich_count(size) */
};

enum hash_result {
	HASH_OK,
	HASH_SHORT,  /* the file ended before `size` bytes: it was cut */
	HASH_FAILED, /* read error; errno tells */
};

/* What other threads do and see while parts are hashed. */
struct hash_watch {
	atomic_bool stop;           /* fail at the next block */
	atomic_uint_fast64_t bytes; /* hashed so far */
};

/* Room for the parts of a file of size > 0. False when out of memory. */
bool file_hash_begin(struct file_hash *f, uint64_t size);

/*
 * Read and hash one of parts_count(size) parts. `block` has room for
 * BLOCK_SIZE bytes.
 */
enum hash_result file_hash_part(struct file_hash *f, uint8_t *block, int fd,
    uint64_t size, size_t part, struct hash_watch *watch);

/* When all parts are hashed. */
void file_hash_end(struct file_hash *f, uint64_t size);

/* Safe to call twice. */
void file_hash_free(struct file_hash *f);

#endif
