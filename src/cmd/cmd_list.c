/*
 * ed2k-share list: what is shared, in what state it is, and how much of it was
 * sent.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/fields.h"
#include "cmd/print.h"
#include "cmd/terminal.h"
#include "index/presence.h"
#include "index/sent.h"
#include "proto/base32.h"
#include "store/copy.h"
#include "store/store.h"

#include <fnmatch.h>
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

/* A pattern is one of the shell; it may match the name or the whole path. */
static bool
matches(const char *pattern, const struct store_copy *copy)
{
	return !pattern ||
	    fnmatch(pattern, store_name_of(copy->path), 0) == 0 ||
	    fnmatch(pattern, copy->path, 0) == 0;
}

/* For people: columns that fit the terminal. */
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

static void
print_copy(const struct listing *l, const struct store_copy *copy,
    const char *state, const uint64_t *sent)
{
	char hash[2 * HASH_SIZE + 1];
	char size[TEXT_SIZE_MAX], sent_size[TEXT_SIZE_MAX] = "-";

	hex_encode(hash, copy->hash, HASH_SIZE);
	text_size(size, copy->size);
	if (sent)
		text_size(sent_size, *sent);
	print_row(l->width, hash, size, state, sent_size, copy->path);
}

/* For programs. Fields that are newer than others come last between tabs. */
static void
put_fields(const struct listing *l, const struct store_copy *copy,
    const char *state, const uint64_t *sent)
{
	char root[BASE32_LEN(AICH_SIZE) + 1];
	struct fields f;

	base32_encode(root, copy->aich_root, AICH_SIZE);
	fields_begin(&f, l->json);
	fields_hash(&f, "hash", copy->hash);
	fields_number(&f, "size", copy->size);
	if (l->json)
		fields_word(&f, "aich", copy->has_aich ? root : NULL);
	fields_word(&f, "state", state);
	if (!l->json)
		fields_text(&f, "path", copy->path);
	if (sent)
		fields_number(&f, "sent", *sent);
	else
		fields_word(&f, "sent", NULL);
	if (l->json) {
		fields_text(&f, "name", store_name_of(copy->path));
		fields_text(&f, "path", copy->path);
	}
	fields_end(&f);
}

/* For store_each. */
static bool
visit(void *ctx, const struct store_copy *copy)
{
	struct listing *l = ctx;
	enum copy_state state;
	const char *name;
	uint64_t bytes;
	bool is_known;

	if (!matches(l->pattern, copy))
		return true;
	state = presence_state(&l->store, copy);
	name = copy_state_name(state);
	if (l->state && strcmp(l->state, name) != 0)
		return true;
	is_known = sent_of(&l->sent, copy->hash, &bytes);
	(l->terminal ? print_copy : put_fields)(
	    l, copy, name, is_known ? &bytes : NULL);
	return !ferror(stdout);
}

/* Is this the name of a state? False after a log line. */
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
	struct listing l = {.width = terminal_columns(STDOUT_FILENO)};
	const struct args_option options[] = {
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &l.json, NULL, ""},
	    {"state", 0, ARGS_TEXT, NULL, 0, 0, &l.state, NULL, ""},
	};
	struct store *store = &l.store;
	int first, fault;

	first = cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, 1,
	    "list takes one pattern; quote it so that the shell leaves it "
	    "alone");
	if (first < 0 || (l.state && !is_state(l.state)))
		return EX_USAGE;
	l.terminal = !l.json && isatty(STDOUT_FILENO);
	l.pattern = argv[first]; /* NULL behind the last argument */
	fault = store_open(store, cmd->db);
	if (fault)
		return fault;
	sent_open(&l.sent, cmd->state);
	if (l.terminal)
		print_row(l.width, "HASH", "SIZE", "STATE", "SENT", "PATH");
	if (store_each(store, visit, &l) == STORE_FAILED)
		fault = store->db.fault;
	else
		print_aich_notice(store);
	sent_close(&l.sent);
	store_close(store);
	return print_end(fault);
}
