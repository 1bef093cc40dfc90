/*
 * What refresh keeps while it runs: the copies that were not found as they were
 * recorded, and the directories whose files are offline. It is in SQLite's
 * temporary file, so memory does not grow with it, and is gone when the
 * database is closed. The database itself does not change.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_ASTRAY_H
#define INDEX_ASTRAY_H

#include "store/copy.h"
#include "index/edit.h"

#include <stdbool.h>
#include <stdint.h>

/* To be called first. Functions return 0, or an exit code after a log line. */
int astray_open(struct edit *e);

int astray_put(
    struct edit *e, const struct store_copy *copy, enum copy_state state);

/* Forget a copy: it stays as it was recorded. */
int astray_delete(struct edit *e, const char *path);

/* The copy moved: it is not found again, and its state is ASTRAY_SPENT. */
int astray_spend(struct edit *e, const char *path);

#define ASTRAY_SPENT COPY_N_STATES

struct astray {
	char path[PATH_MAX], root[PATH_MAX];
	enum copy_state state;
	bool has_root_inode;
	uint64_t root_inode;
};

/* The first one behind a->path; "" is before all. */
enum store_result astray_next(struct edit *e, struct astray *a);

/*
 * The path that this file had: one with the size, mtime and inode of `now`,
 * whose content was shared after the file was made (born_s, Unix time). A file
 * that was made later only got the same inode number.
 */
enum store_result astray_by_inode(struct edit *e, const struct copy_facts *now,
    int64_t born_s, char path[PATH_MAX]);

/* A path that this content had. */
enum store_result astray_by_hash(
    struct edit *e, const uint8_t hash[HASH_SIZE], char path[PATH_MAX]);

/* Note that the files beneath dir are offline. *first: it was not noted yet. */
int astray_put_offline(struct edit *e, const char *dir, bool *first);

#endif
