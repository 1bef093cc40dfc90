/*
 * Walking a directory for files to share: regular files only, no symbolic link
 * is followed, sorted by name so that two runs agree. Of all that is walked,
 * only the names in the directories on the way are in memory.
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
	const char *root; /* the directory itself or one above; absolute */
	/* NULL, or: shall a directory beneath be walked? */
	bool (*enter)(void *ctx, const char *dir, const struct presence *is);
	/* every regular file; false ends the walk */
	bool (*visit)(void *ctx, const char *path);
	void *ctx;
	uint64_t n_links_out; /* links that lead out of root, met so far */
};

/*
 * Walk dir, which is absolute and real, so that the paths are too. What cannot
 * be read is logged and stepped over; false when there was such a thing.
 */
bool scan_tree(struct scan *scan, const char *dir);

#endif
