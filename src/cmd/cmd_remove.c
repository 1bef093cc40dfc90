/*
 * ed2k-share remove: stop sharing. The files themselves are left alone.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "index/edit_copy.h"
#include "index/roots.h"
#include "index/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* For cmd_change_each: a hash, a link or a path. */
static int
remove_target(void *ctx, struct edit *edit, const char *argument)
{
	struct target target;
	int fault = target_find(&target, &edit->store, argument);

	(void)ctx;
	if (fault)
		return fault;
	return target.is_hash ? edit_remove_hash(edit, target.copy.hash)
			      : edit_remove_path(edit, target.path);
}

/* For cmd_change_each: all beneath a directory, which may be gone. */
static int
remove_tree(void *ctx, struct edit *edit, const char *argument)
{
	struct store_row row = {0};
	struct root root = {0};
	enum store_result res;
	char dir[PATH_MAX];

	(void)ctx;
	if (!realpath(argument, dir)) {
		if (argument[0] != '/' || strlen(argument) >= sizeof dir) {
			log_error("cannot find %s: %s", log_quote_str(argument),
			    strerror(errno));
			return EX_NOINPUT;
		}
		snprintf(dir, sizeof dir, "%s", argument);
	}
	res = roots_find(edit, dir, &root);
	if (res == STORE_UNKNOWN)
		res = store_next(&edit->store, dir, &row);
	if (res == STORE_FOUND)
		return roots_remove(edit, dir);
	if (res == STORE_UNKNOWN)
		log_error("nothing in %s is shared", log_quote_str(argument));
	return res == STORE_UNKNOWN ? EX_NOINPUT : edit->store.db.fault;
}

int
cmd_remove(const struct cmd *cmd, int argc, char *argv[])
{
	bool recursive = false;
	const struct args_option options[] = {
	    {"recursive", 'r', ARGS_FLAG, NULL, 0, 0, &recursive, NULL, ""},
	};
	int first = cmd_parse(options, ARRAY_LEN(options), argc, argv, 1,
	    INT_MAX, "remove what? Name a hash, a link or a path");

	if (first < 0)
		return EX_USAGE;
	return cmd_change_each(cmd, argc - first, argv + first,
	    recursive ? remove_tree : remove_target, NULL);
}
