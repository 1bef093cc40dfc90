/*
 * The parts of `check` that look at what is shared; see check.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/text.h"
#include "cmd/check.h"
#include "cmd/odd_size.h"
#include "index/presence.h"
#include "index/reader.h"

#include <stdio.h>
#include <string.h>

/* More files are not opened: on a slow disk that may take minutes. */
#define FILES_MAX 1000

void
check_log(struct check *c, const char *topic, const char *path)
{
	const char *name = log_quote_str(path);
	uint64_t bytes = db_log_size(path);
	char size[TEXT_SIZE_MAX];

	if (bytes < DB_LOG_LARGE)
		return;
	text_size(size, bytes);
	check_warning(c, topic,
	    "the -wal file of %s has %s, which makes connections slow: some "
	    "program reads the database for long (\"fuser %s\" shows which); "
	    "when it has ended, whatever writes next empties the file: "
	    "\"ed2k-share refresh\" for the share database, an upload for "
	    "activity.db",
	    name, size, name);
}

void
check_database(struct check *c)
{
	const char *name = log_quote_str(c->db);

	c->is_open = store_open(&c->store, c->db) == 0;
	if (!c->is_open)
		check_problem(c, "database",
		    "%s cannot be used; the message on standard error says why "
		    "and what to do",
		    name);
	else if (store_user_hash(&c->store, c->user_hash) != STORE_FOUND)
		check_problem(c, "database",
		    "%s has no user hash; restore it from a backup", name);
	else
		check_ok(c, "database", "%s can be read%s", name,
		    c->store.db.is_snapshot ? "; it is a snapshot" : "");
	check_log(c, "database", c->db);
}

/* What is known of the files so far. */
struct counting {
	struct check *c;
	unsigned n, n_by_state[COPY_N_STATES];
	char first_bad[PATH_MAX]; /* neither ok nor offline */

	bool has_reader; /* it is known who reads for the server: */
	struct reader reader;
	unsigned n_blocked;             /* ok, but it may not read them */
	struct reader_obstacle blocked; /* the first one */

	unsigned n_odd; /* ok, but see odd_size.h */
	char first_odd[PATH_MAX];
};

static void
note_ok(struct counting *t, const struct store_copy *copy)
{
	struct check *c = t->c;
	struct reader_obstacle obstacle;

	if (is_odd_size(copy->size) && t->n_odd++ == 0)
		snprintf(t->first_odd, sizeof t->first_odd, "%s", copy->path);
	if (t->has_reader &&
	    reader_find_obstacle(&t->reader, copy->path, &obstacle)) {
		if (t->n_blocked++ == 0)
			t->blocked = obstacle;
	} else if (!c->has_sample) {
		c->has_sample = true;
		memcpy(c->sample, copy->hash, HASH_SIZE);
		snprintf(
		    c->sample_path, sizeof c->sample_path, "%s", copy->path);
	}
}

/* For store_each: until there are enough. */
static bool
count_copy(void *ctx, const struct store_copy *copy)
{
	struct counting *t = ctx;
	enum copy_state state;

	if (t->n == FILES_MAX)
		return false;
	state = presence_state(&t->c->store, copy);
	t->n++;
	t->n_by_state[state]++;
	if (state == COPY_OK)
		note_ok(t, copy);
	else if (state != COPY_OFFLINE && !t->first_bad[0])
		snprintf(t->first_bad, sizeof t->first_bad, "%s", copy->path);
	return true;
}

/* "3 changed, 1 missing" */
static void
list_states(char *out, size_t cap, const struct counting *t)
{
	size_t used = 0;

	*out = '\0';
	for (int i = 0; i < COPY_N_STATES; i++)
		if (i != COPY_OK && t->n_by_state[i] > 0 && used < cap)
			used += (size_t)snprintf(out + used, cap - used,
			    "%s%u %s", used > 0 ? ", " : "", t->n_by_state[i],
			    copy_state_name((enum copy_state)i));
}

static void
report_states(struct check *c, const struct counting *t)
{
	unsigned good = t->n_by_state[COPY_OK];
	const char *more = t->n == FILES_MAX
	    ? "; only the first 1000 files were looked at, \"ed2k-share "
	      "list\" shows all"
	    : "";
	char states[128];

	list_states(states, sizeof states, t);
	if (t->n == 0)
		check_warning(c, "files",
		    "nothing is shared; \"ed2k-share add PATH\" shares a file");
	else if (good == t->n)
		check_ok(c, "files", "%u %s as shared%s", good,
		    good == 1 ? "file is" : "files are", more);
	else
		check_report(c, good ? CHECK_WARNING : CHECK_PROBLEM, "files",
		    "%u of %u files are not served: %s%s%s; \"ed2k-share "
		    "refresh\" brings the share up to date%s",
		    t->n - good, t->n, states,
		    t->first_bad[0] ? ", such as " : "",
		    t->first_bad[0] ? log_quote_str(t->first_bad) : "", more);
}

static void
report_blocked(struct check *c, const struct counting *t)
{
	const struct reader_obstacle *o = &t->blocked;
	const char *name = log_quote_str(o->path);

	if (t->n_blocked > 0)
		check_problem(c, "files",
		    "the user " READER_OF_SERVER " may not %s %s, so that %u "
		    "of %u files cannot be served; \"chmod %c+%c %s\" mends "
		    "it%s",
		    o->is_search ? "search" : "read", name, t->n_blocked, t->n,
		    o->class, o->is_search ? 'x' : 'r', name,
		    t->n_blocked > 1 ? ", if nothing else is in the way" : "");
}

static void
report_odd_sizes(struct check *c, const struct counting *t)
{
	if (t->n_odd > 0)
		check_warning(c, "files",
		    "%u of %u files, such as %s: " ODD_SIZE_WARNING, t->n_odd,
		    t->n, log_quote_str(t->first_odd));
}

void
check_files(struct check *c)
{
	static struct counting t; /* large */

	if (!c->is_open)
		return; /* reported */
	t.c = c;
	t.has_reader = reader_open(&t.reader, c->db);
	if (store_each(&c->store, count_copy, &t) == STORE_FAILED)
		return; /* logged */
	report_states(c, &t);
	report_blocked(c, &t);
	report_odd_sizes(c, &t);
}
