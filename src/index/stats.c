/*
 * Reading and pruning the activity database; see stats.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/stats.h"

#include "base/util.h"
#include "sql.h"

#include <string.h>
#include <sysexits.h>

/* Transfers to remove at a time: some ten milliseconds. */
#define PRUNE_STEP 5000

static const char *const query[STATS_N] = {
    [STATS_TOTAL] = sql_activity_total,
    [STATS_BY_FILE] = sql_activity_by_file,
    [STATS_BY_PEER] = sql_activity_by_peer,
    [STATS_BY_DAY] = sql_activity_by_day,
    [STATS_EVER] = sql_activity_ever,
    [STATS_EVER_BY_FILE] = sql_activity_ever_by_file,
    [STATS_EVER_BY_OUTCOME] = sql_activity_ever_by_outcome,
};

/* The last columns of a row may be left out: they count as NULL. */
static bool
has(sqlite3_stmt *stmt, int column)
{
	return column < sqlite3_column_count(stmt);
}

/* Exactly n bytes, else none: the column is NULL, missing or nonsense. */
static bool
column_bytes(sqlite3_stmt *stmt, int column, uint8_t *out, size_t n)
{
	const void *p =
	    has(stmt, column) ? sqlite3_column_blob(stmt, column) : NULL;

	if (!p || (size_t)sqlite3_column_bytes(stmt, column) != n)
		return false;
	memcpy(out, p, n);
	return true;
}

/* As a C string that is cut where it must be. */
static void
column_name(sqlite3_stmt *stmt, int column, char *out, size_t cap)
{
	const void *p =
	    has(stmt, column) ? sqlite3_column_blob(stmt, column) : NULL;
	size_t n = 0;

	if (p) {
		n = min_size(
		    (size_t)sqlite3_column_bytes(stmt, column), cap - 1);
		memcpy(out, p, n);
	}
	out[n] = '\0';
}

static int64_t
column_number(sqlite3_stmt *stmt, int column)
{
	return has(stmt, column) ? sqlite3_column_int64(stmt, column) : 0;
}

/* The columns are those of activity_by_peer.sql, then the outcome. */
static void
fill_row(struct stats_row *row, sqlite3_stmt *stmt)
{
	memset(row, 0, sizeof *row);
	row->transfers = (uint64_t)column_number(stmt, 0);
	row->bytes = (uint64_t)column_number(stmt, 1);
	row->peers = (uint64_t)column_number(stmt, 2);
	row->files = (uint64_t)column_number(stmt, 3);
	row->ms = (uint64_t)column_number(stmt, 4);
	row->first_s = column_number(stmt, 5);
	row->last_s = column_number(stmt, 6);
	row->most_bytes = (uint64_t)column_number(stmt, 7);
	column_bytes(stmt, 8, row->file, HASH_SIZE);
	column_name(stmt, 9, row->name, sizeof row->name);
	column_bytes(stmt, 10, row->address, sizeof row->address);
	row->has_user = column_bytes(stmt, 11, row->user_hash, HASH_SIZE);
	column_name(stmt, 12, row->client, sizeof row->client);
	column_name(stmt, 13, row->outcome, sizeof row->outcome);
}

int
stats_each(struct db *db, enum stats_by by, int64_t since_s,
    bool (*visit)(void *ctx, const struct stats_row *row), void *ctx)
{
	sqlite3_stmt *stmt = db_prepare(db, query[by]);
	enum db_step step;
	int fault = 0;

	if (!stmt)
		return db->fault;
	if (sqlite3_bind_parameter_count(stmt) > 0)
		sqlite3_bind_int64(stmt, 1, since_s);
	while ((step = db_step(db, stmt)) == DB_ROW) {
		struct stats_row row;

		fill_row(&row, stmt);
		if (!visit(ctx, &row))
			break;
	}
	if (step == DB_BUSY || step == DB_FAILED)
		fault = db->fault;
	sqlite3_finalize(stmt);
	return fault;
}

int
stats_hold(struct db *db)
{
	return db_exec(db, sql_snapshot);
}

/* A statement with one number and no row. 0, or an exit code, logged. */
static int
run(struct db *db, const char *sql, int64_t number)
{
	sqlite3_stmt *stmt = db_prepare(db, sql);
	int fault = 0;

	if (!stmt)
		return db->fault;
	sqlite3_bind_int64(stmt, 1, number);
	if (db_step(db, stmt) != DB_DONE)
		fault = db->fault;
	sqlite3_finalize(stmt);
	return fault;
}

/* Before when is this step: at before_s, or earlier if that would be many. */
static int
find_step(struct db *db, int64_t before_s, int64_t *step_s)
{
	sqlite3_stmt *stmt = db_prepare(db, sql_activity_prune_until);
	enum db_step step;

	*step_s = before_s;
	if (!stmt)
		return db->fault;
	sqlite3_bind_int64(stmt, 1, PRUNE_STEP);
	step = db_step(db, stmt);
	/* those of the same second go along: else nothing might ever go */
	if (step == DB_ROW && sqlite3_column_int64(stmt, 0) < before_s)
		*step_s = sqlite3_column_int64(stmt, 0) + 1;
	sqlite3_finalize(stmt);
	return step == DB_ROW || step == DB_DONE ? 0 : db->fault;
}

/* One step, in one transaction. */
static int
prune_step(struct db *db, int64_t before_s, int64_t *step_s, uint64_t *removed)
{
	uint64_t n = 0;
	int fault = db_exec(db, sql_begin);

	if (!fault)
		fault = find_step(db, before_s, step_s);
	if (!fault)
		fault = run(db, sql_activity_prune_sum, *step_s);
	if (!fault) {
		fault = run(db, sql_activity_prune, *step_s);
		n = (uint64_t)sqlite3_changes64(db->handle);
	}
	if (!fault)
		fault = db_exec(db, sql_commit);
	if (!fault)
		*removed += n;
	return fault;
}

int
stats_prune(struct db *db, int64_t before_s, uint64_t *removed)
{
	int64_t step_s = INT64_MIN;
	int fault = db_exec(db, sql_activity_forget);

	*removed = 0;
	while (!fault && step_s < before_s) {
		fault = prune_step(db, before_s, &step_s, removed);
		if (!fault)
			fault = db_exec(db, sql_activity_shrink);
	}
	return fault;
}
