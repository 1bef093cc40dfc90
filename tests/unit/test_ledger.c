/*
 * serve/ledger.h: what one connection sent, and what the killed had sent, read
 * back from a real activity.db.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "serve/books/ledger.h"
#include "store/state.h"

#include <sqlite3.h>
#include <stdio.h>

static struct ledger l;
static char dir[PATH_MAX];

static const struct transfer peer = {
    .address = {[10] = 0xFF, 0xFF, 192, 0, 2, 7},
    .has_user = true,
    .user_hash = {1, 2, 3},
    .client = "aMule",
    .outcome = "hung-up",
};

static int
begin(void **state)
{
	static int n;
	char name[16];

	(void)state;
	memset(&l, 0, sizeof l);
	snprintf(name, sizeof name, "%d", n++);
	snprintf(dir, sizeof dir, "%s", temp_path(name));
	l.state_dir = dir;
	return 0;
}

/* The one number or text that a statement gives. */
static const char *
ask(const char *sql)
{
	static char out[1024];
	char path[PATH_MAX];
	sqlite3_stmt *stmt;
	sqlite3 *db;

	assert_true(state_activity_path(path, dir));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	snprintf(
	    out, sizeof out, "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return out;
}

static void
add(uint8_t file, const char *name, uint64_t bytes, uint64_t now_ms)
{
	uint8_t hash[HASH_SIZE] = {file};

	ledger_add(&l, hash, name, bytes, now_ms);
}

static void
add_dead(const char *name, uint64_t bytes)
{
	struct record r = {
	    .address = {[10] = 0xFF, 0xFF, 192, 0, 2, 8},
	    .user_hash = {9},
	    .file = {7},
	    .has_user = 1,
	    .began_s = 1000000,
	    .began_ms = 5000,
	    .alive_ms = 8000,
	    .client = "eMule",
	};

	r.bytes = bytes;
	snprintf(r.name, sizeof r.name, "%s", name);
	ledger_add_dead(&l, &r);
}

static void
nothing_sent_is_nothing_written(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_null(ledger_last(&l));
	ledger_write(&l, &peer, 1000);
	assert_true(state_activity_path(path, dir));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(dir, F_OK), -1);
}

static void
files_are_told_apart(void **state)
{
	(void)state;
	add(1, "a", 100, 1000);
	add(1, "a", 50, 2000);
	add(2, "b", 7, 4000);
	add(1, "a", 1, 4500); /* back to it: a row of its own */
	assert_int_equal(l.n_files, 3);
	assert_int_equal(ledger_last(&l)->bytes, 1);
	assert_string_equal(ledger_last(&l)->name, "a");
	ledger_write(&l, &peer, 9500);
	assert_string_equal(
	    ask("SELECT group_concat(CAST(name AS TEXT) || ':' || bytes || "
		"':' || ms, ' ') FROM transfer"),
	    "a:150:3000 b:7:500 a:1:5000");
	assert_string_equal(
	    ask("SELECT count(*) FROM transfer WHERE outcome = 'hung-up' AND "
		"hex(address) = '00000000000000000000FFFFC0000207' AND "
		"hex(user_hash) LIKE '0102030000%' AND "
		"CAST(client AS TEXT) = 'aMule' AND "
		"abs(began_s - unixepoch()) < 100"),
	    "3");
}

static void
more_files_than_it_holds_count_as_the_last(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= LEDGER_FILES; i++)
		add(i, "f", 10, 1000);
	add(LEDGER_FILES + 1, "g", 5, 2000);
	add(LEDGER_FILES + 2, "h", 5, 2000);
	add(1, "f", 5, 3000);
	assert_int_equal(l.n_files, LEDGER_FILES);
	assert_int_equal(ledger_last(&l)->file[0], LEDGER_FILES);
	assert_int_equal(ledger_last(&l)->bytes, 25);
	ledger_write(&l, &peer, 5000);
	assert_string_equal(
	    ask("SELECT count(*) || ' ' || sum(bytes) || ' ' || max(ms) "
		"FROM transfer"),
	    "16 175 4000");
}

static void
the_killed_are_written_as_such(void **state)
{
	(void)state;
	add(1, "ours", 10, 1000);
	add_dead("theirs", 12345);
	ledger_write(&l, &peer, 2000);
	assert_string_equal(ask("SELECT count(*) FROM transfer"), "2");
	assert_string_equal(
	    ask("SELECT began_s || ' ' || hex(address) || ' ' || "
		"hex(user_hash) || ' ' || CAST(client AS TEXT) || ' ' || "
		"hex(file) || ' ' || CAST(name AS TEXT) || ' ' || bytes || "
		"' ' || ms FROM transfer WHERE outcome = 'killed'"),
	    "1000000 00000000000000000000FFFFC0000208 "
	    "09000000000000000000000000000000 eMule "
	    "07000000000000000000000000000000 theirs 12345 3000");
}

static void
the_killed_are_written_by_one_who_sent_nothing(void **state)
{
	(void)state;
	add_dead("theirs", 1);
	l.rules.anonymize = true;
	ledger_write(&l, &peer, 2000);
	assert_string_equal(
	    ask("SELECT hex(address) || quote(user_hash) || outcome "
		"FROM transfer"),
	    "00000000000000000000FFFFC0000200NULLkilled");
}

static void
so_many_killed_are_kept_and_no_more(void **state)
{
	(void)state;
	for (int i = 0; i < LEDGER_DEAD + 5; i++)
		add_dead("x", 1);
	assert_int_equal(l.n_dead, LEDGER_DEAD);
	ledger_write(&l, &peer, 2000);
	assert_string_equal(ask("SELECT count(*) FROM transfer"), "16");
}

/* A process can be killed while it writes its record. */
static void
a_record_half_written_does_no_harm(void **state)
{
	struct record *r = malloc(sizeof *r);

	(void)state;
	assert_non_null(r);
	memset(r, 'x', sizeof *r);
	r->bytes = 1;
	ledger_add_dead(&l, r);
	free(r);
	assert_int_equal(strlen(l.dead[0].client), PEER_NAME_MAX);
	assert_int_equal(strlen(l.dead[0].name), WIRE_NAME_MAX);
	ledger_write(&l, &peer, 2000);
	assert_string_equal(
	    ask("SELECT bytes || ' ' || length(name) FROM transfer"), "1 255");
}

static void
a_long_name_is_cut(void **state)
{
	char name[1000];

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	add(1, name, 1, 1000);
	assert_int_equal(strlen(ledger_last(&l)->name), WIRE_NAME_MAX);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
	    TEST(nothing_sent_is_nothing_written),
	    TEST(files_are_told_apart),
	    TEST(more_files_than_it_holds_count_as_the_last),
	    TEST(the_killed_are_written_as_such),
	    TEST(the_killed_are_written_by_one_who_sent_nothing),
	    TEST(so_many_killed_are_kept_and_no_more),
	    TEST(a_record_half_written_does_no_harm),
	    TEST(a_long_name_is_cut),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
