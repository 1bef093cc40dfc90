/*
 * ed2k-share remove: stop sharing. The files themselves are left alone.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/target.h"
#include "share/store_edit.h"

#include <string.h>
#include <sysexits.h>

/* For store_find: is there any copy? */
static bool
take_any(void *ctx, const struct store_copy *copy)
{
	(void)ctx;
	(void)copy;
	return true;
}

static int
remove_target(struct store_edit *edit, const char *argument)
{
	struct store_copy copy;
	struct target target;
	enum store_result res;
	int fault = target_parse(&target, argument);

	if (fault)
		return fault;
	if (target.is_hash)
		res = store_find(&edit->store, target.hash, take_any, NULL);
	else
		res = store_find_path(&edit->store, target.path, &copy);
	if (res != STORE_FOUND)
		return res == STORE_UNKNOWN ? target_unknown(argument)
					    : EX_IOERR;
	return target.is_hash ? store_edit_remove_hash(edit, target.hash)
			      : store_edit_remove_path(edit, target.path);
}

int
cmd_remove(const struct cmd *cmd, int argc, char *argv[])
{
	struct store_edit edit;
	int first, fault;

	if (!args_parse(NULL, 0, argc, argv, &first))
		return EX_USAGE;
	if (first == argc) {
		log_error("remove what? Name a hash, a link or a path");
		return EX_USAGE;
	}
	fault = store_edit_open(&edit, cmd->db);
	if (fault)
		return fault;
	for (int i = first; i < argc; i++) {
		int res = remove_target(&edit, argv[i]);

		fault = fault ? fault : res;
	}
	store_edit_close(&edit);
	return fault;
}
