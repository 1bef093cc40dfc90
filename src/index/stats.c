/*
 * Sums over the activity database; see stats.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/stats.h"

#include "base/util.h"

#include <string.h>

/* A column of exactly n bytes. False if it is not: NULL, or wrong. */
static bool
column_bytes(sqlite3_stmt *stmt, int column, uint8_t *out, size_t n)
{
	const void *p = sqlite3_column_blob(stmt, column);

	if (!p || (size_t)sqlite3_column_bytes(stmt, column) != n)
		return false;
	memcpy(out, p, n);
	return true;
}

/* A column as a string, which is cut if it is too long. */
static void
column_name(sqlite3_stmt *stmt, int column, char *out, size_t cap)
{
	const void *p = sqlite3_column_blob(stmt, column);
	size_t n = 0;

	if (p) {
		n = min_size(
		    (size_t)sqlite3_column_bytes(stmt, column), cap - 1);
		memcpy(out, p, n);
	}
	out[n] = '\0';
}

/* All statements have the same columns; see sql/stats.sql. */
static void
fill_row(struct stats_row *row, sqlite3_stmt *stmt)
{
	memset(row, 0, sizeof *row);
	row->transfers = (uint64_t)sqlite3_column_int64(stmt, 0);
	row->bytes = (uint64_t)sqlite3_column_int64(stmt, 1);
	row->peers = (uint64_t)sqlite3_column_int64(stmt, 2);
	row->files = (uint64_t)sqlite3_column_int64(stmt, 3);
	row->ms = (uint64_t)sqlite3_column_int64(stmt, 4);
	row->first_s = sqlite3_column_int64(stmt, 5);
	row->last_s = sqlite3_column_int64(stmt, 6);
	row->most_bytes = (uint64_t)sqlite3_column_int64(stmt, 7);
	column_bytes(stmt, 8, row->file, HASH_SIZE);
	column_name(stmt, 9, row->name, sizeof row->name);
	column_bytes(stmt, 10, row->address, sizeof row->address);
	row->has_user = column_bytes(stmt, 11, row->user_hash, HASH_SIZE);
	column_name(stmt, 12, row->client, sizeof row->client);
	column_name(stmt, 13, row->outcome, sizeof row->outcome);
}

int
stats_each(struct db *db, enum stats_statement by, int64_t since_s,
    bool (*visit)(void *ctx, const struct stats_row *row), void *ctx)
{
	sqlite3_stmt *stmt = db_prepare(db, stats_sql[by]);
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
	if (step == DB_FAILED)
		fault = db->fault;
	sqlite3_finalize(stmt);
	return fault;
}
