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

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

struct linking {
	const char *source; /* "HOST:PORT", maybe with a hint, or NULL */
};

/* For store_find: the first copy is enough. */
static bool
take_first(void *ctx, const struct store_copy *copy)
{
	const struct linking *l = ctx;

	print_link(copy, l->source);
	return true;
}

/* For store_each: go on until stdout fails. */
static bool
visit(void *ctx, const struct store_copy *copy)
{
	take_first(ctx, copy);
	return !ferror(stdout);
}

static int
link_target(struct store *store, const char *argument, struct linking *l)
{
	struct store_copy copy;
	struct target target;
	enum store_result res;
	int fault = target_parse(&target, argument);

	if (fault)
		return fault;
	if (target.is_hash) {
		res = store_find(store, target.hash, take_first, l);
	} else {
		res = store_find_path(store, target.path, &copy);
		copy.path = target.path;
		if (res == STORE_FOUND)
			take_first(l, &copy);
	}
	if (res == STORE_FOUND)
		return 0;
	return res == STORE_UNKNOWN ? target_unknown(argument) : EX_IOERR;
}

/* All of these, or all that is shared when there are none. */
static int
link_targets(struct store *store, int n, char *targets[], struct linking *l)
{
	int fault = 0;

	if (n == 0 && store_each(store, visit, l) == STORE_FAILED)
		fault = EX_IOERR;
	for (int i = 0; i < n; i++) {
		int res = link_target(store, targets[i], l);

		fault = fault ? fault : res;
	}
	return fault;
}

/* Add the hint for --crypt to a source. 0, or an exit code after a log line. */
static int
put_hint(struct store *store,
    char out[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1], const char *source)
{
	uint8_t user_hash[HASH_SIZE];

	if (store_user_hash(store, user_hash) != STORE_FOUND) {
		log_error("the share database has no user hash; restore it "
			  "from a backup");
		return EX_CONFIG;
	}
	ed2klink_put_hint(out, source, user_hash);
	return 0;
}

int
cmd_link(const struct cmd *cmd, int argc, char *argv[])
{
	struct linking l = {0};
	char hinted[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1];
	bool crypt = false;
	const struct args_option options[] = {
	    {"source", 0, ARGS_TEXT, NULL, 0, 0, &l.source, "HOST:PORT", ""},
	    {"crypt", 0, ARGS_FLAG, NULL, 0, 0, &crypt, NULL, ""},
	};
	struct store store;
	int first, fault;

	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first))
		return EX_USAGE;
	if (l.source && !ed2klink_is_source(l.source)) {
		log_error("--source: %s is not HOST:PORT with an IPv4 address "
			  "or a name and a port; links have no room for IPv6",
		    log_quote_str(l.source));
		return EX_USAGE;
	}
	if (crypt && !l.source) {
		log_error("--crypt is a hint about a source; add --source "
			  "HOST:PORT");
		return EX_USAGE;
	}
	fault = store_open(&store, cmd->db);
	if (!fault && crypt) {
		fault = put_hint(&store, hinted, l.source);
		l.source = hinted;
	}
	if (!fault)
		fault = link_targets(&store, argc - first, argv + first, &l);
	store_close(&store);
	return print_end(fault);
}
