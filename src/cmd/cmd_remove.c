/*
 * ed2k-share remove: stop sharing. The files themselves are left alone.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/target.h"
#include "share/store_edit.h"

#include <sysexits.h>

static int
remove_target(struct store_edit *edit, const char *argument)
{
	struct target target;
	int fault = target_find(&target, &edit->store, argument);

	if (fault)
		return fault;
	return target.is_hash ? store_edit_remove_hash(edit, target.copy.hash)
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
