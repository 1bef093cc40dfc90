/*
 * Reading the share database: which hash is which file. All programs link this;
 * what writes it is in index/edit.h.
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

/* Its schema is sql/share.sql. */
extern const struct db_kind store_kind;

struct store {
	struct db db;
	/* prepared on first use */
	sqlite3_stmt *statements[STORE_N_STATEMENTS];
};

enum store_result {
	STORE_FOUND,
	STORE_UNKNOWN, /* not in the database */
	STORE_FAILED,  /* logged; db.fault has the exit code */
};

/* How soon peers that wait for a file get a slot. The numbers are stored. */
enum store_priority {
	STORE_PRIORITY_LOW,
	STORE_PRIORITY_NORMAL,
	STORE_PRIORITY_HIGH,
};

/* A file with a content. Its strings live until the next store_* call. */
struct store_copy {
	uint8_t hash[HASH_SIZE];
	uint64_t size;
	const char *path; /* absolute, terminated */
	const char *root; /* absolute, terminated; an ancestor of path */
	int64_t mtime_ns;
	uint64_t inode;      /* or ANY_INODE */
	int64_t ctime_ns;    /* or ANY_CTIME; see store/copy.h */
	bool damaged;        /* verify found other bytes */
	bool has_root_inode; /* false: the root was not seen yet */
	uint64_t root_inode;
	/* of the content, the same in all its copies: */
	enum store_priority priority;
	bool has_aich;
	uint8_t aich_root[AICH_SIZE];
};

/*
 * Where the share database is by default: /var/lib/ed2k-share/share.db
 * for root and system accounts (uid below 1000), else below $XDG_DATA_HOME or
 * ~/.local/share. False, after a log line, when there is no home directory.
 */
bool store_default_path(char *out, size_t cap);

/* 0, or an exit code after a log line; see db_open. *s is then closed. */
int store_open(struct store *s, const char *path);

/* Open it when it is read first. It was opened without a fault before. */
void store_open_later(struct store *s, const char *path);

/* Safe to call twice, and on a zeroed struct. */
void store_close(struct store *s);

/* Our user hash. It was made with the database, and never changes. */
enum store_result store_user_hash(struct store *s, uint8_t out[HASH_SIZE]);

/* The "red" hash of the file that has this "blue" hash. */
enum store_result store_resolve_alias(
    struct store *s, const uint8_t alias[HASH_SIZE], uint8_t out[HASH_SIZE]);

/*
 * Call `take` for the copies of a content, oldest first, until it returns true.
 * FOUND when it did, UNKNOWN when it never did.
 */
enum store_result store_find(struct store *s, const uint8_t hash[HASH_SIZE],
    bool (*take)(void *ctx, const struct store_copy *copy), void *ctx);

/* Copy n part hashes to out. UNKNOWN when there are more or fewer. */
enum store_result store_part_hashes(
    struct store *s, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n);

/* Copy the hash of one part, the first being 0. UNKNOWN when it has none. */
enum store_result store_part_hash(struct store *s,
    const uint8_t hash[HASH_SIZE], size_t part, uint8_t out[HASH_SIZE]);

/* All AICH hashes of parts, alike; a file of one part has none. */
enum store_result store_aich_parts(
    struct store *s, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n);

/*
 * The number of files that have no AICH hashes, and of all copies, and their
 * bytes. 0, or an exit code after a log line.
 */
int store_count_without_aich(struct store *s, uint64_t *n, uint64_t *bytes);
int store_sum(struct store *s, uint64_t *n, uint64_t *bytes);

/*
 * The first file without AICH hashes whose hash is behind `hash`; NULL: the
 * first of all.
 */
enum store_result store_next_without_aich(
    struct store *s, const uint8_t *hash, uint8_t out[HASH_SIZE]);

/* What the operator tells peers about a file. */
struct store_comment {
	uint8_t rating;         /* 0 (none) to 5 */
	char text[COMMENT_MAX]; /* UTF-8, not terminated */
	size_t len;
};

enum store_result store_comment(
    struct store *s, const uint8_t hash[HASH_SIZE], struct store_comment *out);

/*
 * May a content be announced to servers and other networks? UNKNOWN when it may
 * not.
 */
enum store_result store_is_announced(
    struct store *s, const uint8_t hash[HASH_SIZE]);

/* The copy at a path. out->path and out->root are NULL. */
enum store_result store_find_path(
    struct store *s, const char *path, struct store_copy *out);

/*
 * Call `visit` for every copy, by path, until it returns false. It may take its
 * time: a few copies are read at once, and what changes meanwhile is seen or
 * not. Returns FOUND or FAILED.
 */
enum store_result store_each(struct store *s,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx);

/* The same for every content, with its oldest copy, by hash. */
enum store_result store_each_file(struct store *s,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx);

/*
 * The first root at or behind a path, in the order of bytes; `walked`: of those
 * that are walked. UNKNOWN when there is none, or when it is not an absolute
 * path.
 */
enum store_result store_root_from(
    struct store *s, const char *path, bool walked, char out[PATH_MAX]);

/*
 * Call `take` for the path of every copy that is in no root that is walked, in
 * no order, until it returns true. Returns as store_find.
 */
enum store_result store_singles(
    struct store *s, bool (*take)(void *ctx, const char *path), void *ctx);

/* A copy with its strings. */
struct store_row {
	struct store_copy copy;
	char path[PATH_MAX], root[PATH_MAX];
};

/*
 * The first copy beneath dir whose path is behind row->path; if that is empty,
 * the first of all. Each call reads the database as it is then, so the caller
 * may change it between two calls.
 */
enum store_result store_next(
    struct store *s, const char *dir, struct store_row *row);

/*
 * In the order of bytes, the paths beneath dir are behind `from` and before
 * `before`.
 */
void store_beneath(
    const char *dir, char from[PATH_MAX + 1], char before[PATH_MAX + 1]);

/*
 * Call `take` for the recorded mount points at or above a path, the longest
 * first, until it returns true. Returns as store_find.
 */
enum store_result store_mount_points_above(struct store *s, const char *path,
    bool (*take)(void *ctx, const char *mount_point), void *ctx);

/* The last component of a path: the name that peers are told. */
const char *store_name_of(const char *path);

/*
 * The rest is for the files that run statements: store_*.c, and those of index.
 *
 * A statement ready to bind; the second function binds a blob as its first
 * parameter, which must stay there. NULL after a fault, which was logged:
 * SQLite's bind functions ignore NULL, and store_step returns FAILED.
 */
sqlite3_stmt *store_statement(struct store *s, enum store_statement which);
sqlite3_stmt *store_statement_of(
    struct store *s, enum store_statement which, const void *key, size_t len);

/*
 * Step a bound statement to its next row. FOUND leaves it there, and the caller
 * resets it; otherwise it is reset.
 */
enum store_result store_step(struct store *s, sqlite3_stmt *stmt);

/* A column that must be a blob of n bytes, else NULL. */
const void *store_column(sqlite3_stmt *stmt, int column, size_t n);

/* A column that must be an absolute path. False if it is not. */
bool store_column_path(sqlite3_stmt *stmt, int column, char out[PATH_MAX]);

/* Log that the database holds `what`, which cannot be right. FAILED. */
enum store_result store_bad_row(struct store *s, const char *what);

#endif
