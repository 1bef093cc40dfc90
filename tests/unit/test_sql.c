/*
 * Every statement in sql/ against the real schema: it compiles, and what a
 * request looks up goes through an index.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#define SQL_WANT_LIST
#include "sql.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>

static sqlite3 *db;

static int
setup(void **state)
{
	char *error = NULL;

	(void)state;
	if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql_share, NULL, NULL, &error) != SQLITE_OK)
		print_error("%s\n", error ? error : "cannot open");
	sqlite3_free(error);
	return sqlite3_table_column_metadata(db, NULL, "file", "hash", NULL,
		   NULL, NULL, NULL, NULL) == SQLITE_OK
	    ? 0
	    : -1;
}

static int
teardown(void **state)
{
	(void)state;
	return sqlite3_close(db);
}

static void
every_query_compiles_and_is_one_statement(void **state)
{
	(void)state;
	assert_true(ARRAY_LEN(sql_queries) > 10);
	for (size_t i = 0; i < ARRAY_LEN(sql_queries); i++) {
		sqlite3_stmt *stmt = NULL;
		const char *tail = NULL;
		int res = sqlite3_prepare_v2(
		    db, sql_queries[i].text, -1, &stmt, &tail);

		if (res != SQLITE_OK)
			fail_msg(
			    "%s: %s", sql_queries[i].name, sqlite3_errmsg(db));
		assert_non_null(stmt);
		assert_string_equal(tail, "\n");
		sqlite3_finalize(stmt);
	}
}

/* Does the plan of a query read a whole table? */
static bool
scans(const char *query)
{
	char text[4096];
	sqlite3_stmt *stmt;
	bool found = false;

	snprintf(text, sizeof text, "EXPLAIN QUERY PLAN %s", query);
	assert_int_equal(
	    sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		found |= strncmp((const char *)sqlite3_column_text(stmt, 3),
			     "SCAN", 4) == 0;
	sqlite3_finalize(stmt);
	return found;
}

static void
lookups_use_an_index(void **state)
{
	(void)state;
	assert_false(scans(sql_copies_by_hash));
	assert_false(scans(sql_hash_by_alias));
	assert_false(scans(sql_part_hashes_by_hash));
	assert_false(scans(sql_aich_parts_by_hash));
	assert_false(scans(sql_next_without_aich));
	assert_false(scans(sql_copy_by_path));
	assert_false(scans(sql_file_delete));
	assert_true(scans(sql_roots)); /* so the check can fail */
}

static bool
refuses(const char *statement)
{
	return sqlite3_exec(db, statement, NULL, NULL, NULL) ==
	    SQLITE_CONSTRAINT;
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
	assert_true(refuses("INSERT INTO root VALUES (1, x'', 0)"));
	assert_true(refuses("INSERT INTO part_hashes VALUES (1, zeroblob(16), "
			    "zeroblob(17))"));
	assert_true(refuses("INSERT INTO aich_parts VALUES (1, zeroblob(16), "
			    "zeroblob(21))"));
	assert_true(refuses("INSERT INTO comment VALUES (zeroblob(16), 6, "
			    "x'')"));
	assert_true(refuses("INSERT INTO comment VALUES (zeroblob(16), 5, "
			    "zeroblob(129))"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_query_compiles_and_is_one_statement),
	    cmocka_unit_test(lookups_use_an_index),
	    cmocka_unit_test(the_schema_refuses_nonsense),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
