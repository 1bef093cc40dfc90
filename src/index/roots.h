/*
 * The roots that refresh walks: what is left out of them, the mount points
 * beneath them, and what was removed by hand. Never linked into the server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_ROOTS_H
#define INDEX_ROOTS_H

#include "index/presence.h"
#include "index/rules.h"
#include "index/edit.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Record a directory that is walked, as it is now. `dir` is absolute and real.
 * The rules replace older ones, and what was removed beneath it may be shared
 * again. Functions here return 0, or an exit code after a log line, unless they
 * return a store_result.
 */
int roots_put(struct edit *e, const char *dir, const struct rules *rules);

/* Stop sharing all that is beneath dir, and delete the roots there. */
int roots_remove(struct edit *e, const char *dir);

struct root {
	char path[PATH_MAX];
	bool has_inode;
	uint64_t inode;
	bool walk;  /* added with add -r */
	bool every; /* with hidden and unfinished files */
};

/* The root at a path. */
enum store_result roots_find(
    struct edit *e, const char *path, struct root *out);

/* The first root beneath dir that is behind root->path; "" is before all. */
enum store_result roots_next(
    struct edit *e, const char *dir, struct root *root);

int roots_put_inode(struct edit *e, const char *path, uint64_t inode);

/*
 * Read the rules of a root. Free them with roots_free_rules, also on failure.
 */
int roots_rules(struct edit *e, const struct root *root, struct rules *out);
void roots_free_rules(struct rules *rules);

/*
 * May the files of the roots at and beneath dir be announced, and those that
 * are added there later?
 */
int roots_set_announce(struct edit *e, const char *dir, bool announce);

int roots_put_mount_point(struct edit *e, const char *path);

/* Was this path removed by hand? */
enum store_result roots_is_removed(struct edit *e, const char *path);

#endif
