/*
 * Every statement in sql/ against the real schema: it compiles, it has the
 * parameters and columns that its comment names, and what a request looks up
 * goes through an index.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "sql/activity.h"
#include "sql/announce.h"
#include "sql/edit.h"
#include "sql/prune.h"
#include "sql/sent.h"
#include "sql/share.h"
#include "sql/stats.h"
#include "sql_list.h"
#include "store/db.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

static sqlite3 *db, *activity, *announce;

static int
open_schema(sqlite3 **out, const char *schema, const char *table)
{
	char *error = NULL;

	if (sqlite3_open(":memory:", out) == SQLITE_OK)
		db_add_functions(*out);
	if (!*out ||
	    sqlite3_exec(*out, schema, NULL, NULL, &error) != SQLITE_OK)
		print_error("%s\n", error ? error : "cannot open");
	sqlite3_free(error);
	return sqlite3_table_column_metadata(*out, NULL, table, NULL, NULL,
		   NULL, NULL, NULL, NULL) == SQLITE_OK
	    ? 0
	    : -1;
}

static int
setup(void **state)
{
	(void)state;
	return open_schema(&db, sql_share_schema, "file") == 0 &&
		sqlite3_exec(db, sql_astray_tables, NULL, NULL, NULL) ==
		    SQLITE_OK &&
		open_schema(&announce, sql_announce_schema, "server") == 0 &&
		open_schema(&activity, sql_activity_schema, "transfer") == 0 &&
		sqlite3_exec(activity, sql_sent_table, NULL, NULL, NULL) ==
		    SQLITE_OK
	    ? 0
	    : -1;
}

static int
teardown(void **state)
{
	(void)state;
	return sqlite3_close(db) == SQLITE_OK &&
		sqlite3_close(announce) == SQLITE_OK &&
		sqlite3_close(activity) == SQLITE_OK
	    ? 0
	    : -1;
}

/* The database that the statements of a room are for. */
static sqlite3 *
database_of(const char *room)
{
	static const char *const rooms[] = {
	    "activity", "prune", "sent", "stats"};

	for (size_t i = 0; i < ARRAY_LEN(rooms); i++)
		if (strcmp(room, rooms[i]) == 0)
			return activity;
	return strcmp(room, "announce") == 0 ? announce : db;
}

static sqlite3_stmt *
prepare(size_t i)
{
	sqlite3 *in = database_of(sql_list[i].room);
	sqlite3_stmt *stmt = NULL;
	const char *tail = NULL;

	if (sqlite3_prepare_v2(in, sql_list[i].text, -1, &stmt, &tail) !=
	    SQLITE_OK)
		fail_msg("%s: %s", sql_list[i].name, sqlite3_errmsg(in));
	assert_non_null(stmt);
	assert_string_equal(tail, "\n");
	return stmt;
}

static void
every_statement_compiles_and_is_one(void **state)
{
	size_t n_activity = 0;

	(void)state;
	assert_true(ARRAY_LEN(sql_list) > 50);
	for (size_t i = 0; i < ARRAY_LEN(sql_list); i++) {
		sqlite3_finalize(prepare(i));
		n_activity += database_of(sql_list[i].room) == activity;
	}
	assert_true(n_activity > 10);
}

/* The names from `begin` to `end`, which commas separate. */
static int
count_names(const char *begin, const char *end)
{
	int n = begin < end;

	for (; begin < end; begin++)
		n += *begin == ',';
	return n;
}

static void
comments_name_all_parameters_and_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sql_list); i++) {
		const char *signature = sql_list[i].signature;
		const char *close = strchr(signature, ')');
		sqlite3_stmt *stmt = prepare(i);

		if (signature[0] != '(' || !close)
			fail_msg("%s has no \"(parameters) -> columns\"",
			    sql_list[i].name);
		if (count_names(signature + 1, close) !=
		    sqlite3_bind_parameter_count(stmt))
			fail_msg("%s has other parameters", sql_list[i].name);
		if (count_names(close + 1, signature + strlen(signature)) !=
		    sqlite3_column_count(stmt))
			fail_msg("%s has other columns", sql_list[i].name);
		sqlite3_finalize(stmt);
	}
}

/* Those that index/stats.c reads. */
#define SUM_COLUMNS 14

static void
all_sums_have_the_same_columns(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sql_list); i++) {
		sqlite3_stmt *stmt;

		if (strcmp(sql_list[i].room, "stats") != 0)
			continue;
		stmt = prepare(i);
		assert_int_equal(sqlite3_column_count(stmt), SUM_COLUMNS);
		sqlite3_finalize(stmt);
		n++;
	}
	assert_int_equal(n, STATS_N_STATEMENTS);
}

static void
no_statement_stands_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sql_list); i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(sql_list[i].text, sql_list[j].text) == 0)
				fail_msg("%s is %s", sql_list[i].name,
				    sql_list[j].name);
}

/* Has the plan of a statement a step that begins like this? */
static bool
plan_has(sqlite3 *in, const char *statement, const char *wanted)
{
	char text[4096];
	sqlite3_stmt *stmt;
	bool found = false;

	snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", statement);
	assert_int_equal(
	    sqlite3_prepare_v2(in, text, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(stmt, 3);

		found |= strncmp(step, wanted, strlen(wanted)) == 0 &&
		    step[5] != '(';
	}
	sqlite3_finalize(stmt);
	return found;
}

/* Does it read a whole table? (Its own subqueries do not count.) */
static bool
scans(sqlite3 *in, const char *statement)
{
	return plan_has(in, statement, "SCAN");
}

/* Does its plan sort rows? */
static bool
sorts(sqlite3 *in, const char *statement)
{
	return plan_has(in, statement, "USE TEMP B-TREE");
}

/*
 * What reads a table from end to end, or all mount points or roots there are:
 * each is run once in a verb, or for one directory. All else is run for each file.
 */
static const char *const reads_all[] = {"DB_SCHEMA", "STORE_SUM",
    "STORE_COUNT_WITHOUT_AICH", "STORE_MOUNT_POINTS_ABOVE",
    "EDIT_ROOT_WALK_PUT", "SHARE_VIEW_ROOTS", "SHARE_VIEW_COPIES"};

static bool
may_read_all(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(reads_all); i++)
		if (strcmp(name, reads_all[i]) == 0)
			return true;
	return false;
}

