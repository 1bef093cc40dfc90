/*
 * A share database to test on, and files to put into it.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_SHARE_RIG_H
#define TESTS_SHARE_RIG_H

#include "temp.h"

#include "index/edit_copy.h"

static const uint8_t hash_a[HASH_SIZE] __attribute__((unused)) = {0xA};
static const uint8_t hash_b[HASH_SIZE] __attribute__((unused)) = {0xB};

/* A database of this test alone. */
static inline void
open_fresh(struct edit *e)
{
	static int n;
	char name[32];

	snprintf(name, sizeof name, "%d/share.db", n++);
	assert_int_equal(edit_create(e, temp_path(name)), 0);
}

/* Put a file of 5 bytes. 0, or an exit code. */
static inline int
put_file(struct edit *e, const uint8_t hash[HASH_SIZE], const char *path)
{
	struct edit_entry entry = {
	    .copy = {.size = 5,
		.path = path,
		.mtime_ns = -7,
		.inode = UINT64_MAX},
	};

	memcpy(entry.copy.hash, hash, HASH_SIZE);
	return edit_put(e, &entry);
}

static inline void
put(struct edit *e, const uint8_t hash[HASH_SIZE], const char *path)
{
	assert_int_equal(put_file(e, hash, path), 0);
}

/* What a callback was offered. */
struct seen {
	size_t n;
	char path[8][PATH_MAX];
	char root[8][PATH_MAX];
	uint64_t size;
	bool take;
};

static inline bool
see(void *ctx, const struct store_copy *copy)
{
	struct seen *s = ctx;

	assert_true(s->n < 8);
	snprintf(s->path[s->n], PATH_MAX, "%s", copy->path);
	snprintf(s->root[s->n++], PATH_MAX, "%s", copy->root);
	s->size = copy->size;
	return s->take;
}

static inline enum store_result
find(struct store *s, const uint8_t hash[HASH_SIZE], struct seen *seen)
{
	memset(seen, 0, sizeof *seen);
	return store_find(s, hash, see, seen);
}

#endif
