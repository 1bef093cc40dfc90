/*
 * ed2k-share priority: how soon peers that wait for a file get a slot.
 * SPDX-License-Identifier: ISC
 */
#include "base/util.h"
#include "cmd/cmd.h"
#include "index/edit_content.h"
#include "index/target.h"

#include <sysexits.h>

static const char *const priorities[] = {
    [STORE_PRIORITY_LOW] = "low",
    [STORE_PRIORITY_NORMAL] = "normal",
    [STORE_PRIORITY_HIGH] = "high",
};

/* For cmd_change_each; ctx: which of the priorities. */
static int
set_priority(void *ctx, struct edit *edit, const char *argument)
{
	const int *priority = ctx;
	struct target target;
	int fault = target_find(&target, &edit->store, argument);

	return fault ? fault
		     : edit_set_priority(edit, target.copy.hash,
			   (enum store_priority) * priority);
}

int
cmd_priority(const struct cmd *cmd, int argc, char *argv[])
{
	int priority;
	int first = cmd_parse(NULL, 0, argc, argv, 2, INT_MAX,
	    "priority takes hashes, links or paths, and then low, normal or "
	    "high");

	if (first < 0)
		return EX_USAGE;
	priority = cmd_choose(argv[argc - 1], priorities, ARRAY_LEN(priorities),
	    "is no priority; say low, normal or high");
	if (priority < 0)
		return EX_USAGE;
	return cmd_change_each(
	    cmd, argc - 1 - first, argv + first, set_priority, &priority);
}
