/*
 * Copies that are not where they were; see astray.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/astray.h"

#include "base/log.h"

#include <string.h>
#include <sysexits.h>

int
astray_open(struct edit *e)
{
	return db_exec(&e->store.db, sql_astray_tables);
}

int
astray_put(struct edit *e, const struct store_copy *copy, enum copy_state state)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ASTRAY_PUT);

	edit_bind_path(stmt, 1, copy->path);
	edit_bind_hash(stmt, 2, copy->hash);
	sqlite3_bind_int64(stmt, 3, (int64_t)copy->size);
	sqlite3_bind_int64(stmt, 4, copy->mtime_ns);
	sqlite3_bind_int64(stmt, 5, (int64_t)copy->inode);
	sqlite3_bind_int(stmt, 6, (int)state);
	edit_bind_path(stmt, 7, copy->root);
	if (copy->has_root_inode)
		sqlite3_bind_int64(stmt, 8, (int64_t)copy->root_inode);
	else
		sqlite3_bind_null(stmt, 8);
	return edit_run(e, stmt);
}

int
astray_delete(struct edit *e, const char *path)
{
	return edit_run_path(e, EDIT_ASTRAY_DELETE, path);
}

int
astray_spend(struct edit *e, const char *path)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ASTRAY_SPEND);

	edit_bind_path(stmt, 1, path);
	sqlite3_bind_int(stmt, 2, ASTRAY_SPENT);
	return edit_run(e, stmt);
}

/* Read a row whose first column is a path. The statement stays at it. */
static enum store_result
take_path(struct edit *e, sqlite3_stmt *stmt, char path[PATH_MAX])
{
	enum store_result res = store_step(&e->store, stmt);

	if (res == STORE_FOUND && !db_column_name(stmt, 0, path)) {
		e->store.db.fault = EX_SOFTWARE; /* we put it there ourselves */
		res = STORE_FAILED;
	}
	return res;
}

enum store_result
astray_next(struct edit *e, struct astray *a)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ASTRAY_NEXT);
	char behind[PATH_MAX];
	enum store_result res;

	memcpy(behind, a->path, sizeof behind);
	edit_bind_path(stmt, 1, behind);
	res = take_path(e, stmt, a->path);
	if (res != STORE_FOUND)
		return res;
	a->state = (enum copy_state)sqlite3_column_int(stmt, 1);
	if (!db_column_name(stmt, 2, a->root))
		a->root[0] = '\0';
	a->has_root_inode = sqlite3_column_type(stmt, 3) != SQLITE_NULL;
	a->root_inode = (uint64_t)sqlite3_column_int64(stmt, 3);
	sqlite3_reset(stmt);
	return res;
}

enum store_result
astray_by_inode(struct edit *e, const struct copy_facts *now, int64_t born_s,
    char path[PATH_MAX])
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ASTRAY_BY_INODE);
	enum store_result res;

	sqlite3_bind_int64(stmt, 1, (int64_t)now->inode);
	sqlite3_bind_int64(stmt, 2, (int64_t)now->size);
	sqlite3_bind_int64(stmt, 3, now->mtime_ns);
	sqlite3_bind_int64(stmt, 4, born_s);
	res = take_path(e, stmt, path);
	sqlite3_reset(stmt);
	return res;
}

enum store_result
astray_by_hash(
    struct edit *e, const uint8_t hash[HASH_SIZE], char path[PATH_MAX])
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ASTRAY_BY_HASH);
	enum store_result res;

	edit_bind_hash(stmt, 1, hash);
	res = take_path(e, stmt, path);
	sqlite3_reset(stmt);
	return res;
}

int
astray_put_offline(struct edit *e, const char *dir, bool *first)
{
	int fault = edit_run_path(e, EDIT_OFFLINE_PUT, dir);

	*first = !fault && sqlite3_changes(e->store.db.handle) > 0;
	return fault;
}
