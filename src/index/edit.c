/*
 * Opening the share database for changes, and running statements on it; see
 * edit.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/edit.h"

#include "base/log.h"
#include "sql.h"

#include <string.h>

static const char *const statement_text[EDIT_N_STATEMENTS] = {
    [EDIT_BEGIN] = sql_begin,
    [EDIT_COMMIT] = sql_commit,
    [EDIT_ROLLBACK] = sql_rollback,
    [EDIT_ROOT_ID] = sql_root_id,
    [EDIT_ROOT_PUT] = sql_root_put,
    [EDIT_ROOT_DELETE_UNUSED] = sql_root_delete_unused,
    [EDIT_FILE_PUT] = sql_file_put,
    [EDIT_FILE_DELETE_UNUSED] = sql_file_delete_unused,
    [EDIT_COPY_PUT] = sql_copy_put,
    [EDIT_COPY_ROOT] = sql_copy_root,
    [EDIT_COPY_DELETE] = sql_copy_delete,
    [EDIT_PART_HASHES_PUT] = sql_part_hashes_put,
    [EDIT_AICH_ROOT_PUT] = sql_aich_root_put,
    [EDIT_AICH_PARTS_PUT] = sql_aich_parts_put,
    [EDIT_ALIAS_PUT] = sql_alias_put,
    [EDIT_PRIORITY_PUT] = sql_priority_put,
    [EDIT_COMMENT_PUT] = sql_comment_put,
    [EDIT_COMMENT_DELETE] = sql_comment_delete,
    [EDIT_COPY_MOVE] = sql_copy_move,
    [EDIT_COPY_DAMAGED_PUT] = sql_copy_damaged_put,
    [EDIT_ROOT_WALK_PUT] = sql_root_walk_put,
    [EDIT_ROOT_INODE_PUT] = sql_root_inode_put,
    [EDIT_ROOT_BY_PATH] = sql_root_by_path,
    [EDIT_ROOT_NEXT] = sql_root_next,
    [EDIT_ROOT_DELETE_BENEATH] = sql_root_delete_beneath,
    [EDIT_EXCLUDES] = sql_excludes,
    [EDIT_EXCLUDE_PUT] = sql_exclude_put,
    [EDIT_EXCLUDE_DELETE] = sql_exclude_delete,
    [EDIT_MOUNT_POINT_PUT] = sql_mount_point_put,
    [EDIT_MOUNT_POINT_DELETE] = sql_mount_point_delete,
    [EDIT_REMOVED_PUT_PATH] = sql_removed_put_path,
    [EDIT_REMOVED_PUT_HASH] = sql_removed_put_hash,
    [EDIT_REMOVED_BY_PATH] = sql_removed_by_path,
    [EDIT_REMOVED_DELETE] = sql_removed_delete,
    [EDIT_REMOVED_DELETE_BENEATH] = sql_removed_delete_beneath,
    [EDIT_ASTRAY_PUT] = sql_astray_put,
    [EDIT_ASTRAY_NEXT] = sql_astray_next,
    [EDIT_ASTRAY_BY_INODE] = sql_astray_by_inode,
    [EDIT_ASTRAY_BY_HASH] = sql_astray_by_hash,
    [EDIT_ASTRAY_DELETE] = sql_astray_delete,
    [EDIT_ASTRAY_SPEND] = sql_astray_spend,
    [EDIT_OFFLINE_PUT] = sql_offline_put,
};

/* [v - 1]: what makes version v + 1 of version v. */
static const char *const upgrades[] = {sql_upgrade_2, sql_upgrade_3};

/*
 * Bring an older database up to date: all of it or nothing. Of several who try
 * at once the first does it, the others find it done.
 */
static int
upgrade(struct db *db)
{
	int before, fault = db_exec(db, sql_begin);

	if (fault)
		return fault;
	fault = db_read_version(db);
	before = db->version;
	for (int v = before; !fault && v < store_kind.version; v++)
		fault = db_exec(db, upgrades[v - 1]);
	if (!fault)
		fault = db_exec(db, sql_commit);
	if (fault && !sqlite3_get_autocommit(db->handle))
		db_exec(db, sql_rollback);
	if (fault)
		return fault;
	if (before < store_kind.version)
		log_notice("%s has now version %d; an older ed2k-serve cannot "
			   "read it any more",
		    log_quote_str(db->path), db->kind->version);
	return db_read_version(db);
}

int
edit_open(struct edit *e, const char *path)
{
	struct db *db = &e->store.db;
	int fault;

	memset(e, 0, sizeof *e);
	fault = db_open(db, &store_kind, path, DB_WRITE);
	if (!fault && db->version != store_kind.version)
		fault = upgrade(db);
	if (fault)
		edit_close(e);
	return fault;
}

void
edit_close(struct edit *e)
{
	for (size_t i = 0; i < EDIT_N_STATEMENTS; i++) {
		sqlite3_finalize(e->statements[i]);
		e->statements[i] = NULL;
	}
	store_close(&e->store);
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
	edit_run(e, edit_statement(e, EDIT_BEGIN));
}

int
edit_end(struct edit *e)
{
	int *fault = &e->store.db.fault;

	if (--e->depth > 0)
		return *fault;
	if (*fault == 0)
		edit_run(e, edit_statement(e, EDIT_COMMIT));
	if (*fault != 0 && !sqlite3_get_autocommit(e->store.db.handle)) {
		int first = *fault;

		edit_run(e, edit_statement(e, EDIT_ROLLBACK));
		*fault = first;
	}
	return *fault;
}

sqlite3_stmt *
edit_statement(struct edit *e, enum edit_statement which)
{
	if (e->depth > 0 && e->store.db.fault != 0)
		return NULL;
	if (!e->statements[which])
		e->statements[which] =
		    db_prepare(&e->store.db, statement_text[which]);
	return e->statements[which];
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

enum store_result
edit_row(struct edit *e, sqlite3_stmt *stmt)
{
	enum db_step step = stmt ? db_step(&e->store.db, stmt) : DB_FAILED;

	if (step == DB_ROW)
		return STORE_FOUND;
	sqlite3_reset(stmt);
	return step == DB_DONE ? STORE_UNKNOWN : STORE_FAILED;
}
