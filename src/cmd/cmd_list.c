/*
 * ed2k-share list: what is shared, and in what state it is.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "share/copy.h"
#include "share/store.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct listing {
	bool json, terminal;
	const char *pattern; /* or NULL */
};

/* A pattern is a shell's, and is held against the name and the whole path. */
static bool
matches(const char *pattern, const struct store_copy *copy)
{
	return !pattern ||
	    fnmatch(pattern, store_name_of(copy->path), 0) == 0 ||
	    fnmatch(pattern, copy->path, 0) == 0;
}

/* In a pipe: hash, size, state, path, between tabs; nothing is shortened. */
static bool
visit(void *ctx, const struct store_copy *copy)
{
	const struct listing *l = ctx;
	char hash[2 * HASH_SIZE + 1], path[4 * PATH_MAX];
	enum copy_state state;
	int fd;

	if (!matches(l->pattern, copy))
		return true;
	state = copy_open(copy, &fd);
	if (fd >= 0)
		close(fd);
	if (l->json) {
		print_json(copy, state);
		return !ferror(stdout);
	}
	hex_encode(hash, copy->hash, HASH_SIZE);
	text_escape(path, sizeof path, copy->path, strlen(copy->path), "");
	printf(l->terminal ? "%s %15" PRIu64 " %-10s %s\n"
			   : "%s\t%" PRIu64 "\t%s\t%s\n",
	    hash, copy->size, copy_state_name(state), path);
	return !ferror(stdout);
}

int
cmd_list(const struct cmd *cmd, int argc, char *argv[])
{
	struct listing l = {.terminal = isatty(STDOUT_FILENO)};
	const struct args_option options[] = {
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &l.json, NULL, ""},
	};
	struct store store;
	int first, fault;

	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first))
		return EX_USAGE;
	if (argc - first > 1) {
		log_error("list takes one pattern; quote it so that the shell "
			  "leaves it alone");
		return EX_USAGE;
	}
	l.pattern = argv[first]; /* NULL behind the last argument */
	fault = store_open(&store, cmd->db);
	if (!fault && l.terminal && !l.json)
		printf(
		    "%-32s %15s %-10s %s\n", "HASH", "SIZE", "STATE", "PATH");
	if (!fault && store_each(&store, visit, &l) == STORE_FAILED)
		fault = store.db.fault;
	if (!fault)
		print_aich_notice(&store);
	store_close(&store);
	return print_end(fault);
}
