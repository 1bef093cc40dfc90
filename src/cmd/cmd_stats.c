/*
 * ed2k-share stats: what was uploaded, by file, peer or day; and removing
 * what is old.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/number.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print_metrics.h"
#include "cmd/print_stats.h"
#include "store/prune.h"
#include "store/state.h"
#include "index/stats.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* The longest age: a hundred years. */
#define AGE_MAX (UINT64_C(36525) * 86400)

/* The path of activity.db. 0, or an exit code after a log line. */
static int
find_database(const struct cmd *cmd, char path[PATH_MAX])
{
	if (state_activity_path(path, cmd->state))
		return 0;
	return cmd->state ? EX_USAGE : EX_CONFIG;
}

/* Is there no such file yet? Then log so. */
static bool
is_missing(const char *path)
{
	if (access(path, F_OK) == 0 || errno != ENOENT)
		return false;
	log_notice("nothing was uploaded yet: there is no %s; -s names another "
		   "state directory",
	    log_quote_str(path));
	return true;
}

/* "2026-11-22", the beginning of that day of UTC. */
static bool
read_date(const char *s, int64_t *out)
{
	struct tm tm = {0};
	const char *end = strptime(s, "%Y-%m-%d", &tm);
	char again[32];

	if (!end || *end)
		return false;
	*out = timegm(&tm);
	/* no 31st that timegm makes the 1st of the next month; all digits */
	return strftime(again, sizeof again, "%Y-%m-%d", &tm) > 0 &&
	    strcmp(s, again) == 0;
}

/* What --since says: an age, a date or a Unix time. False after a log line. */
static bool
read_since(const char *s, int64_t *out)
{
	uint64_t n;

	if (read_date(s, out))
		return true;
	if (s[0] == '@' && number_parse(s + 1, 0, INT64_MAX, &n)) {
		*out = (int64_t)n;
		return true;
	}
	if (args_number(s, ARGS_SECONDS, 0, AGE_MAX, &n)) {
		*out = time(NULL) - (int64_t)n;
		return true;
	}
	log_error("--since: %s is neither a day like 2026-11-22, nor an age "
		  "like 7d, nor @ and a Unix time",
	    log_quote_str(s));
	return false;
}

static bool
read_by(const char *s, enum stats_statement *out)
{
	static const char *const kinds[] = {
	    [STATS_BY_FILE] = "file",
	    [STATS_BY_PEER] = "peer",
	    [STATS_BY_DAY] = "day",
	};
	int by = cmd_choose(s, kinds, ARRAY_LEN(kinds),
	    "is neither file nor peer nor day; --by takes one of these");

	if (by >= 0)
		*out = (enum stats_statement)by;
	return by >= 0;
}

static int
prune(const struct cmd *cmd, int argc, char *argv[])
{
	static const char usage[] = "prune takes --older and an age, like "
				    "--older 90d; it removes what is older";
	uint64_t older_s = UINT64_MAX, removed = 0;
	const struct args_option options[] = {
	    {"older", 0, ARGS_SECONDS, NULL, 0, AGE_MAX, &older_s, "AGE", ""},
	};
	struct prune_rule rule = {.keep = INT64_MAX};
	char path[PATH_MAX];
	struct db db;
	int fault;

	if (cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, 0, usage) < 0)
		return EX_USAGE;
	if (older_s == UINT64_MAX) {
		log_error("%s", usage);
		return EX_USAGE;
	}
	fault = find_database(cmd, path);
	if (fault || is_missing(path))
		return fault;
	fault = state_open_activity(&db, path);
	if (fault)
		return fault;
	rule.before_s = time(NULL) - (int64_t)older_s;
	fault = prune_transfers(&db, &rule, &removed);
	db_close(&db);
	printf("%" PRIu64 " transfer%s removed\n", removed,
	    removed == 1 ? "" : "s");
	return cmd_end(fault);
}

/* What to print, and how. */
struct showing {
	enum fields_form form;
	enum stats_statement by; /* of the rows now */
	bool has_heading;
};

static bool
visit(void *ctx, const struct stats_row *row)
{
	struct showing *s = ctx;

	if (s->by != STATS_TOTAL && !s->has_heading) {
		print_stats_heading(s->form, s->by);
		s->has_heading = true;
	}
	print_stats_row(s->form, s->by, row);
	return !ferror(stdout);
}

/* The totals, then the rows, both of the same instant. */
static int
show(struct db *db, enum fields_form form, enum stats_statement by,
    int64_t since_s)
{
	struct showing s = {.form = form, .by = STATS_TOTAL};
	int fault = stats_each(db, s.by, since_s, visit, &s);

	s.by = by;
	return fault ? fault : stats_each(db, s.by, since_s, visit, &s);
}

/* The options. */
struct asked {
	const char *by, *since;
	bool json, metrics;
};

/* Check and read the options. False after a log line. */
static bool
check_asked(const struct asked *a, enum stats_statement *by, int64_t *since_s)
{
	if (a->metrics && (a->by || a->since || a->json)) {
		log_error("--openmetrics takes no other option, since counters "
			  "count all that was ever uploaded");
		return false;
	}
	return (!a->by || read_by(a->by, by)) &&
	    (!a->since || read_since(a->since, since_s));
}

int
cmd_stats(const struct cmd *cmd, int argc, char *argv[])
{
	struct asked a = {0};
	const struct args_option options[] = {
	    {"by", 0, ARGS_TEXT, NULL, 0, 0, &a.by, "file|peer|day", ""},
	    {"since", 0, ARGS_TEXT, NULL, 0, 0, &a.since, "TIME", ""},
	    {"json", 0, ARGS_FLAG, NULL, 0, 0, &a.json, NULL, ""},
	    {"openmetrics", 0, ARGS_FLAG, NULL, 0, 0, &a.metrics, NULL, ""},
	};
	enum stats_statement by = STATS_BY_FILE;
	int64_t since_s = INT64_MIN;
	char path[PATH_MAX];
	struct db db;
	int fault, held;

	if (argc > 1 && strcmp(argv[1], "prune") == 0)
		return prune(cmd, argc - 1, argv + 1);
	if (cmd_parse(options, ARRAY_LEN(options), argc, argv, 0, 0,
		"stats takes options only, or prune before them") < 0 ||
	    !check_asked(&a, &by, &since_s))
		return EX_USAGE;
	fault = find_database(cmd, path);
	if (fault)
		return fault;
	if (is_missing(path))
		return cmd_end(a.metrics ? print_metrics(NULL) : 0);
	fault = db_open(&db, &activity_kind, path);
	cmd_hold_output();
	if (!fault)
		fault = db_begin_reading(&db);
	if (!fault && a.metrics)
		fault = print_metrics(&db);
	else if (!fault)
		fault = show(&db, fields_choose(a.json), by, since_s);
	db_close(&db);
	held = cmd_release_output();
	return cmd_end(fault ? fault : held);
}
