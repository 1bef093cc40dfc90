/*
 * ed2k-share priority: how soon those get a slot who wait for a file.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "index/target.h"
#include "index/edit_content.h"

#include <string.h>
#include <sysexits.h>

static bool
parse_priority(const char *word, enum store_priority *out)
{
	static const char *const names[] = {
	    [STORE_PRIORITY_LOW] = "low",
	    [STORE_PRIORITY_NORMAL] = "normal",
	    [STORE_PRIORITY_HIGH] = "high",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(word, names[i]) == 0) {
			*out = (enum store_priority)i;
			return true;
		}
	}
	log_error(
	    "%s is no priority; say low, normal or high", log_quote_str(word));
	return false;
}

int
cmd_priority(const struct cmd *cmd, int argc, char *argv[])
{
	enum store_priority priority;
	struct edit edit;
	int first, fault;

	first = cmd_parse(NULL, 0, argc, argv, 2, INT_MAX,
	    "priority takes hashes, links or paths, and then low, normal or "
	    "high");
	if (first < 0 || !parse_priority(argv[argc - 1], &priority))
		return EX_USAGE;
	fault = edit_open(&edit, cmd->db);
	if (fault)
		return fault;
	for (int i = first; i < argc - 1; i++) {
		struct target target;
		int res = target_find(&target, &edit.store, argv[i]);

		if (!res)
			res = edit_set_priority(
			    &edit, target.copy.hash, priority);
		fault = fault ? fault : res;
	}
	edit_close(&edit);
	return fault;
}
