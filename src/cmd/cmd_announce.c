/*
 * ed2k-share announce: which files ed2k-announce may tell others about.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "index/edit_copy.h"
#include "index/roots.h"
#include "index/target.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

enum answer {
	ANSWER_NO,
	ANSWER_YES,
};

static const char *const answers[] = {
    [ANSWER_NO] = "no",
    [ANSWER_YES] = "yes",
};

static int
set_directory(struct edit *edit, const char *dir, bool announce)
{
	struct root root = {0};
	enum store_result res = roots_find(edit, dir, &root);

	if (res == STORE_UNKNOWN)
		res = roots_next(edit, dir, &root);
	if (res == STORE_FOUND)
		return roots_set_announce(edit, dir, announce);
	if (res == STORE_UNKNOWN)
		log_error("%s is not shared as a whole; name the directory "
			  "that was, or files",
		    log_quote_str(dir));
	return res == STORE_UNKNOWN ? EX_NOINPUT : edit->store.db.fault;
}

static int
set_file(struct edit *edit, const struct target *target, bool announce)
{
	const uint8_t *hash = target->copy.hash;
	int fault = target->is_hash
	    ? edit_set_announce_hash(edit, hash, announce)
	    : edit_set_announce_path(edit, target->path, announce);

	if (!fault && announce &&
	    store_is_announced(&edit->store, hash) == STORE_UNKNOWN)
		log_notice("%s is still not announced: the directory that it "
			   "is shared with, or another copy of it, is not",
		    log_quote_str(target->path));
	return fault;
}

/* For cmd_change_each; ctx: the enum answer. */
static int
set_announce(void *ctx, struct edit *edit, const char *argument)
{
	bool announce = *(const int *)ctx == ANSWER_YES;
	struct target target;
	char dir[PATH_MAX];
	struct stat st;
	int fault;

	if (realpath(argument, dir) && stat(dir, &st) == 0 &&
	    S_ISDIR(st.st_mode))
		return set_directory(edit, dir, announce);
	fault = target_find(&target, &edit->store, argument);
	return fault ? fault : set_file(edit, &target, announce);
}

int
cmd_announce(const struct cmd *cmd, int argc, char *argv[])
{
	int answer;
	int first = cmd_parse(NULL, 0, argc, argv, 2, INT_MAX,
	    "announce takes hashes, links or paths, and then yes or no");

	if (first < 0)
		return EX_USAGE;
	answer = cmd_choose(argv[argc - 1], answers, ARRAY_LEN(answers),
	    "is neither yes nor no");
	if (answer < 0)
		return EX_USAGE;
	return cmd_change_each(
	    cmd, argc - 1 - first, argv + first, set_announce, &answer);
}
