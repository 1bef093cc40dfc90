/*
 * ed2k-share list: what is shared, in what state it is, and how much
 * of it was sent.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "share/copy.h"
#include "share/presence.h"
#include "share/sent.h"
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
	const char *state;   /* or NULL: all */
	struct store store;
	struct sent sent;
};

/* A pattern is a shell's, and is held against the name and the whole path. */
static bool
matches(const char *pattern, const struct store_copy *copy)
{
	return !pattern ||
	    fnmatch(pattern, store_name_of(copy->path), 0) == 0 ||
	    fnmatch(pattern, copy->path, 0) == 0;
}

/* For people: in columns. */
static void
print_row(const char *hash, uint64_t size, const char *state, const char *path,
    const char *sent)
{
	printf(
	    "%s %15" PRIu64 " %-10s %15s %s\n", hash, size, state, sent, path);
}

/* In a pipe: between tabs; nothing is shortened, and what is new comes last. */
static void
print_fields(const char *hash, uint64_t size, const char *state,
    const char *path, const char *sent)
{
	printf("%s\t%" PRIu64 "\t%s\t%s\t%s\n", hash, size, state, path, sent);
}

static bool
visit(void *ctx, const struct store_copy *copy)
{
	struct listing *l = ctx;
	char hash[2 * HASH_SIZE + 1], path[4 * PATH_MAX], sent[24] = "-";
	enum copy_state state;
	uint64_t bytes;
	bool known;
	int fd;

	if (!matches(l->pattern, copy))
		return true;
	state = copy_open(copy, &fd);
	if (fd >= 0)
		close(fd);
	if (state == COPY_MISSING && presence_is_offline(&l->store, copy))
		state = COPY_OFFLINE;
	if (l->state && strcmp(l->state, copy_state_name(state)) != 0)
		return true;
	known = sent_of(&l->sent, copy->hash, &bytes);
	if (l->json) {
		print_json(copy, state, known ? &bytes : NULL);
		return !ferror(stdout);
	}
	if (known)
		snprintf(sent, sizeof sent, "%" PRIu64, bytes);
	hex_encode(hash, copy->hash, HASH_SIZE);
	text_escape(path, sizeof path, copy->path, strlen(copy->path), "");
	(l->terminal ? print_row : print_fields)(
	    hash, copy->size, copy_state_name(state), path, sent);
	return !ferror(stdout);
}

/* Is this the name of a state? */
static bool
is_state(const char *name)
{
	for (int i = 0; i < COPY_N_STATES; i++)
		if (strcmp(name, copy_state_name((enum copy_state)i)) == 0)
			return true;
	log_error("there is no state %s; see \"ed2k-share list --help\"",
	    log_quote_str(name));
	return false;
}

int
cmd_list(const struct cmd *cmd, int argc, char *argv[])
{
	struct listing l = {.terminal = isatty(STDOUT_FILENO)};
	const struct args_option options[] = {
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &l.json, NULL, ""},
	    {"state", 0, ARGS_TEXT, NULL, 0, 0, &l.state, NULL, ""},
	};
	struct store *store = &l.store;
	int first, fault;

	if (!args_parse(options, ARRAY_LEN(options), argc, argv, &first) ||
	    (l.state && !is_state(l.state)))
		return EX_USAGE;
	if (argc - first > 1) {
		log_error("list takes one pattern; quote it so that the shell "
			  "leaves it alone");
		return EX_USAGE;
	}
	l.pattern = argv[first]; /* NULL behind the last argument */
	fault = store_open(store, cmd->db);
	if (!fault)
		sent_open(&l.sent, cmd->state);
	if (!fault && l.terminal && !l.json)
		printf("%-32s %15s %-10s %15s %s\n", "HASH", "SIZE", "STATE",
		    "SENT", "PATH");
	if (!fault && store_each(store, visit, &l) == STORE_FAILED)
		fault = store->db.fault;
	if (!fault)
		print_aich_notice(store);
	sent_close(&l.sent);
	store_close(store);
	return print_end(fault);
}