static void
lookups_use_an_index(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sql_list); i++) {
		const char *name = sql_list[i].name;

		if (database_of(sql_list[i].room) != db)
			continue;
		if (scans(db, sql_list[i].text) != may_read_all(name))
			fail_msg("%s reads a whole table, or is said to", name);
		if (sorts(db, sql_list[i].text) &&
		    strcmp(name, "STORE_MOUNT_POINTS_ABOVE") != 0)
			fail_msg("%s sorts rows", name);
	}
	/* those since a time read the transfers since then, and no others */
	assert_false(scans(activity, stats_sql[STATS_TOTAL]));
	assert_false(scans(activity, stats_sql[STATS_BY_DAY]));
	/* the oldest are found in order */
	assert_false(sorts(activity, prune_sql[PRUNE_DELETE]));
	assert_false(scans(activity, sent_sql[SENT_BY_FILE]));
}

static bool
refuses(const char *statement)
{
	return sqlite3_exec(db, statement, NULL, NULL, NULL) ==
	    SQLITE_CONSTRAINT;
}

/* Does the activity database take a transfer with these values? */
static bool
takes(const char *values)
{
	char text[512];

	snprintf(text, sizeof text,
	    "INSERT INTO transfer (address, user_hash, client, file, name, "
	    "bytes, ms, outcome, began_s) VALUES (%s, 0)",
	    values);
	return sqlite3_exec(activity, text, NULL, NULL, NULL) == SQLITE_OK;
}

static void
the_schema_refuses_nonsense(void **state)
{
	(void)state;
	assert_true(refuses("INSERT INTO file VALUES (x'00', 1, 0, 1, NULL)"));
	assert_true(
	    refuses("INSERT INTO file VALUES (zeroblob(16), 0, 0, 1, NULL)"));
	assert_true(refuses("INSERT INTO file VALUES (zeroblob(16), 1, 0, 1, "
			    "zeroblob(19))"));
	assert_true(
	    refuses("INSERT INTO identity VALUES (2, zeroblob(16), 0)"));
	assert_true(
	    refuses("INSERT INTO identity VALUES (1, zeroblob(15), 0)"));
	assert_true(refuses("INSERT INTO root VALUES (1, x'', 0, NULL, 0, 1)"));
	assert_true(
	    refuses("INSERT INTO root VALUES (1, x'2f', 1, NULL, 2, 1)"));
	assert_true(
	    refuses("INSERT INTO root VALUES (1, x'2f', 1, NULL, 0, 2)"));
	assert_true(refuses("INSERT INTO exclude VALUES (1, x'')"));
	assert_true(refuses("INSERT INTO mount_point VALUES (x'')"));
	assert_true(refuses("INSERT INTO removed VALUES (x'')"));
	assert_true(refuses("INSERT INTO part_hashes VALUES (1, zeroblob(16), "
			    "zeroblob(17))"));
	assert_true(refuses("INSERT INTO aich_parts VALUES (1, zeroblob(16), "
			    "zeroblob(21))"));
	assert_true(refuses("INSERT INTO comment VALUES (zeroblob(16), 6, "
			    "x'')"));
	assert_true(refuses("INSERT INTO comment VALUES (zeroblob(16), 5, "
			    "zeroblob(129))"));
}

static void
no_transfer_is_nonsense(void **state)
{
	(void)state;
	assert_true(takes("zeroblob(16), NULL, x'', zeroblob(16), x'', 0, 0, "
			  "'gone'"));
	assert_false(takes("zeroblob(4), NULL, x'', zeroblob(16), x'', 0, 0, "
			   "'gone'"));
	assert_false(takes("zeroblob(16), x'', x'', zeroblob(16), x'', 0, 0, "
			   "'gone'"));
	assert_false(takes("zeroblob(16), NULL, zeroblob(101), zeroblob(16), "
			   "x'', 0, 0, 'gone'"));
	assert_false(takes("zeroblob(16), NULL, x'', zeroblob(17), x'', 0, 0, "
			   "'gone'"));
	assert_false(takes("zeroblob(16), NULL, x'', zeroblob(16), "
			   "zeroblob(256), 0, 0, 'gone'"));
	assert_false(takes("zeroblob(16), NULL, x'', zeroblob(16), x'', -1, 0, "
			   "'gone'"));
	assert_false(takes("zeroblob(16), NULL, x'', zeroblob(16), x'', 0, -1, "
			   "'gone'"));
	assert_false(takes("zeroblob(16), NULL, 'text', zeroblob(16), x'', 0, "
			   "0, 'gone'"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_statement_compiles_and_is_one),
	    cmocka_unit_test(comments_name_all_parameters_and_columns),
	    cmocka_unit_test(all_sums_have_the_same_columns),
	    cmocka_unit_test(no_statement_stands_twice),
	    cmocka_unit_test(lookups_use_an_index),
	    cmocka_unit_test(the_schema_refuses_nonsense),
	    cmocka_unit_test(no_transfer_is_nonsense),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
