/*
 * The share database as a reader sees it: which hash is which file. This is
 * the part that ed2k-serve links; it cannot write.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "proto/opcodes.h"
#include "sql/store.h"
#include "store/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sql/share.sql */
extern const struct db_kind store_kind;

struct store {
	struct db db;
	sqlite3_stmt
	    *statements[STORE_N_STATEMENTS]; /* prepared on first use */
};

enum store_result {
	STORE_FOUND,
	STORE_UNKNOWN,
	STORE_FAILED, /* logged; db.fault has the exit code */
};

/* How soon those get a slot who wait for a file. The numbers are stored. */
enum store_priority {
	STORE_PRIORITY_LOW,
	STORE_PRIORITY_NORMAL,
	STORE_PRIORITY_HIGH,
};

/* One place where a content lies. Strings live until the next store_* call. */
struct store_copy {
	uint8_t hash[HASH_SIZE];
	uint64_t size;
	const char *path; /* absolute, terminated */
	const char *root; /* absolute, terminated; an ancestor of path */
	int64_t mtime_ns;
	uint64_t inode;
	bool damaged;        /* verify found other bytes */
	bool has_root_inode; /* only from the functions that go through all */
	uint64_t root_inode;
	/* of the content, not of this place: */
	enum store_priority priority;
	bool has_aich;
	uint8_t aich_root[AICH_SIZE];
};

/*
 * Where the share database is when nobody says: /var/lib/ed2k-share/share.db
 * for root and system accounts (uid below 1000), else below $XDG_DATA_HOME or
 * ~/.local/share. False, after a log line, when there is no home either.
 */
bool store_default_path(char *out, size_t cap);

/* 0, or an exit code after a log line (db_open). Zeroed on failure. */
int store_open(struct store *s, const char *path);

/* Safe to call twice, and on a zeroed struct. */
void store_close(struct store *s);

/* Our user hash; made with the database, never changed. */
enum store_result store_user_hash(struct store *s, uint8_t out[HASH_SIZE]);

/* The "red" hash of the file that peers may also know as alias. */
enum store_result store_resolve_alias(
    struct store *s, const uint8_t alias[HASH_SIZE], uint8_t out[HASH_SIZE]);

/*
 * Offer the copies of a content to `take`, oldest first, until it returns
 * true. FOUND when it did, UNKNOWN when it refused them all or there are none.
 */
enum store_result store_find(struct store *s, const uint8_t hash[HASH_SIZE],
    bool (*take)(void *ctx, const struct store_copy *copy), void *ctx);

/* Copy exactly n part hashes to out; UNKNOWN when that many are not there. */
enum store_result store_part_hashes(
    struct store *s, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n);

/* The same for the n AICH hashes of the parts of a file of more than one. */
enum store_result store_aich_parts(
    struct store *s, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n);

/* How many files, of how many bytes, have no AICH hashes? False after a log line. */
bool store_count_without_aich(struct store *s, uint64_t *n, uint64_t *bytes);

/*
 * The first file without AICH hashes whose hash is behind `hash`; NULL: the
 * first of all.
 */
enum store_result store_next_without_aich(
    struct store *s, const uint8_t *hash, uint8_t out[HASH_SIZE]);

/* How many copies are there, of how many bytes? False after a log line. */
bool store_sum(struct store *s, uint64_t *n, uint64_t *bytes);

/* What the operator says of a file. */
struct store_comment {
	uint8_t rating;         /* 0 (none) to 5 */
	char text[COMMENT_MAX]; /* UTF-8, not terminated */
	size_t len;
};

enum store_result store_comment(
    struct store *s, const uint8_t hash[HASH_SIZE], struct store_comment *out);

/* What is known of a path; out->path and out->root stay NULL. */
enum store_result store_find_path(
    struct store *s, const char *path, struct store_copy *out);

/*
 * Call `visit` for every copy, by path, until it returns false. FOUND unless
 * the database failed.
 */
enum store_result store_each(struct store *s,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx);

/* The same for every content, each once, in no order. */
enum store_result store_each_file(struct store *s,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx);

/*
 * The first root at or behind a path, in the order of bytes. UNKNOWN when there
 * is none, or what is there is no absolute path.
 */
enum store_result store_root_from(
    struct store *s, const char *path, char out[PATH_MAX]);

/* A copy with its strings. */
struct store_row {
	struct store_copy copy;
	char path[PATH_MAX], root[PATH_MAX];
};

/*
 * The first copy beneath dir whose path is behind row->path, or of all when that
 * is empty; UNKNOWN when there is none. Each call reads the database as it is
 * then, so that what is found may be changed between two.
 */
enum store_result store_next(
    struct store *s, const char *dir, struct store_row *row);

/*
 * Paths beneath dir are, in order of bytes, behind `from` and before `before`.
 */
void store_beneath(
    const char *dir, char from[PATH_MAX + 1], char before[PATH_MAX + 1]);

/*
 * Offer the recorded mount points that path is beneath (or is itself), the
 * longest first, until `take` returns true; results as for store_find.
 */
enum store_result store_mount_points_above(struct store *s, const char *path,
    bool (*take)(void *ctx, const char *mount_point), void *ctx);

/* The last component of an absolute path: the name peers are told. */
const char *store_name_of(const char *path);

#endif
