/*
 * What a walk leaves out: hidden files, files that a program has not finished,
 * and what the operator excluded. Pure.
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
 * Is this left out? `path` is relative to the root; a pattern is one of
 * fnmatch(3), held against path and name, in which '*' stands for slashes and
 * leading dots too. What is left out of a directory is so with all beneath it.
 */
bool rules_leave_out(const struct rules *rules, const char *path, bool is_dir);

#endif
