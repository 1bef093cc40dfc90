/*
 * How the files that change the share database (store_edit, roots, astray) run
 * its statements. For them alone.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_EDIT_SQL_H
#define INDEX_EDIT_SQL_H

#include "index/store_edit.h"

/* A statement ready to bind, or NULL after a log line. */
sqlite3_stmt *edit_statement(struct store_edit *e, enum edit_statement which);

void edit_bind_path(sqlite3_stmt *stmt, int column, const char *path);
void edit_bind_hash(
    sqlite3_stmt *stmt, int column, const uint8_t hash[HASH_SIZE]);

/*
 * Run a bound statement that returns no row; a NULL one is a fault that was
 * logged. 0, or an exit code after a log line.
 */
int edit_run(struct store_edit *e, sqlite3_stmt *stmt);

/* A statement without parameters; one whose only parameter is a path. */
int edit_run_plain(struct store_edit *e, enum edit_statement which);
int edit_run_path(
    struct store_edit *e, enum edit_statement which, const char *path);

/*
 * Step a bound statement to its next row. FOUND leaves it there, to be reset by
 * the caller; otherwise it is reset.
 */
enum store_result edit_row(struct store_edit *e, sqlite3_stmt *stmt);

/*
 * A transaction: at its end commit when there was no fault, else undo. Part of
 * that of store_edit_begin, if there is one.
 */
int edit_begin(struct store_edit *e);
int edit_finish(struct store_edit *e, int fault);

/* The root to record for a path, made when there is none above it. */
int edit_choose_root(struct store_edit *e, const char *path, int64_t *id);

/* Delete the copy at path, within a transaction, and what only it needed. */
int edit_delete_copy(struct store_edit *e, const char *path);

#endif
