/*
 * The share database, open for changes. Every change is one transaction: after
 * a kill at any instant it is there as a whole, or not at all. The changes
 * themselves are in edit_copy.h, edit_content.h and roots.h. Never linked into
 * the server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_EDIT_H
#define INDEX_EDIT_H

#include "sql/edit.h"
#include "store/store.h"

#include <stdint.h>

struct edit {
	struct store store; /* for every store_* function */
	sqlite3_stmt *statements[EDIT_N_STATEMENTS]; /* prepared on first use */
	unsigned depth; /* transactions begun and not ended */
};

/*
 * Open for writing, and upgrade a database of an older version. 0, or an exit
 * code after a log line.
 */
int edit_open(struct edit *e, const char *path);

/* The same; a missing file is created first, with its directories. */
int edit_create(struct edit *e, const char *path);

/* Safe to call twice, and on a zeroed struct. */
void edit_close(struct edit *e);

/*
 * Make all changes up to edit_group_end one transaction. Other writers wait
 * meanwhile, so it is for little work. After the first fault every change
 * returns that fault and does nothing, and the end undoes all of them. A second
 * edit_group_begin, or an end without one, does nothing. 0, or an exit code
 * after a log line.
 */
int edit_group_begin(struct edit *e);
int edit_group_end(struct edit *e);

/*
 * The rest is for the files that make the changes.
 *
 * A transaction: between edit_begin and edit_end the first fault stays in
 * store.db.fault, and statements are not run any more, so that only edit_end
 * has to be checked. It commits, or undoes everything after a fault, and
 * returns 0 or the exit code of that fault. Transactions may be nested; the
 * outermost one counts.
 */
void edit_begin(struct edit *e);
int edit_end(struct edit *e);

/*
 * A statement ready to bind. NULL after a fault, which was logged: SQLite's
 * bind functions ignore NULL, and edit_run and store_step return the fault.
 */
sqlite3_stmt *edit_statement(struct edit *e, enum edit_statement which);

void edit_bind_path(sqlite3_stmt *stmt, int column, const char *path);
void edit_bind_hash(
    sqlite3_stmt *stmt, int column, const uint8_t hash[HASH_SIZE]);

/* Run a bound statement that returns no row. 0, or an exit code, logged. */
int edit_run(struct edit *e, sqlite3_stmt *stmt);

/* The same for a statement whose only parameter is a path, or a hash. */
int edit_run_path(struct edit *e, enum edit_statement which, const char *path);
int edit_run_hash(
    struct edit *e, enum edit_statement which, const uint8_t hash[HASH_SIZE]);

#endif
