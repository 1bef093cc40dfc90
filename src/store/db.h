/*
 * SQLite as all sides of our databases use it: opened with kind and version
 * checked, errors told once in words that name the file and the remedy. Knows
 * no table.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <limits.h>
#include <sqlite3.h>
#include <sys/types.h>

/*
 * A kind of database: how its files are told from others, and what the operator
 * is told to do (behind the last semicolon of a line) when one is of no use.
 */
struct db_kind {
	const char *name;   /* "share database" */
	int application_id; /* as in its schema */
	int snapshot_id;    /* the same of a snapshot; 0: there are none */
	int version;        /* the one this program speaks */
	/* [v - 1]: SQL that shows a reader version v as v + 1 */
	const char *const *older;
	int write_busy_ms; /* how long a writer waits for the others */
	mode_t dir_mode;   /* of directories that are made for it */

	const char *if_missing;
	const char *if_foreign;
	const char *if_damaged;
	const char *if_locked;
	const char *if_full;
	const char *if_unreadable;
	const char *if_unwritable;
	const char *if_no_sides; /* -wal and -shm: missing, or not for us */
	const char *if_uncreatable;
};

struct db {
	sqlite3 *handle; /* NULL when closed */
	const struct db_kind *kind;
	int fault; /* exit code of the last complaint */
	bool read_only;
	bool is_snapshot; /* made by snapshot_write: replaced, never changed */
	int version;      /* of the schema, when it was read last */
	char path[PATH_MAX];
};

/*
 * For a process of one thread that makes a few look-ups, and of which there may
 * be thousands: let SQLite take memory as it is needed, not in advance (0.1
 * MiB), and neither count nor lock it. Before any other call.
 */
void db_be_frugal(void);

/*
 * Open a database of this kind to read it, also as a user who may not write. An
 * older version is shown as if it were ours, with nothing in what is new. A
 * snapshot is opened as immutable: without locks and without other files.
 * Returns 0, or after one log line the exit code that fits: EX_CONFIG (missing,
 * foreign, unknown version), EX_NOPERM, EX_DATAERR (damaged), EX_TEMPFAIL
 * (locked), EX_IOERR. *db is then closed.
 */
int db_open(struct db *db, const struct db_kind *kind, const char *path);

/*
 * Open one to write. It must exist, and be no snapshot. One of an older version
 * is upgraded first, in one transaction; of several writers the first one does
 * it. upgrades[v - 1] is SQL that makes version v + 1 of version v, and sets
 * user_version. Returns as db_open.
 */
int db_open_writer(struct db *db, const struct db_kind *kind, const char *path,
    const char *const upgrades[]);

/*
 * Make a database of this kind and the directories above it: under another name
 * first, then moved into place whole, so that nobody ever sees half of one, and
 * of two creators the first wins. `fill` writes schema and first rows and
 * returns 0 or, after a log line, an exit code. So does this.
 */
int db_create(
    const struct db_kind *kind, const char *path, int (*fill)(struct db *db));

/* Finalizes all statements. Safe to call twice, and on a zeroed struct. */
void db_close(struct db *db);

/* Is path the database at `db`, or one of its side files? Both are real. */
bool db_owns(const char *db, const char *path);

/* A prepared statement to be finalized by the caller; NULL after a log line. */
sqlite3_stmt *db_prepare(struct db *db, const char *sql);

/*
 * The same for a statement that is used again: prepared once, into *kept, and
 * finalized by db_close.
 */
sqlite3_stmt *db_prepare_once(
    struct db *db, sqlite3_stmt **kept, const char *sql);

/* Run statements whose rows are of no interest. These return 0, or an exit code
 * after a log line. */
int db_exec(struct db *db, const char *sql);

/* Begin a transaction to write, or to read as of one moment. */
int db_begin(struct db *db);
int db_begin_reading(struct db *db);
int db_commit(struct db *db);

/* End a transaction that is open, and forget what it changed. */
void db_rollback(struct db *db);

enum db_step {
	DB_ROW,
	DB_DONE,
	DB_BUSY,   /* another process held the lock for too long; logged */
	DB_FAILED, /* logged */
};

enum db_step db_step(struct db *db, sqlite3_stmt *stmt);

/*
 * A blob as a string: a path, or a pattern of one. False when it is empty, too
 * long or has a NUL.
 */
bool db_column_name(sqlite3_stmt *stmt, int column, char out[PATH_MAX]);

/*
 * Log what SQLite last complained of, with the file's name and the remedy.
 * Returns the exit code that fits.
 */
int db_complain(struct db *db);

/* For db*.c alone. They return 0, or an exit code after a log line. */

/* Say what stands in the way of opening this path. */
int db_check_access(const struct db *db, const char *path);

/* Read the version. One that this program does not speak is an error. */
int db_read_version(struct db *db);

/* Bring it to the version of its kind; see db_open_writer. */
int db_upgrade(struct db *db, const char *const upgrades[]);

#endif
