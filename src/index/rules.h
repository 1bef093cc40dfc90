/*
 * What is left out when a directory is walked: hidden files, files that a
 * program has not completed, and what the operator excluded. Pure.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_RULES_H
#define INDEX_RULES_H

#include "base/args.h"

#include <stdbool.h>

struct rules {
	bool every; /* hidden and unfinished files too */
	struct args_list exclude;
};

/*
 * Is this file or directory left out? `path` is relative to the root. Patterns
 * are those of fnmatch(3), and are compared with the path and with the name; a
 * '*' also matches slashes and leading dots. Nothing beneath a directory that
 * is left out is shared.
 */
bool rules_leave_out(const struct rules *rules, const char *path, bool is_dir);

#endif
