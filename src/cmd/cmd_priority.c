/*
 * ed2k-share priority: how soon those get a slot who wait for a file.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "index/target.h"
#include "index/edit_content.h"

#include <sysexits.h>

static const char *const priorities[] = {
    [STORE_PRIORITY_LOW] = "low",
    [STORE_PRIORITY_NORMAL] = "normal",
    [STORE_PRIORITY_HIGH] = "high",
};

int
cmd_priority(const struct cmd *cmd, int argc, char *argv[])
{
	struct edit edit;
	int first, priority, fault;

	first = cmd_parse(NULL, 0, argc, argv, 2, INT_MAX,
	    "priority takes hashes, links or paths, and then low, normal or "
	    "high");
	if (first < 0)
		return EX_USAGE;
	priority = cmd_choose(argv[argc - 1], priorities, ARRAY_LEN(priorities),
	    "is no priority; say low, normal or high");
	if (priority < 0)
		return EX_USAGE;
	fault = edit_open(&edit, cmd->db);
	if (fault)
		return fault;
	for (int i = first; i < argc - 1; i++) {
		struct target target;
		int res = target_find(&target, &edit.store, argv[i]);

		if (!res)
			res = edit_set_priority(&edit, target.copy.hash,
			    (enum store_priority)priority);
		fault = fault ? fault : res;
	}
	edit_close(&edit);
	return fault;
}
