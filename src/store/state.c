/*
 * The state directory; see state.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/state.h"

#include "base/default_path.h"
#include "base/log.h"
#include "sql/activity.h"

#include <stdio.h>

static const char *const schemas[] = {
    sql_activity_schema_1, sql_activity_schema};
static const char *const older[] = {sql_activity_1_as_2};
static const char *const upgrades[] = {sql_activity_to_2};

const struct db_kind activity_kind = {
    .name = "activity database",
    .application_id = 0x65643261, /* "ed2a" */
    .version = 2,
    .older = older,
    .schemas = schemas,
    .write_busy_ms = 5000, /* a transaction has the few rows of a connection */
    .dir_mode = 0750,      /* it says who downloaded what */
    .if_missing = "ed2k-serve makes one with the next connection",
    .if_foreign = "move it away, or name another state directory with -s",
    .if_damaged = "move it and its -wal and -shm files away; ed2k-serve makes "
		  "a new one",
    .if_locked = "find that with fuser; what was to be recorded is lost",
    .if_full = "free some space on its disk; what was recorded before is kept",
    .if_unreadable = "run this as the user of ed2k-serve, or let the group of "
		     "its directory in: \"chmod 750\", \"adduser USER GROUP\"",
    .if_unwritable = "it and its directory must belong to the user that "
		     "ed2k-serve runs as; mend that with chown, or run this as "
		     "that user",
    .if_no_sides = "check their owner and mode, and run \"ed2k-share stats\" "
		   "once as the user who owns them",
    .if_uncreatable = "give the state directory to the user that ed2k-serve "
		      "runs as, with chown, or name another with -s",
};

int
state_open_activity(struct db *db, const char *path)
{
	return db_open_writer(db, &activity_kind, path, upgrades);
}

bool
state_default_dir(char *out, size_t cap)
{
	static const struct default_path path = {
	    .of_system = "/var/lib/ed2k-serve",
	    .env = "XDG_STATE_HOME",
	    .below_home = ".local/state",
	    .below = "ed2k-serve",
	    .what = "state directory",
	    .option = "-s",
	};

	return default_path_find(out, cap, &path);
}

bool
state_activity_path(char out[PATH_MAX], const char *dir)
{
	char usual[PATH_MAX];
	int n;

	if (!dir && !state_default_dir(usual, sizeof usual))
		return false;
	dir = dir ? dir : usual;
	n = snprintf(out, PATH_MAX, "%s/activity.db", dir);
	if (n > 0 && n < PATH_MAX)
		return true;
	log_error("the name of the state directory %s is too long",
	    log_quote_str(dir));
	return false;
}
