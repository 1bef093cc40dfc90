/*
 * store/db*.c: a database of an older version, read as it is and upgraded by the
 * next writer. The kind here is the activity database with two versions more.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "serve/books/activity.h"
#include "store/state.h"

#include <sys/wait.h>
#include <sysexits.h>

#define VERSION 2 /* of an activity database */

static const char *const older[] = {
    [VERSION - 1] =
	"CREATE TEMP VIEW transfer AS SELECT *, 7 AS port FROM main.transfer;",
    [VERSION] = "CREATE TEMP VIEW upgrade AS SELECT NULL AS n WHERE 0;",
};
static const char *const upgrades[] = {
    [VERSION - 1] =
	"ALTER TABLE transfer ADD COLUMN port INTEGER NOT NULL DEFAULT 8;"
	"PRAGMA user_version = 3;",
    [VERSION] = "CREATE TABLE upgrade (n INTEGER) STRICT;"
		"INSERT INTO upgrade VALUES (1);"
		"PRAGMA user_version = 4;",
};
static const char *const broken[] = {
    [VERSION - 1] =
	"ALTER TABLE transfer ADD COLUMN port INTEGER NOT NULL DEFAULT 8;"
	"PRAGMA user_version = 3;",
    [VERSION] = "INSERT INTO nowhere VALUES (1);",
};

static const struct activity_rules all = {.keep_s = 0};
static struct db_kind newer;

/* Add transfers as a server does. */
static bool
record(const char *dir, const struct transfer *list, size_t n,
    const struct activity_rules *rules)
{
	struct db db;
	bool good = activity_write(&db, dir, list, n, rules);

	db_close(&db);
	return good;
}

static int
setup(void **state)
{
	newer = activity_kind;
	newer.version = VERSION + 2;
	newer.older = older;
	newer.schemas = NULL;
	return temp_setup(state);
}

/* An activity database with one transfer. Its path. */
static const char *
make_old(const char *dir)
{
	static char path[PATH_MAX];
	const struct transfer t = {.bytes = 5, .outcome = "gone"};

	assert_true(record(temp_path(dir), &t, 1, &all));
	assert_true(state_activity_path(path, temp_path(dir)));
	return path;
}

/* The one number that a statement gives. */
static int
ask(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt = db_prepare(db, sql);
	int value;

	assert_non_null(stmt);
	assert_int_equal(db_step(db, stmt), DB_ROW);
	value = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

static void
a_reader_reads_an_older_database_as_it_is(void **state)
{
	const char *path = make_old("read");
	struct db db;

	(void)state;
	assert_int_equal(db_open(&db, &newer, path), 0);
	assert_int_equal(ask(&db, "SELECT sum(port) FROM transfer"), 7);
	assert_int_equal(ask(&db, "SELECT count(*) FROM upgrade"), 0);
	assert_int_equal(ask(&db, "PRAGMA user_version"), VERSION);
	db_close(&db);
}

static void
the_next_writer_upgrades_it(void **state)
{
	const char *path = make_old("write");
	const struct transfer t = {.outcome = "gone"};
	struct db db;

	(void)state;
	for (int i = 0; i < 2; i++) { /* the second one has nothing to do */
		assert_int_equal(
		    db_open_writer(&db, &newer, path, upgrades), 0);
		assert_int_equal(db.version, VERSION + 2);
		assert_int_equal(ask(&db, "SELECT sum(port) FROM transfer"), 8);
		assert_int_equal(ask(&db, "SELECT sum(n) FROM upgrade"), 1);
		db_close(&db);
	}
	assert_int_equal(db_open(&db, &newer, path), 0);
	assert_int_equal(ask(&db, "SELECT sum(port) FROM transfer"), 8);
	db_close(&db);
	/* those who do not speak the new version leave it alone */
	assert_int_equal(db_open(&db, &activity_kind, path), EX_CONFIG);
	assert_int_equal(state_open_activity(&db, path), EX_CONFIG);
	assert_false(record(temp_path("write"), &t, 1, &all));
}

static void
an_upgrade_that_fails_changes_nothing(void **state)
{
	const char *path = make_old("broken");
	struct db db;

	(void)state;
	assert_int_not_equal(db_open_writer(&db, &newer, path, broken), 0);
	assert_null(db.handle);
	assert_int_equal(state_open_activity(&db, path), 0);
	assert_int_equal(ask(&db, "PRAGMA user_version"), VERSION);
	assert_int_equal(ask(&db,
			     "SELECT count(*) FROM "
			     "pragma_table_info('transfer') "
			     "WHERE name = 'port'"),
	    0);
	assert_int_equal(ask(&db, "SELECT sum(bytes) FROM transfer"), 5);
	db_close(&db);
}

#define WRITERS 8

static void
one_of_many_writers_upgrades_it(void **state)
{
	const char *path = make_old("many");
	struct db db;
	int status;

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0)
			_exit(db_open_writer(&db, &newer, path, upgrades));
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(db_open(&db, &newer, path), 0);
	assert_int_equal(ask(&db, "SELECT sum(n) FROM upgrade"), 1);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reader_reads_an_older_database_as_it_is),
	    cmocka_unit_test(the_next_writer_upgrades_it),
	    cmocka_unit_test(an_upgrade_that_fails_changes_nothing),
	    cmocka_unit_test(one_of_many_writers_upgrades_it),
	};

	return cmocka_run_group_tests(tests, setup, temp_teardown);
}
