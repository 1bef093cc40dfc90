/*
 * SQLite as both sides of the share database use it: opened with its kind and
 * version checked, errors told once in words that name the file and the remedy.
 * Knows no table.
 * SPDX-License-Identifier: ISC
 */
#ifndef SHARE_DB_H
#define SHARE_DB_H

#include <stdbool.h>
#include <limits.h>
#include <sqlite3.h>

struct db {
	sqlite3 *handle; /* NULL when closed */
	int fault;       /* exit code of the last complaint */
	bool read_only;
	int version; /* of the schema, as it was when it was looked at */
	char path[PATH_MAX];
};

/* The version this program speaks; sql/share.sql. */
#define DB_VERSION 2

enum db_mode {
	DB_READ,  /* read-only, also for a user who may not write */
	DB_WRITE, /* must exist */
};

/*
 * Open the share database. One of an older version is shown to a reader as if
 * it were of ours, with nothing in what is new; a writer gets it as it is, with
 * its version, and has to bring it up to date. Returns 0, or after one log line the exit code that
 * fits: EX_CONFIG (missing, foreign, other version), EX_NOPERM, EX_DATAERR
 * (damaged), EX_TEMPFAIL (locked), EX_IOERR. *db is then closed.
 */
int db_open(struct db *db, const char *path, enum db_mode mode);

/* Safe to call twice, and on a zeroed struct. */
void db_close(struct db *db);

/* Look at the version again. 0, or an exit code after a log line. */
int db_read_version(struct db *db);

/* A prepared statement to be finalized by the caller; NULL after a log line. */
sqlite3_stmt *db_prepare(struct db *db, const char *sql);

/* Run statements that return no rows. 0, or an exit code after a log line. */
int db_exec(struct db *db, const char *sql);

enum db_step {
	DB_ROW,
	DB_DONE,
	DB_BUSY,   /* another process held the lock for too long; logged */
	DB_FAILED, /* logged */
};

enum db_step db_step(struct db *db, sqlite3_stmt *stmt);

/*
 * Log what SQLite last complained of, with the file's name and the remedy.
 * Returns the exit code that fits.
 */
int db_complain(struct db *db);

#endif
