/*
 * Hashing one file by its parts; see file_hash.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/file_hash.h"

#include "base/crypto.h"
#include "proto/aich_tree.h"
#include "proto/parts.h"

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

/* A file below one part has no part hashes: its only MD4 is the hash. */
uint8_t *
file_hash_md4(struct file_hash *f, size_t part)
{
	return f->parts ? f->parts + part * HASH_SIZE : f->hash;
}

/* One of a single part has no AICH part hashes: its only one is the root. */
uint8_t *
file_hash_aich(struct file_hash *f, size_t part)
{
	return f->aich_parts ? f->aich_parts + part * AICH_SIZE : f->aich_root;
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
