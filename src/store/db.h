/*
 * SQLite, as our databases use it: kind and version are checked when one is
 * opened, and an error is logged once, with the name of the file and the
 * remedy. Knows no table.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A kind of database: how its files are told from others, and what the operator
 * is told to do (the end of a log line) when one cannot be used.
 */
struct db_kind {
	const char *name;   /* "share database" */
	int application_id; /* as in its schema */
	int snapshot_id;    /* that of its snapshots; 0: it has none */
	int version;        /* the newest one that this program knows */
	/* [v - 1]: SQL that shows a reader version v as v + 1 */
	const char *const *older;
	/*
	 * [v - 1]: the schema of version v, of a kind that is guarded: a
	 * process that a peer took over may have forged the file. It is used
	 * only if its schema is this one, and however its pages and rows are
	 * made, no statement goes on for ever. NULL: its writers are trusted.
	 */
	const char *const *schemas;
	int write_busy_ms; /* how long a writer waits for the others */
	mode_t dir_mode;   /* of directories that are made for it */

	const char *if_missing;
	const char *if_foreign;
	const char *if_damaged;
	const char *if_locked;
	const char *if_full;
	const char *if_unreadable;
	const char *if_unwritable;
	const char *if_no_sides; /* -wal and -shm cannot be used, or made */
	const char *if_uncreatable;
};

struct db {
	sqlite3 *handle; /* NULL when closed */
	const struct db_kind *kind;
	int fault; /* the exit code of the last error that was logged */
	bool read_only;
	bool is_snapshot; /* a snapshot is replaced, never changed */
	int version;      /* of the schema, when it was read last */
	/* of a guarded kind: what this statement did, and what it may do */
	uint64_t steps, max_steps;
	char path[PATH_MAX];
};

/*
 * For a process that has one thread and makes a few look-ups, while there may
 * be thousands of them: SQLite takes memory when it needs it, not in advance
 * (0.1 MiB), and does not count or lock it. To be called before all others.
 */
void db_be_frugal(void);

/*
 * For a process that may not make files shorter: SQLite does without. To be
 * called behind db_be_frugal.
 */
void db_never_cut(void);

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
 * Create a database of this kind, and the directories above it, unless there is
 * a file at path. It is made under another name and then renamed, so that
 * nobody ever sees half of it; of several processes that create it the first
 * one wins. `fill` writes the schema and the first rows. Both return 0, or an
 * exit code after a log line.
 */
int db_create(
    const struct db_kind *kind, const char *path, int (*fill)(struct db *db));

/*
 * Finalizes all statements. A writer empties a log that has become large,
 * unless a reader is in the way. Safe to call twice, and on a zeroed struct.
 */
void db_close(struct db *db);

/*
 * The bytes of the log (-wal) of a database. Whoever opens the database when
 * nobody else has it open reads all of its log.
 */
uint64_t db_log_size(const char *path);

/* So many bytes are large. SQLite itself lets a log grow to half as many. */
#define DB_LOG_LARGE (UINT64_C(8) << 20)

/*
 * Is `path` the database `db`, or one of its side files? Both are real paths.
 */
bool db_owns(const char *db, const char *path);

/* A prepared statement to be finalized by the caller; NULL after a log line. */
sqlite3_stmt *db_prepare(struct db *db, const char *sql);

/*
 * The same for a statement that is used again: prepared once, into *kept, and
 * finalized by db_close.
 */
sqlite3_stmt *db_prepare_once(
    struct db *db, sqlite3_stmt **kept, const char *sql);

/*
 * Run statements whose rows are not needed. This and those below return 0, or
 * an exit code after a log line.
 */
int db_exec(struct db *db, const char *sql);

/* Begin a transaction to write, or to read as of one moment. */
int db_begin(struct db *db);
int db_begin_reading(struct db *db);
int db_commit(struct db *db);

/* Undo the transaction that is open, if there is one. db->fault stays. */
void db_rollback(struct db *db);

enum db_step {
	DB_ROW,
	DB_DONE,
	DB_FAILED, /* logged; db->fault has the exit code */
};

enum db_step db_step(struct db *db, sqlite3_stmt *stmt);

/*
 * Copy a blob that is a name, as a string. False when it is empty, too long, or
 * has a NUL in it.
 */
bool db_column_name(sqlite3_stmt *stmt, int column, char out[PATH_MAX]);

/*
 * Log SQLite's last error, with the name of the file and the remedy. Returns
 * the exit code that fits, and keeps it in db->fault.
 */
int db_complain(struct db *db);

/* For db*.c alone. They return 0, or an exit code after a log line. */

/* Say what stands in the way of opening this path. */
int db_check_access(const struct db *db, const char *path);

/* Read the version. One that this program does not speak is an error. */
int db_read_version(struct db *db);

/* Bring it to the version of its kind; see db_open_writer. */
int db_upgrade(struct db *db, const char *const upgrades[]);

/*
 * For a guarded kind. Before it is opened: see that `path` is a regular file,
 * and find its path without links.
 */
int db_guard_path(struct db *db, const char *path, char real[PATH_MAX]);

/*
 * When it is open: no views, no triggers, no virtual tables; statements end
 * after so many steps.
 */
void db_guard(struct db *db);

/* When its version is known: is its schema the one of that version? */
int db_check_schema(struct db *db);

/*
 * Add clamped_sum(x) to SQL: the sum of all x that are positive integers, at
 * most the largest there is.
 */
void db_add_functions(sqlite3 *handle);

#endif
