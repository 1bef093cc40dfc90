/*
 * Publishing a snapshot; see snapshot.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/snapshot.h"

#include "base/file.h"
#include "base/log.h"
#include "sql/snapshot.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>

/* Log why the file cannot be written. Returns the exit code. */
static int
failed(const char *path, const char *why)
{
	log_error("cannot write the snapshot %s: %s; check its directory, or "
		  "name another file",
	    log_quote_str(path), why);
	return EX_CANTCREAT;
}

/* Write all of the database, as it is at one moment, to the empty file temp. */
static int
copy_all(struct store *store, const char *path, const char *temp)
{
	sqlite3_stmt *stmt =
	    db_prepare(&store->db, snapshot_sql[SNAPSHOT_VACUUM_INTO]);
	int fault = 0;

	if (!stmt)
		return store->db.fault;
	sqlite3_bind_text(stmt, 1, temp, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		fault = failed(path, sqlite3_errmsg(store->db.handle));
	sqlite3_finalize(stmt);
	return fault;
}

/* Make of the copy what readers take for a snapshot. */
static int
mark(const char *path, const char *temp)
{
	sqlite3 *handle = NULL;
	int fault = 0;

	if (sqlite3_open_v2(temp, &handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK ||
	    sqlite3_exec(handle, sql_mark_snapshot, NULL, NULL, NULL) !=
		SQLITE_OK)
		fault = failed(path, sqlite3_errmsg(handle));
	sqlite3_close(handle);
	return fault;
}

int
snapshot_write(struct store *store, const char *path)
{
	struct file_replacement r = {0};
	int fault;

	if (!file_replace_begin(&r, path))
		return failed(path, strerror(errno));
	fault = copy_all(store, path, r.temp);
	if (!fault)
		fault = mark(path, r.temp);
	if (fault) {
		file_replace_cancel(&r);
		return fault;
	}
	return file_replace_commit(&r) ? 0 : failed(path, strerror(errno));
}
