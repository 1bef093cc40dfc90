/*
 * ed2k-share list: what is shared, in what state it is, and how much of it was
 * sent.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/fields.h"
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

static const struct column columns[] = {
    {"hash", "HASH", -32, COLUMN_PLAIN},
    {"size", "SIZE", 8, COLUMN_SIZE},
    {"state", "STATE", -10, COLUMN_PLAIN},
    {"sent", "SENT", 8, COLUMN_SIZE},
    {"path", "PATH", 0, COLUMN_PATH},
};

struct listing {
	struct fields fields;
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

/* Fields that are newer than others come last between tabs. */
static void
print_copy(struct fields *f, const struct store_copy *copy, const char *state,
    const uint64_t *sent, bool announced)
{
	bool tabs = f->form == FIELDS_TABS;
	char root[BASE32_LEN(AICH_SIZE) + 1];

	base32_encode(root, copy->aich_root, AICH_SIZE);
	fields_begin(f);
	fields_hash(f, "hash", copy->hash);
	fields_number(f, "size", copy->size);
	if (!tabs)
		fields_word(f, "aich", copy->has_aich ? root : NULL);
	fields_word(f, "state", state);
	if (tabs)
		fields_text(f, "path", copy->path);
	if (sent)
		fields_number(f, "sent", *sent);
	else
		fields_word(f, "sent", NULL);
	if (!tabs) {
		fields_text(f, "name", store_name_of(copy->path));
		fields_text(f, "path", copy->path);
		fields_word(f, "announce", announced ? "yes" : "no");
	}
	fields_end(f);
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
	print_copy(&l->fields, copy, name, is_known ? &bytes : NULL,
	    store_is_announced(&l->store, copy->hash) == STORE_FOUND);
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
	struct listing l = {
	    .fields = {.columns = columns, .n_columns = ARRAY_LEN(columns)}};
	bool json = false;
	const struct args_option options[] = {
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &json, NULL, ""},
	    {"state", 0, ARGS_TEXT, NULL, 0, 0, &l.state, NULL, ""},
	};
	struct store *store = &l.store;
	int first, fault;

	first = cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, 1,
	    "list takes one pattern; quote it so that the shell leaves it "
	    "alone");
	if (first < 0 || (l.state && !is_state(l.state)))
		return EX_USAGE;
	l.fields.form = fields_choose(json);
	if (terminal_columns(STDOUT_FILENO) < WIDTH_WITH_HASH) {
		l.fields.columns++;
		l.fields.n_columns--;
	}
	l.pattern = argv[first]; /* NULL behind the last argument */
	fault = store_open(store, cmd->db);
	if (fault)
		return fault;
	sent_open(&l.sent, cmd->state);
	fields_heading(&l.fields);
	if (store_each(store, visit, &l) == STORE_FAILED)
		fault = store->db.fault;
	else
		cmd_log_missing_aich(store);
	sent_close(&l.sent);
	store_close(store);
	return cmd_end(fault);
}
