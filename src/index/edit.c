/*
 * Opening the share database for changes, and running statements on it; see
 * edit.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/edit.h"

#include "sql/upgrade.h"

#include <string.h>

static const char *const upgrades[] = {
    sql_share_to_2, sql_share_to_3, sql_share_to_4};

int
edit_open(struct edit *e, const char *path)
{
	memset(e, 0, sizeof *e);
	return db_open_writer(&e->store.db, &store_kind, path, upgrades);
}

void
edit_close(struct edit *e)
{
	store_close(&e->store);
	memset(e->statements, 0, sizeof e->statements);
}

int
edit_group_begin(struct edit *e)
{
	if (e->depth == 0)
		edit_begin(e);
	return e->store.db.fault;
}

int
edit_group_end(struct edit *e)
{
	return e->depth > 0 ? edit_end(e) : 0;
}

void
edit_begin(struct edit *e)
{
	if (e->depth++ > 0)
		return;
	e->store.db.fault = 0;
	db_begin(&e->store.db);
}

int
edit_end(struct edit *e)
{
	struct db *db = &e->store.db;

	if (--e->depth > 0)
		return db->fault;
	if (db->fault == 0)
		db_commit(db);
	if (db->fault != 0)
		db_rollback(db);
	return db->fault;
}

sqlite3_stmt *
edit_statement(struct edit *e, enum edit_statement which)
{
	if (e->depth > 0 && e->store.db.fault != 0)
		return NULL;
	return db_prepare_once(
	    &e->store.db, &e->statements[which], edit_sql[which]);
}

void
edit_bind_path(sqlite3_stmt *stmt, int column, const char *path)
{
	sqlite3_bind_blob(stmt, column, path, (int)strlen(path), SQLITE_STATIC);
}

void
edit_bind_hash(sqlite3_stmt *stmt, int column, const uint8_t hash[HASH_SIZE])
{
	sqlite3_bind_blob(stmt, column, hash, HASH_SIZE, SQLITE_STATIC);
}

int
edit_run(struct edit *e, sqlite3_stmt *stmt)
{
	bool done = stmt && db_step(&e->store.db, stmt) == DB_DONE;

	sqlite3_reset(stmt);
	return done ? 0 : e->store.db.fault;
}

int
edit_run_path(struct edit *e, enum edit_statement which, const char *path)
{
	sqlite3_stmt *stmt = edit_statement(e, which);

	edit_bind_path(stmt, 1, path);
	return edit_run(e, stmt);
}

int
edit_run_hash(
    struct edit *e, enum edit_statement which, const uint8_t hash[HASH_SIZE])
{
	sqlite3_stmt *stmt = edit_statement(e, which);

	edit_bind_hash(stmt, 1, hash);
	return edit_run(e, stmt);
}
