/*
 * Hashing one file by its parts; see file_hash.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/file_hash.h"

#include "base/util.h"
#include "proto/aich_tree.h"
#include "proto/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static enum hash_result
read_block(int fd, uint64_t offset, uint8_t *block, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n =
		    pread(fd, block + done, len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? HASH_SHORT : HASH_FAILED;
		done += (size_t)n;
	}
	return HASH_OK;
}

/* A file below one part has one MD4, and one of a single part one AICH hash. */
enum hash_result
file_hash_part(struct file_hash *f, struct digest *d, uint8_t *block, int fd,
    uint64_t size, size_t part, struct hash_watch *watch)
{
	const struct aich_sha1 sha1 = {digest_sha1, d};
	uint64_t begin = part * PART_SIZE, len = parts_size(size, part);
	uint8_t blocks[PART_BLOCKS_MAX][AICH_SIZE];
	size_t n_blocks = parts_block_count(len);
	uint8_t *md4 = f->parts ? f->parts + part * HASH_SIZE : f->hash;
	uint8_t *node =
	    f->aich_parts ? f->aich_parts + part * AICH_SIZE : f->aich_root;

	if (!digest_md4_begin(d))
		return HASH_FAILED;
	for (size_t i = 0; i < n_blocks; i++) {
		uint64_t at = i * BLOCK_SIZE;
		size_t n = (size_t)min_u64(len - at, BLOCK_SIZE);
		enum hash_result res = read_block(fd, begin + at, block, n);

		if (res != HASH_OK)
			return res;
		/* both while the block is in the processor's cache */
		if (!digest_md4_add(d, block, n) ||
		    !digest_sha1(d, blocks[i], block, n))
			return HASH_FAILED;
		atomic_fetch_add(&watch->bytes, n);
		if (atomic_load(&watch->stop)) {
			errno = ECANCELED;
			return HASH_FAILED;
		}
	}
	return digest_md4_end(d, md4) &&
		aich_part_hash(&sha1, size, part, blocks[0], node)
	    ? HASH_OK
	    : HASH_FAILED;
}

/* Red and blue over the part hashes. */
static bool
combine(struct file_hash *f, struct digest *d, uint64_t size)
{
	size_t n = f->n_parts;

	f->has_alias = size % PART_SIZE == 0;
	if (f->has_alias &&
	    !digest_md4(d, NULL, 0, f->parts + (n - 1) * HASH_SIZE))
		return false;
	if (!digest_md4(d, f->parts, n * HASH_SIZE, f->hash))
		return false;
	if (!f->has_alias)
		return true;
	if (n > 2)
		return digest_md4(d, f->parts, (n - 1) * HASH_SIZE, f->alias);
	memcpy(f->alias, f->parts, HASH_SIZE);
	return true;
}

bool
file_hash_end(struct file_hash *f, struct digest *d, uint64_t size)
{
	const struct aich_sha1 sha1 = {digest_sha1, d};

	return (!f->parts || combine(f, d, size)) &&
	    (!f->aich_parts ||
		aich_root(&sha1, size, f->aich_parts, f->aich_root));
}

void
file_hash_free(struct file_hash *f)
{
	free(f->parts);
	free(f->aich_parts);
	memset(f, 0, sizeof *f);
}
