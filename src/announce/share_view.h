/*
 * What of the share database is to be announced: the contents that are shared,
 * are not damaged, not out of reach, and not kept out by "ed2k-share announce".
 * Only hashes are kept; the rest of a file is read when it is announced, so
 * that a large share takes little memory. No file is opened.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_SHARE_VIEW_H
#define ANNOUNCE_SHARE_VIEW_H

#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* How often the files of the database are looked at. */
#define SHARE_VIEW_LOOK_MS 20000

/* How often it is read though it did not change: a disk may come or go. */
#define SHARE_VIEW_READ_MS 600000

/* How long after a fault it is tried again: first, and at most. */
#define SHARE_VIEW_RETRY_MS     60000
#define SHARE_VIEW_RETRY_MAX_MS 1800000

struct share_entry {
	uint8_t hash[HASH_SIZE];
	int64_t added_s;
	enum store_priority priority;
};

/* What tells that a database was changed or replaced. */
struct share_stamp {
	dev_t dev;
	ino_t inode;
	off_t size, wal_size;
	struct timespec mtime, wal_mtime;
};

struct share_view {
	const char *path; /* the caller's */
	size_t limit;     /* of entries */
	/* by priority, then the newest first; as of the last whole reading */
	struct share_entry *entries;
	size_t n;
	uint64_t n_all; /* that there would be without the limit */
	uint8_t user_hash[HASH_SIZE];

	/* its own: */
	struct store store;
	struct share_stamp stamp;
	uint64_t look_ms, read_ms; /* when the next time is due */
	uint64_t retry_ms;         /* how long it waits after a fault */
	int64_t *absent;           /* roots that are out of reach, by id */
	size_t n_absent;
};

enum share_view_result {
	SHARE_VIEW_SAME,
	SHARE_VIEW_NEW,    /* it was read; perhaps nothing else is in it */
	SHARE_VIEW_FAILED, /* logged; the entries are those of before */
};

/* Nothing is read yet. `limit` is 1 or more. */
void share_view_init(struct share_view *v, const char *path, size_t limit);

/*
 * Read the database if that is due: it was changed, or it is time. A fault is
 * logged once, and again when it was tried again.
 */
enum share_view_result share_view_update(struct share_view *v, uint64_t now_ms);

/* When share_view_update has something to do next. */
uint64_t share_view_deadline(const struct share_view *v);

/* What others are told of a file. */
struct share_file {
	uint8_t hash[HASH_SIZE];
	uint64_t size;
	char name[NAME_MAX + 1]; /* any bytes, terminated */
};

/*
 * Look a content up. UNKNOWN when it is not shared any more. The name is that
 * of its oldest copy that is not damaged.
 */
enum store_result share_view_file(struct share_view *v,
    const uint8_t hash[HASH_SIZE], struct share_file *out);

/* Safe to call twice. */
void share_view_close(struct share_view *v);

#endif
