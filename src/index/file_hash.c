/*
 * Hashing one file by its parts; see file_hash.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/file_hash.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/util.h"
#include "proto/aich_tree.h"
#include "proto/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

bool
file_hash_begin(struct file_hash *f, uint64_t size)
{
	memset(f, 0, sizeof *f);
	f->n_parts = parts_md4_count(size);
	f->n_aich_parts = parts_aich_count(size);
	if (f->n_parts > 0)
		f->parts = calloc(f->n_parts, HASH_SIZE);
	if (f->n_aich_parts > 0)
		f->aich_parts = calloc(f->n_aich_parts, AICH_SIZE);
	if ((f->n_parts == 0 || f->parts) &&
	    (f->n_aich_parts == 0 || f->aich_parts))
		return true;
	file_hash_free(f);
	return false;
}

/*
 * Have the kernel write what is dirty. A page that a program has mapped is then
 * write-protected, so that what is written to it from now on changes the times
 * of the file; a dirty one can be written to without a trace.
 *
 * This waits for the disk if the part was just written, and for nothing else.
 * The result is of no interest: a disk that fails is noticed by the one who
 * wrote. tmpfs writes no pages; see ed2k-share(1), "add".
 */
static void
write_dirty_pages(int fd, uint64_t begin, uint64_t len)
{
	sync_file_range(fd, (off64_t)begin, (off64_t)len,
	    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
		SYNC_FILE_RANGE_WAIT_AFTER);
}

/*
 * A file below one part has no part hashes: its only MD4 is the hash. One of a
 * single part has no AICH part hashes: its only one is the root.
 */
enum hash_result
file_hash_part(struct file_hash *f, uint8_t *block, int fd, uint64_t size,
    size_t part, struct hash_watch *watch)
{
	uint64_t begin = part * PART_SIZE, len = parts_size(size, part);
	uint8_t blocks[PART_BLOCKS_MAX][AICH_SIZE];
	size_t n_blocks = parts_block_count(len);
	uint8_t *md4 = f->parts ? f->parts + part * HASH_SIZE : f->hash;
	uint8_t *node =
	    f->aich_parts ? f->aich_parts + part * AICH_SIZE : f->aich_root;
	struct md4 whole;

	write_dirty_pages(fd, begin, len);
	md4_begin(&whole);
	for (size_t i = 0; i < n_blocks; i++) {
		uint64_t at = i * BLOCK_SIZE;
		size_t n = (size_t)min_u64(len - at, BLOCK_SIZE);
		ssize_t res = file_read_at(fd, block, n, begin + at);

		if (res != (ssize_t)n)
			return res < 0 ? HASH_FAILED : HASH_SHORT;
		/*
		 * both hashes while the block is in the cache of the processor
		 */
		md4_add(&whole, block, n);
		crypto_sha1(blocks[i], block, n);
		atomic_fetch_add(&watch->bytes, n);
		if (atomic_load(&watch->stop)) {
			errno = ECANCELED;
			return HASH_FAILED;
		}
	}
	md4_end(&whole, md4);
	aich_part_hash(size, part, blocks[0], node);
	return HASH_OK;
}

/* The "red" and the "blue" hash over the part hashes. */
static void
combine(struct file_hash *f, uint64_t size)
{
	size_t n = f->n_parts;

	f->has_alias = size % PART_SIZE == 0;
	if (f->has_alias)
		crypto_md4(f->parts + (n - 1) * HASH_SIZE, NULL, 0);
	crypto_md4(f->hash, f->parts, n * HASH_SIZE);
	if (f->has_alias && n > 2)
		crypto_md4(f->alias, f->parts, (n - 1) * HASH_SIZE);
	else if (f->has_alias)
		memcpy(f->alias, f->parts, HASH_SIZE);
}

void
file_hash_end(struct file_hash *f, uint64_t size)
{
	if (f->parts)
		combine(f, size);
	if (f->aich_parts)
		aich_root(size, f->aich_parts, f->aich_root);
}

void
file_hash_free(struct file_hash *f)
{
	free(f->parts);
	free(f->aich_parts);
	memset(f, 0, sizeof *f);
}
