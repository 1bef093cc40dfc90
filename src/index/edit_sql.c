/*
 * Running statements that change the share database; see edit_sql.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/edit_sql.h"

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
    [EDIT_NEXT_WITHOUT_AICH] = sql_next_without_aich,
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

sqlite3_stmt *
edit_statement(struct store_edit *e, enum edit_statement which)
{
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
edit_run(struct store_edit *e, sqlite3_stmt *stmt)
{
	int fault = 0;

	if (!stmt)
		return e->store.db.fault;
	if (db_step(&e->store.db, stmt) != DB_DONE)
		fault = e->store.db.fault;
	sqlite3_reset(stmt);
	return fault;
}

int
edit_run_plain(struct store_edit *e, enum edit_statement which)
{
	return edit_run(e, edit_statement(e, which));
}

int
edit_run_path(struct store_edit *e, enum edit_statement which, const char *path)
{
	sqlite3_stmt *stmt = edit_statement(e, which);

	if (stmt)
		edit_bind_path(stmt, 1, path);
	return edit_run(e, stmt);
}

enum store_result
edit_row(struct store_edit *e, sqlite3_stmt *stmt)
{
	enum db_step step = stmt ? db_step(&e->store.db, stmt) : DB_FAILED;

	if (step == DB_ROW)
		return STORE_FOUND;
	if (stmt)
		sqlite3_reset(stmt);
	return step == DB_DONE ? STORE_UNKNOWN : STORE_FAILED;
}

int
edit_begin(struct store_edit *e)
{
	return e->is_gathering ? 0 : edit_run_plain(e, EDIT_BEGIN);
}

int
edit_finish(struct store_edit *e, int fault)
{
	if (!fault && !e->is_gathering)
		fault = edit_run_plain(e, EDIT_COMMIT);
	if (fault && !sqlite3_get_autocommit(e->store.db.handle))
		edit_run_plain(e, EDIT_ROLLBACK);
	e->is_gathering &= fault == 0;
	return fault;
}
