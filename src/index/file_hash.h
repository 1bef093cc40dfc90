/*
 * The eD2k hash and the AICH hashes of a file, put together of those of its
 * parts, which may be put in any order, and by several threads.
 *
 * The eD2k hash of a file below one part (9,728,000 bytes) is its MD4. That of
 * a larger one is the MD4 over the MD4s of its parts. When the size is an exact
 * multiple of the part, eMule adds the MD4 of nothing to them (the "red" hash).
 * Some tools do not, and give such files another hash ("blue"), which we keep
 * as an alias. For AICH see proto/aich_tree.h.
 * Source: eMule KnownFile.cpp; ed2k-wire(5), "File hashes".
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_FILE_HASH_H
#define INDEX_FILE_HASH_H

#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file_hash {
	uint8_t hash[HASH_SIZE];
	uint8_t alias[HASH_SIZE]; /* "blue" */
	bool has_alias;           /* the file has a "blue" hash */
	uint8_t *parts;           /* n_parts of 16 bytes; owned; NULL if none */
	size_t n_parts;           /* parts_md4_count(size) */
	uint8_t aich_root[AICH_SIZE];
	uint8_t *aich_parts; /* n_aich_parts of 20 bytes; owned; NULL if none */
	size_t n_aich_parts; /* parts_aich_count(size) */
};

/* Allocate the results for a file of size > 0. False when out of memory. */
bool file_hash_begin(struct file_hash *f, uint64_t size);

/* Where the MD4 of a part goes, of parts_count(size). */
uint8_t *file_hash_md4(struct file_hash *f, size_t part);

/* Where its AICH hash goes. */
uint8_t *file_hash_aich(struct file_hash *f, size_t part);

/* Combine the hashes of the parts, when all of them are hashed. */
void file_hash_end(struct file_hash *f, uint64_t size);

/* Safe to call twice. */
void file_hash_free(struct file_hash *f);

#endif
