/*
 * What refresh keeps while it runs: the copies that were not found as they were
 * recorded, and the directories whose files are offline. In SQLite's temporary
 * file and not in memory, however many they are; gone when the database is
 * closed. The database itself is not touched.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_ASTRAY_H
#define INDEX_ASTRAY_H

#include "store/copy.h"
#include "index/edit.h"

#include <stdbool.h>
#include <stdint.h>

/* Before all others. These return 0, or an exit code after a log line. */
int astray_open(struct edit *e);

int astray_put(
    struct edit *e, const struct store_copy *copy, enum copy_state state);

/* Leave this copy alone: it stays as it was recorded. */
int astray_delete(struct edit *e, const char *path);

/* It has moved: it is not to be found again, and has the state ASTRAY_SPENT. */
int astray_spend(struct edit *e, const char *path);

#define ASTRAY_SPENT COPY_N_STATES

struct astray {
	char path[PATH_MAX], root[PATH_MAX];
	enum copy_state state;
	bool has_root_inode;
	uint64_t root_inode;
};

/* The first one behind a->path (all: ""). */
enum store_result astray_next(struct edit *e, struct astray *a);

/*
 * The path at which this file was known: one with size, mtime and inode of
 * `now` whose content was shared after the file had been born (seconds, Unix
 * time). An inode number that was given to a new file is so told apart.
 */
enum store_result astray_by_inode(struct edit *e, const struct copy_facts *now,
    int64_t born_s, char path[PATH_MAX]);

/* The path at which this content was known. */
enum store_result astray_by_hash(
    struct edit *e, const uint8_t hash[HASH_SIZE], char path[PATH_MAX]);

/* The files beneath dir are offline. *first: nobody said so before. */
int astray_put_offline(struct edit *e, const char *dir, bool *first);

#endif
