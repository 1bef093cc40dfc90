/*
 * Removing old transfers; see prune.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/prune.h"

#include "base/util.h"
#include "sql/prune.h"

/* Transfers to remove in one step, which takes some ten milliseconds. */
#define PRUNE_STEP 5000

int
prune_begin(struct db *db)
{
	return db_exec(db, prune_sql[PRUNE_OVERWRITE]);
}

int
prune_end(struct db *db)
{
	return db_exec(db, prune_sql[PRUNE_SHRINK]);
}

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

/* How many are to go now. */
static int
count(struct db *db, const struct prune_rule *rule, int64_t most, int64_t *n)
{
	sqlite3_stmt *stmt = db_prepare(db, prune_sql[PRUNE_COUNT]);
	int fault = 0;

	*n = 0;
	if (!stmt)
		return db->fault;
	sqlite3_bind_int64(stmt, 1, rule->before_s);
	sqlite3_bind_int64(stmt, 2, rule->keep);
	sqlite3_bind_int64(stmt, 3, most);
	if (db_step(db, stmt) == DB_ROW)
		*n = sqlite3_column_int64(stmt, 0);
	else
		fault = db->fault;
	sqlite3_finalize(stmt);
	return fault;
}

int
prune_step(
    struct db *db, const struct prune_rule *rule, int64_t most, uint64_t *n)
{
	int64_t wanted;
	int fault = count(db, rule, most, &wanted);

	*n = 0;
	if (fault || wanted <= 0)
		return fault;
	fault = run(db, PRUNE_SUM_BY_FILE, wanted);
	if (!fault)
		fault = run(db, PRUNE_SUM_BY_OUTCOME, wanted);
	if (!fault)
		fault = run(db, PRUNE_DELETE, wanted);
	if (!fault)
		*n = (uint64_t)sqlite3_changes64(db->handle);
	return fault;
}

/* One step, in a transaction of its own. */
static int
step(struct db *db, const struct prune_rule *rule, uint64_t *n)
{
	int fault = db_begin(db);

	if (!fault)
		fault = prune_step(db, rule, PRUNE_STEP, n);
	if (!fault)
		fault = db_commit(db);
	if (fault) {
		db_rollback(db);
		*n = 0;
		return fault;
	}
	return prune_end(db);
}

int
prune_transfers(struct db *db, const struct prune_rule *rule, uint64_t *removed)
{
	int fault = prune_begin(db);
	uint64_t n = 1;

	*removed = 0;
	while (!fault && n > 0) {
		fault = step(db, rule, &n);
		*removed += n;
	}
	return fault;
}
