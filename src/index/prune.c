/*
 * Removing old transfers; see prune.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/prune.h"

#include "sql/prune.h"

/* Transfers to remove in one step, which takes some ten milliseconds. */
#define PRUNE_STEP 5000

/* Run a statement that has one number as parameter, and no row. */
static int
run(struct db *db, enum prune_statement which, int64_t number)
{
	sqlite3_stmt *stmt = db_prepare(db, prune_sql[which]);
	int fault = 0;

	if (!stmt)
		return db->fault;
	sqlite3_bind_int64(stmt, 1, number);
	if (db_step(db, stmt) != DB_DONE)
		fault = db->fault;
	sqlite3_finalize(stmt);
	return fault;
}

/*
 * Where the next step ends: at before_s, or earlier if that would be too many.
 */
static int
find_end(struct db *db, int64_t before_s, int64_t *end_s)
{
	sqlite3_stmt *stmt = db_prepare(db, prune_sql[PRUNE_UNTIL]);
	enum db_step step;

	*end_s = before_s;
	if (!stmt)
		return db->fault;
	sqlite3_bind_int64(stmt, 1, PRUNE_STEP);
	step = db_step(db, stmt);
	/* all transfers of that second, or a full second would never end */
	if (step == DB_ROW && sqlite3_column_int64(stmt, 0) < before_s)
		*end_s = sqlite3_column_int64(stmt, 0) + 1;
	sqlite3_finalize(stmt);
	return step == DB_ROW || step == DB_DONE ? 0 : db->fault;
}

/* The changes of one step. *n transfers are removed by them. */
static int
move_to_sums(struct db *db, int64_t before_s, int64_t *end_s, uint64_t *n)
{
	int fault = find_end(db, before_s, end_s);

	if (fault)
		return fault;
	fault = run(db, PRUNE_SUM, *end_s);
	if (fault)
		return fault;
	fault = run(db, PRUNE_DELETE, *end_s);
	*n = (uint64_t)sqlite3_changes64(db->handle);
	return fault;
}

/* One step, in one transaction. */
static int
prune_step(struct db *db, int64_t before_s, int64_t *end_s, uint64_t *removed)
{
	uint64_t n = 0;
	int fault = db_begin(db);

	if (!fault)
		fault = move_to_sums(db, before_s, end_s, &n);
	if (!fault)
		fault = db_commit(db);
	if (fault) {
		db_rollback(db);
		return fault;
	}
	*removed += n;
	return db_exec(db, prune_sql[PRUNE_SHRINK]);
}

int
prune_transfers(struct db *db, int64_t before_s, uint64_t *removed)
{
	int64_t end_s = INT64_MIN;
	int fault = db_exec(db, prune_sql[PRUNE_OVERWRITE]);

	*removed = 0;
	while (!fault && end_s < before_s)
		fault = prune_step(db, before_s, &end_s, removed);
	return fault;
}
