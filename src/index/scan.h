/*
 * Walking a directory for files to share: regular files only, sorted by name,
 * so that two runs agree. Symbolic links are not followed. Memory holds only
 * the names in the directories on the way.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_SCAN_H
#define INDEX_SCAN_H

#include "index/presence.h"
#include "index/rules.h"

#include <stdbool.h>
#include <stdint.h>

struct scan {
	const struct rules *rules; /* NULL: nothing is left out */
	const char *root; /* absolute: the directory, or one above it */
	/* shall this directory be walked? NULL: all are */
	bool (*enter)(void *ctx, const char *dir, const struct presence *is);
	/* called for every regular file; false ends the walk */
	bool (*visit)(void *ctx, const char *path);
	void *ctx;
	uint64_t n_links_out; /* links seen so far that lead out of root */
};

/*
 * Walk dir, which is absolute and real; so are the paths then. What cannot be
 * read is logged and skipped. False when something was skipped.
 */
bool scan_tree(struct scan *scan, const char *dir);

#endif
