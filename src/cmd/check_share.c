/*
 * The parts of `check` that look at what is shared, and at what the server needs
 * besides; see check.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "cmd/check.h"
#include "board/scoreboard.h"
#include "store/copy.h"
#include "index/presence.h"
#include "index/reader.h"

#include <errno.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* More files than this are not opened: it may take minutes on a slow disk. */
#define FILES_MAX 1000

void
check_database(struct check *c)
{
	const char *name = log_quote_str(c->db);

	c->is_open = store_open(&c->store, c->db) == 0;
	if (!c->is_open)
		report(&c->report, REPORT_PROBLEM, "database",
		    "%s cannot be used; the message on standard error says why "
		    "and what to do",
		    name);
	else if (store_user_hash(&c->store, c->user_hash) != STORE_FOUND)
		report(&c->report, REPORT_PROBLEM, "database",
		    "%s has no user hash; restore it from a backup", name);
	else
		report(&c->report, REPORT_OK, "database", "%s can be read%s",
		    name, c->store.db.is_snapshot ? "; it is a snapshot" : "");
}

/* What was found so far. */
struct counting {
	struct check *c;
	unsigned n, n_by_state[COPY_N_STATES];
	char first_bad[PATH_MAX]; /* neither ok nor offline */

	bool has_reader; /* the server's user, so that it can be asked: */
	struct reader reader;
	unsigned n_blocked;      /* ok, and it may not read them */
	char obstacle[PATH_MAX]; /* in its way to the first of them */
	bool is_search;          /* a directory that it may not search */
};

/* As unreadable_open: who cannot read the database runs no server. */
static void
open_reader(struct counting *t, const char *db)
{
	char real[PATH_MAX];

	t->has_reader = realpath(db, real) &&
	    reader_open(&t->reader, READER_OF_SERVER) &&
	    reader_blocked(&t->reader, real) == 0;
}

/* May the server's user read this file? */
static bool
may_serve(struct counting *t, const char *path)
{
	size_t len = t->has_reader ? reader_blocked(&t->reader, path) : 0;

	if (len > 0 && t->n_blocked++ == 0) {
		snprintf(
		    t->obstacle, sizeof t->obstacle, "%.*s", (int)len, path);
		t->is_search = path[len] != '\0';
	}
	return len == 0;
}

static void
report_blocked(struct check *c, const struct counting *t)
{
	const char *name = log_quote_str(t->obstacle);

	if (t->n_blocked > 0)
		report(&c->report, REPORT_PROBLEM, "files",
		    "the user " READER_OF_SERVER
		    " may not %s %s, so that %u of %u files "
		    "cannot be served; \"chmod %c+%c %s\" mends it%s",
		    t->is_search ? "search" : "read", name, t->n_blocked, t->n,
		    reader_class(&t->reader, t->obstacle),
		    t->is_search ? 'x' : 'r', name,
		    t->n_blocked > 1 ? ", if nothing else is in the way" : "");
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
	if (state == COPY_OK && may_serve(t, copy->path) && !t->c->has_sample) {
		t->c->has_sample = true;
		memcpy(t->c->sample, copy->hash, HASH_SIZE);
		snprintf(t->c->sample_path, sizeof t->c->sample_path, "%s",
		    copy->path);
	} else if (state != COPY_OK && state != COPY_OFFLINE &&
	    !t->first_bad[0]) {
		snprintf(t->first_bad, sizeof t->first_bad, "%s", copy->path);
	}
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

void
check_files(struct check *c)
{
	static struct counting t; /* large */
	unsigned good;
	char states[128];
	const char *more;

	if (!c->is_open)
		return; /* told */
	t.c = c;
	open_reader(&t, c->db);
	if (store_each(&c->store, count_copy, &t) == STORE_FAILED)
		return; /* logged */
	good = t.n_by_state[COPY_OK];
	more = t.n == FILES_MAX ? "; of more than the first 1000 files, "
				  "\"ed2k-share list\" tells"
				: "";
	list_states(states, sizeof states, &t);
	if (t.n == 0)
		report(&c->report, REPORT_WARNING, "files",
		    "nothing is shared; \"ed2k-share add PATH\" shares a file");
	else if (good == t.n)
		report(&c->report, REPORT_OK, "files", "%u %s as shared%s",
		    good, good == 1 ? "file is" : "files are", more);
	else
		report(&c->report, good ? REPORT_WARNING : REPORT_PROBLEM,
		    "files",
		    "%u of %u files are not served: %s%s%s; \"ed2k-share "
		    "refresh\" brings the share up to date%s",
		    t.n - good, t.n, states, t.first_bad[0] ? ", such as " : "",
		    t.first_bad[0] ? log_quote_str(t.first_bad) : "", more);
	report_blocked(c, &t);
}

/* There is no scoreboard of this boot. */
static void
report_no_board(struct check *c, const char *dir)
{
	const char *name = log_quote_str(dir);
	struct stat st;

	if (c->answered)
		report(&c->report, REPORT_WARNING, "state",
		    "the server keeps no state in %s, so that slots and limits "
		    "do not hold for all of its processes together; let both "
		    "programs name one directory with -s, which the server's "
		    "user may write",
		    name);
	else if (stat(dir, &st) != 0 && errno == ENOENT)
		report(&c->report, REPORT_WARNING, "state",
		    "there is no %s; systemd makes it with the first "
		    "connection, for others \"install -d -o ed2k-serve -m 750 "
		    "DIRECTORY\" does",
		    name);
	else
		report(&c->report, REPORT_OK, "state",
		    "%s is there, and nobody was connected yet", name);
}

void
check_state(struct check *c, const char *dir)
{
	struct scoreboard board;
	enum board_result res = scoreboard_open_readonly(&board, dir);
	int error = errno;

	if (res == BOARD_OPEN)
		report(&c->report, REPORT_OK, "state",
		    "the servers share a scoreboard in %s", log_quote_str(dir));
	else if (res == BOARD_NONE)
		report_no_board(c, dir);
	else if (res == BOARD_FOREIGN)
		report(&c->report, REPORT_WARNING, "state",
		    "the scoreboard in %s is damaged or of another version; "
		    "install ed2k-serve and ed2k-share of the same release, "
		    "then the next connection mends it",
		    log_quote_str(dir));
	else
		report(&c->report, REPORT_WARNING, "state",
		    "%s cannot be looked at: %s; run this as root or as the "
		    "user of ed2k-serve",
		    log_quote_str(dir), strerror(error));
	scoreboard_close(&board);
}

void
check_sandbox(struct check *c)
{
	uint32_t action = SECCOMP_RET_ERRNO;
	long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	bool filter =
	    syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;

	if (landlock > 0 && filter)
		report(&c->report, REPORT_OK, "sandbox",
		    "the kernel has Landlock, version %ld, and seccomp",
		    landlock);
	else
		report(&c->report, REPORT_WARNING, "sandbox",
		    "the kernel has no %s%s%s, so that a server has less "
		    "around it; %s",
		    landlock > 0 ? "" : "Landlock",
		    landlock > 0 || filter ? "" : " and no ",
		    filter ? "" : "seccomp",
		    landlock > 0
			? "take one with CONFIG_SECCOMP_FILTER"
			: "take one with CONFIG_SECURITY_LANDLOCK, and name "
			  "landlock in lsm= when it boots");
}
