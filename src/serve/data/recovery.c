/*
 * AICH recovery data; see recovery.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/recovery.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "proto/aich_tree.h"
#include "proto/parts.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool
read_block(const struct shared_file *f, uint8_t *out, uint64_t offset, size_t n)
{
	ssize_t res = file_read_at(f->fd, out, n, offset);

	if (res == (ssize_t)n)
		return true;
	log_error("cannot read %s: %s", log_quote_str(f->name),
	    res < 0 ? strerror(errno) : "it was cut");
	return false;
}

/* Read the part block by block into `block`, which holds one. */
static bool
hash_blocks(const struct shared_file *f, size_t part, uint8_t *block,
    uint8_t blocks[PART_BLOCKS_MAX][AICH_SIZE])
{
	uint64_t len = parts_size(f->facts.size, part);

	for (uint64_t at = 0; at < len; at += BLOCK_SIZE) {
		size_t n = (size_t)min_u64(len - at, BLOCK_SIZE);

		if (!read_block(f, block, part * PART_SIZE + at, n))
			return false;
		crypto_sha1(blocks[at / BLOCK_SIZE], block, n);
	}
	return true;
}

/*
 * Fill `parts` with the hashes of all parts; that of a single part is the root.
 * False, after a log line, when they do not give the root.
 */
static bool
find_parts(const struct shared_file *f, uint8_t *parts)
{
	uint64_t size = f->facts.size;
	uint8_t root[AICH_SIZE];

	if (parts_aich_count(size) == 0) {
		memcpy(parts, f->aich_root, AICH_SIZE);
		return true;
	}
	if (store_aich_parts(f->store, f->hash, parts,
		parts_aich_count(size)) == STORE_FOUND) {
		aich_root(size, parts, root);
		if (memcmp(root, f->aich_root, AICH_SIZE) == 0)
			return true;
	}
	log_error("the share database has wrong AICH hashes of %s; run "
		  "\"ed2k-share remove\" and \"ed2k-share add\" on it",
	    log_quote_str(f->name));
	return false;
}

/* Is the part on disk still what was hashed? False after a log line. */
static bool
is_intact(struct shared_file *f, size_t part, const uint8_t *parts,
    uint8_t blocks[PART_BLOCKS_MAX][AICH_SIZE])
{
	uint8_t hash[AICH_SIZE];

	shared_file_stale(f);
	if (!shared_file_check(f))
		return false;
	aich_part_hash(f->facts.size, part, blocks[0], hash);
	if (memcmp(hash, parts + part * AICH_SIZE, AICH_SIZE) == 0)
		return true;
	shared_file_log_damaged(f, part);
	return false;
}

bool
recovery_put(struct writer *w, struct shared_file *f, size_t part)
{
	uint64_t size = f->facts.size;
	uint8_t blocks[PART_BLOCKS_MAX][AICH_SIZE];
	static uint8_t block[BLOCK_SIZE];
	uint8_t *parts = calloc(parts_count(size), AICH_SIZE);
	bool good;

	if (!parts)
		log_error("no memory for AICH recovery data");
	good = parts && find_parts(f, parts) &&
	    hash_blocks(f, part, block, blocks) &&
	    is_intact(f, part, parts, blocks);
	if (good)
		aich_put_recovery(w, size, part, parts, blocks[0]);
	free(parts);
	return good && !w->bad;
}
