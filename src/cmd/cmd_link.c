/*
 * ed2k-share link: print eD2k links of what is shared.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "cmd/target.h"
#include "proto/ed2klink.h"
#include "share/store.h"

#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>

struct linking {
	struct store *store;
	const char *source; /* "HOST:PORT" or NULL */
	bool full, failed;
};

/* The link that was asked for. */
static bool
print_one(void *ctx, const struct store_copy *copy)
{
	struct linking *l = ctx;

	if (!l->full)
		print_link(copy, l->source);
	else if (!print_full_link(l->store, copy, l->source))
		l->failed = true;
	return true;
}

/* For store_each: go on until stdout or the database fails. */
static bool
visit(void *ctx, const struct store_copy *copy)
{
	const struct linking *l = ctx;

	print_one(ctx, copy);
	return !ferror(stdout) && !l->failed;
}

int
cmd_link(const struct cmd *cmd, int argc, char *argv[])
{
	struct store store;
	struct linking l = {.store = &store};
	const struct args_option options[] = {
	    {"full", 0, ARGS_FLAG, NULL, 0, 0, &l.full, NULL, ""},
	    {"source", 0, ARGS_TEXT, NULL, 0, 0, &l.source, "HOST:PORT", ""},
	};
	int first, fault;

	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first))
		return EX_USAGE;
	if (l.source && !ed2klink_is_source(l.source)) {
		log_error("--source: %s is not HOST:PORT with an IPv4 address "
			  "or a name and a port; links have no room for IPv6",
		    log_quote_str(l.source));
		return EX_USAGE;
	}
	fault = store_open(&store, cmd->db);
	if (fault)
		return fault;
	if (first == argc && store_each(&store, visit, &l) == STORE_FAILED)
		fault = store.db.fault;
	for (int i = first; i < argc; i++) {
		struct target target;
		int res = target_find(&target, &store, argv[i]);

		if (res == 0)
			visit(&l, &target.copy);
		fault = fault ? fault : res;
	}
	if (l.failed && !fault)
		fault = EX_IOERR;
	if (l.full && !fault)
		print_aich_notice(&store);
	store_close(&store);
	return print_end(fault);
}
