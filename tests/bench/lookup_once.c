/*
 * The baseline of a connection: reads once, looks a file up in the share
 * database, and answers one byte. The hash is the last of what came. Linked
 * statically, with SQLite.
 *
 *   lookup_once DATABASE
 *
 * SPDX-License-Identifier: ISC
 */
#include "sql/store.h"

#include <sqlite3.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	char bytes[4096];
	sqlite3_stmt *stmt;
	sqlite3 *db;
	ssize_t n;

	n = read(STDIN_FILENO, bytes, sizeof bytes);
	if (argc != 2 || n < 16 ||
	    sqlite3_open_v2(argv[1], &db,
		SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != 0 ||
	    sqlite3_prepare_v2(
		db, store_sql[STORE_COPIES_BY_HASH], -1, &stmt, NULL) != 0 ||
	    sqlite3_bind_blob(stmt, 1, bytes + n - 16, 16, SQLITE_STATIC) !=
		0 ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		return 1;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return write(STDOUT_FILENO, "!", 1) == 1 ? 0 : 1;
}
