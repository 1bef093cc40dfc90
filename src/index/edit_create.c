/*
 * Creating the share database; see edit.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "index/edit.h"
#include "sql/share.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <time.h>

/* Sixteen random bytes with the two that mark an eMule-family client. */
static bool
make_user_hash(uint8_t out[HASH_SIZE])
{
	if (getrandom(out, HASH_SIZE, 0) != HASH_SIZE) {
		log_error("cannot get random bytes: %s", strerror(errno));
		return false;
	}
	out[5] = USER_HASH_MARK_5;
	out[14] = USER_HASH_MARK_14;
	return true;
}

/* Schema and identity into a new, empty database. */
static int
fill_new(struct db *db)
{
	uint8_t user_hash[HASH_SIZE];
	sqlite3_stmt *stmt;
	int fault = db_exec(db, sql_share_schema);

	if (fault)
		return fault;
	if (!make_user_hash(user_hash))
		return EX_OSERR;
	stmt = db_prepare(db, edit_sql[EDIT_IDENTITY_PUT]);
	if (!stmt)
		return db->fault;
	sqlite3_bind_blob(stmt, 1, user_hash, HASH_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, time(NULL));
	if (db_step(db, stmt) != DB_DONE)
		fault = db->fault;
	sqlite3_finalize(stmt);
	return fault;
}

int
edit_create(struct edit *e, const char *path)
{
	int fault = db_create(&store_kind, path, fill_new);

	memset(e, 0, sizeof *e);
	return fault ? fault : edit_open(e, path);
}
