/*
 * Bringing what is shared up to date with the disk: what is new, changed,
 * moved, deleted or offline since the last time. See ed2k-share(1), "refresh".
 *
 * 1. Every shared file is looked at. Those that are not as recorded go astray:
 *    into a temporary table (index/astray.h).
 * 2. Of these, what is only offline is left alone, and so is what cannot be
 *    looked at.
 * 3. The roots are walked. A new file may be one that went astray: it has
 *    moved.
 * 4. What is still astray has been changed or deleted.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_REFRESH_H
#define INDEX_REFRESH_H

#include "index/off_limits.h"
#include "index/pipeline.h"

enum refresh_change {
	REFRESH_NEW,
	REFRESH_MOVED,
	REFRESH_CHANGED,
	REFRESH_TOUCHED, /* other times, same bytes */
	REFRESH_REMOVED,
	REFRESH_OFFLINE, /* a directory; its files stay shared */
	REFRESH_N_CHANGES
};

struct refresh {
	/* the caller sets these, and of the pipeline edit and show: */
	struct pipeline pipeline;
	const char *state; /* state directory; NULL: the default one */
	/*
	 * Hash nothing and change nothing, only tell. The database may be open
	 * for reading only.
	 */
	bool dry_run;
	/* A change that was made. from: where a file was; else NULL. */
	bool (*tell)(void *ctx, enum refresh_change change, const char *path,
	    const char *from);
	void *ctx;
	/* its own: */
	struct off_limits off_limits;
	bool has_any; /* something is shared, or walked, in `dirs` */
	/* the root that was last looked for, and was it there? */
	char root[PATH_MAX];
	bool is_root_there;
	char mounted[PATH_MAX]; /* mount point last found to be the same disk */
};

/*
 * Refresh what is shared beneath n directories, which are absolute and real, or
 * everything when n is 0. 0, or the first exit code after log lines.
 */
int refresh_dirs(struct refresh *r, char *const dirs[], size_t n);

/* The rest is for the files refresh_*.c: the steps, and what they share. */

/* Step 1: find the copies beneath dir that are not as recorded. */
void refresh_find_astray(struct refresh *r, const char *dir);

/* Step 2: leave alone what is offline, and what cannot be looked at. */
void refresh_leave_offline(struct refresh *r);

/* Step 3: walk the roots at, above and beneath dir for new files. */
void refresh_walk(struct refresh *r, const char *dir);

/* Step 4: share what has changed, and drop what was deleted. */
void refresh_end_astray(struct refresh *r);

/*
 * Share the file at path, which is new, or another one than `before`. A new one
 * may be an old one that was renamed.
 */
void refresh_put_file(
    struct refresh *r, const char *path, const struct store_copy *before);

/* For the pipeline. */
int refresh_keep_file(void *ctx, struct pipeline_file *f);
bool refresh_tell_file(void *ctx, struct pipeline_file *f);

/*
 * Is this root the directory that it was? It is if a shared file is found in it
 * as recorded; then its new inode is noted.
 */
bool refresh_is_root_there(
    struct refresh *r, const char *path, bool has_inode, uint64_t inode);

void refresh_tell(struct refresh *r, enum refresh_change change,
    const char *path, const char *from);

/* Tell that files beneath dir are offline, once. */
void refresh_tell_offline(struct refresh *r, const char *dir);

#endif
