/*
 * Running statements; see db.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/db.h"

#include "sql/db.h"

#include <string.h>

sqlite3_stmt *
db_prepare(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt;

	db->steps = 0;
	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) == SQLITE_OK)
		return stmt;
	db_complain(db);
	return NULL;
}

sqlite3_stmt *
db_prepare_once(struct db *db, sqlite3_stmt **kept, const char *sql)
{
	if (!*kept)
		*kept = db_prepare(db, sql);
	return *kept;
}

enum db_step
db_step(struct db *db, sqlite3_stmt *stmt)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		return DB_ROW;
	case SQLITE_DONE:
		return DB_DONE;
	default:
		db_complain(db);
		return DB_FAILED;
	}
}

bool
db_column_name(sqlite3_stmt *stmt, int column, char out[PATH_MAX])
{
	const void *p = sqlite3_column_blob(stmt, column);
	size_t n = (size_t)sqlite3_column_bytes(stmt, column);

	if (!p || n == 0 || n >= PATH_MAX || memchr(p, '\0', n))
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

int
db_exec(struct db *db, const char *sql)
{
	db->steps = 0;
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return db_complain(db);
}

int
db_begin(struct db *db)
{
	return db_exec(db, db_sql[DB_BEGIN]);
}

int
db_begin_reading(struct db *db)
{
	return db_exec(db, db_sql[DB_BEGIN_READING]);
}

int
db_commit(struct db *db)
{
	return db_exec(db, db_sql[DB_COMMIT]);
}

void
db_rollback(struct db *db)
{
	int fault = db->fault;

	if (!sqlite3_get_autocommit(db->handle))
		db_exec(db, db_sql[DB_ROLLBACK]);
	db->fault = fault;
}
