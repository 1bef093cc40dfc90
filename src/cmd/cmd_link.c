/*
 * ed2k-share link: print eD2k links of what is shared, one a line, as a page or
 * as a collection.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/outside.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print_html.h"
#include "index/link.h"
#include "index/source.h"
#include "index/target.h"
#include "proto/ed2klink.h"
#include "reach/probe.h"
#include "store/identity.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

struct linking {
	struct store *store;
	const char *source; /* "HOST:PORT", maybe with a hint, or NULL */
	bool full, html, collection, failed;
	struct html_page page;
};

/* For store_each: print the link of a file. */
static bool
visit(void *ctx, const struct store_copy *copy)
{
	struct linking *l = ctx;
	char name[ED2KLINK_NAME_MAX + 1], *link;

	/* reading part hashes may end the strings of copy */
	snprintf(name, sizeof name, "%s", store_name_of(copy->path));
	link = link_make(l->store, copy, l->source, l->full);
	if (!link) {
		l->failed = true;
		return false;
	}
	if (l->html)
		print_html_file(&l->page, name, copy->size, link);
	else
		puts(link);
	free(link);
	return !ferror(stdout);
}

/*
 * All that is shared. In a collection each content stands once, as eMule, which
 * keeps collections by hash, writes it.
 */
static enum store_result
link_all(struct linking *l)
{
	return l->collection ? store_each_file(l->store, visit, l)
			     : store_each(l->store, visit, l);
}

/* Print the links of n targets, or of all files when n is 0. */
static int
link_targets(struct linking *l, int n, char *const targets[])
{
	int fault = 0;

	if (l->html)
		print_html_begin();
	if (n == 0 && link_all(l) == STORE_FAILED)
		fault = l->store->db.fault;
	for (int i = 0; i < n; i++) {
		struct target target;
		int res = target_find(&target, l->store, targets[i]);

		if (res == 0)
			visit(l, &target.copy);
		fault = fault ? fault : res;
	}
	if (!fault && l->failed)
		fault = l->store->db.fault ? l->store->db.fault : EX_OSERR;
	if (l->html && !l->failed)
		print_html_end(&l->page);
	return fault;
}

/*
 * Warn, if so, that the server with this user hash on a port of this host takes
 * no obfuscated connections. A server elsewhere is not asked.
 */
static void
warn_if_plain(uint16_t port, const uint8_t user_hash[HASH_SIZE])
{
	uint8_t loopback[ADDRESS_SIZE];
	struct probe probe;

	address_parse("127.0.0.1", loopback);
	if (probe_run(&probe, loopback, port, NULL, 1) != PROBE_ANSWERED ||
	    memcmp(probe.user_hash, user_hash, HASH_SIZE) != 0 ||
	    probe.obfuscates)
		return;
	log_warning("--crypt: the server on port %u of this host takes no "
		    "obfuscated connections, and aMule does not try a plain "
		    "one after the hint: leave out --crypt here, or "
		    "--no-obfuscation there",
	    port);
}

/* Add the hint for --crypt to a source. 0, or an exit code after a log line. */
static int
put_hint(struct store *store,
    char out[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1], const char *source,
    uint16_t port)
{
	uint8_t user_hash[HASH_SIZE];
	int fault = identity_user_hash(
	    store, identity_default(store, false), user_hash);

	if (fault)
		return fault;
	warn_if_plain(port, user_hash);
	ed2klink_put_hint(out, source, user_hash);
	return 0;
}

int
cmd_link(const struct cmd *cmd, int argc, char *argv[])
{
	struct store store;
	struct linking l = {.store = &store};
	char hinted[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1];
	char source[ED2KLINK_SOURCE_MAX + 1];
	const char *outside = OUTSIDE_PATH;
	uint16_t port = 0;
	bool crypt = false;
	const struct args_option options[] = {
	    {"full", 0, ARGS_FLAG, NULL, 0, 0, &l.full, NULL, ""},
	    {"html", 0, ARGS_FLAG, NULL, 0, 0, &l.html, NULL, ""},
	    {"collection", 0, ARGS_FLAG, NULL, 0, 0, &l.collection, NULL, ""},
	    {"source", 0, ARGS_TEXT, NULL, 0, 0, &l.source, "HOST:PORT", ""},
	    {"outside", 0, ARGS_TEXT, "ED2K_OUTSIDE", 0, 0, &outside, "FILE",
		""},
	    {"crypt", 0, ARGS_FLAG, NULL, 0, 0, &crypt, NULL, ""},
	};
	int first, fault;

	first =
	    cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, INT_MAX, "");
	if (first < 0)
		return EX_USAGE;
	if (l.html && l.collection) {
		log_error("--html and --collection cannot be combined; "
			  "print one after the other");
		return EX_USAGE;
	}
	if (crypt && !l.source) {
		log_error("--crypt adds a hint to a source; give one with "
			  "--source HOST:PORT");
		return EX_USAGE;
	}
	if (l.source) {
		fault = source_resolve(source, l.source, outside);
		if (fault)
			return fault;
		port = source_port(l.source);
		l.source = source;
	}
	fault = store_open(&store, cmd->db);
	if (fault)
		return fault;
	if (crypt) {
		fault = put_hint(&store, hinted, l.source, port);
		l.source = hinted;
	}
	if (!fault)
		fault = link_targets(&l, argc - first, argv + first);
	if (l.full && !fault)
		cmd_log_missing_aich(&store);
	store_close(&store);
	return cmd_end(fault);
}
