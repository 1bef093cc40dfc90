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
#include "cmd/terminal.h"
#include "store/copy.h"
#include "index/presence.h"
#include "index/sent.h"
#include "store/store.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* A narrower terminal has no column for the hash. */
#define WIDTH_WITH_HASH 110

/* What a path gets at least, even if lines become longer than the terminal. */
#define PATH_COLUMNS_MIN 10

struct listing {
	bool json, terminal;
	unsigned width;      /* of the terminal */
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

/* For people: in columns that fit the terminal. */
static void
print_row(unsigned width, const char *hash, const char *size, const char *state,
    const char *sent, const char *path)
{
	char fitted[TERMINAL_PATH_MAX];
	int used = 0;

	if (width >= WIDTH_WITH_HASH)
		used = printf("%-32s ", hash);
	used += printf("%8s %-10s %8s ", size, state, sent);
	if (used < 0)
		return;
	width = width > (unsigned)used + PATH_COLUMNS_MIN
	    ? width - (unsigned)used
	    : PATH_COLUMNS_MIN;
	puts(terminal_fit_path(fitted, path, width));
}

/* In a pipe: between tabs; nothing is shortened, and what is new comes last. */
static void
print_fields(const struct store_copy *copy, const char *hash, const char *state,
    const uint64_t *sent)
{
	char path[4 * PATH_MAX];

	text_escape(path, sizeof path, copy->path, strlen(copy->path), "");
	printf("%s\t%" PRIu64 "\t%s\t%s\t", hash, copy->size, state, path);
	if (sent)
		printf("%" PRIu64 "\n", *sent);
	else
		puts("-");
}

static bool
visit(void *ctx, const struct store_copy *copy)
{
	struct listing *l = ctx;
	char hash[2 * HASH_SIZE + 1], size[TEXT_SIZE_MAX], sent[TEXT_SIZE_MAX];
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
	hex_encode(hash, copy->hash, HASH_SIZE);
	if (!l->terminal) {
		print_fields(
		    copy, hash, copy_state_name(state), known ? &bytes : NULL);
		return !ferror(stdout);
	}
	text_size(size, copy->size);
	snprintf(sent, sizeof sent, "-");
	if (known)
		text_size(sent, bytes);
	print_row(
	    l->width, hash, size, copy_state_name(state), sent, copy->path);
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
	struct listing l = {.terminal = isatty(STDOUT_FILENO),
	    .width = terminal_columns(STDOUT_FILENO)};
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
		print_row(l.width, "HASH", "SIZE", "STATE", "SENT", "PATH");
	if (!fault && store_each(store, visit, &l) == STORE_FAILED)
		fault = store->db.fault;
	if (!fault)
		print_aich_notice(store);
	sent_close(&l.sent);
	store_close(store);
	return print_end(fault);
}
