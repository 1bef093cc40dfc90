/*
 * HASH|PATH arguments: which shared file do they name? An eD2k link counts as
 * its hash.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_TARGET_H
#define INDEX_TARGET_H

#include "store/store.h"

#include <stdbool.h>
#include <limits.h>

struct target {
	bool is_hash;           /* all copies of a content, or one path */
	struct store_copy copy; /* the first of them; root is not set */
	char path[PATH_MAX];    /* copy.path */
};

/*
 * Find what one argument names: 32 hex digits, a link, else a path. A path is
 * first taken as it is, links in its directories resolved; a file that is gone
 * or was replaced by a link is found so too. 0, or an exit code after a log
 * line: EX_NOINPUT when nothing shared has this name.
 */
int target_find(struct target *out, struct store *store, const char *argument);

#endif
