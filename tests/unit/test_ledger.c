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

/* Bytes of a file that is larger than what is too little to be recorded. */
static void
add(uint8_t file, const char *name, uint64_t bytes, uint64_t now_ms)
{
	uint8_t hash[HASH_SIZE] = {file};

	ledger_add(&l, hash, name, UINT64_C(1) << 30, bytes, now_ms);
}

static void
write_now(uint64_t now_ms)
{
	ledger_write(&l, &peer, now_ms);
	ledger_close(&l);
}

/* A process died that sent so much of its last file, and in all. */
static bool
add_dead(const char *name, uint64_t bytes, uint64_t all)
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
	r.all_bytes = all;
	snprintf(r.name, sizeof r.name, "%s", name);
	return ledger_add_dead(&l, &r);
}

static void
nothing_sent_is_nothing_written(void **state)
{
	char path[PATH_MAX];

	(void)state;
	add(1, "nothing", 0, 1000);
	assert_null(l.current);
	write_now(1000);
	assert_true(state_activity_path(path, dir));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(access(dir, F_OK), -1);
}

static void
a_file_has_one_row_however_often_it_is_returned_to(void **state)
{
	(void)state;
	add(1, "a", 10000, 1000);
	add(1, "a", 5000, 2000);
	add(2, "b", 7000, 4000);
	for (uint64_t i = 0; i < 100; i++) {
		add(1, "a", 1, 4500 + 2 * i);
		add(2, "b", 1, 4501 + 2 * i);
	}
	assert_int_equal(l.bytes, 22200);
	write_now(9500);
	assert_string_equal(
	    ask("SELECT group_concat(CAST(name AS TEXT) || ':' || bytes || "
		"':' || ms, ' ') FROM transfer"),
	    "a:15100:3100 b:7100:5400");
	assert_string_equal(
	    ask("SELECT count(*) FROM transfer WHERE outcome = 'hung-up' AND "
		"hex(address) = '00000000000000000000FFFFC0000207' AND "
		"hex(user_hash) LIKE '0102030000%' AND "
		"CAST(client AS TEXT) = 'aMule' AND "
		"abs(began_s - unixepoch()) < 100"),
	    "2");
}

static void
too_little_has_no_row_unless_it_is_a_whole_file(void **state)
{
	static const uint8_t small[HASH_SIZE] = {3}, cut[HASH_SIZE] = {4};

	(void)state;
	add(1, "little", LEDGER_BYTES_MIN - 1, 1000);
	add(2, "enough", LEDGER_BYTES_MIN, 1000);
	ledger_add(&l, small, "whole", 500, 500, 1000);
	ledger_add(&l, cut, "not whole", 500, 499, 1000);
	write_now(2000);
	assert_string_equal(ask("SELECT group_concat(CAST(name AS TEXT), ' ') "
				"FROM transfer"),
	    "enough whole");
}

static void
the_seventeenth_file_counts_as_one_of_the_others(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= LEDGER_FILES; i++)
		add(i, "f", 10000, 1000);
	add(LEDGER_FILES + 1, "g", 5000, 2000);
	add(1, "f", 1, 2500);
	add(LEDGER_FILES + 2, "h", 5000, 3000);
	write_now(5000);
	assert_string_equal(
	    ask("SELECT count(*) || ' ' || sum(bytes) FROM transfer"),
	    "17 170001");
	assert_string_equal(
	    ask("SELECT hex(file) || length(name) || ' ' || bytes || ' ' || ms "
		"FROM transfer ORDER BY transfer_id DESC LIMIT 1"),
	    "000000000000000000000000000000000 10000 2500");
}

static void
a_file_of_which_too_little_was_sent_makes_room(void **state)
{
	(void)state;
	for (uint8_t i = 1; i <= LEDGER_FILES; i++)
		add(i, "f", i == 3 ? 5 : 10000, 1000);
	add(LEDGER_FILES + 1, "g", 2000, 2000);
	write_now(5000);
	assert_string_equal(
	    ask("SELECT count(*) || ' ' || min(bytes) || ' ' || sum(length(name)) "
		"FROM transfer"),
	    "16 2000 16");
}

static void
what_the_peer_never_got_is_taken_back(void **state)
{
	(void)state;
	add(1, "a", 10000, 1000);
	add(2, "b", 5000, 2000);
	add(3, "c", 3000, 3000);
	ledger_take_back(&l, 6000);
	assert_int_equal(l.bytes, 12000);
	write_now(4000);
	assert_string_equal(
	    ask("SELECT group_concat(CAST(name AS TEXT) || bytes, ' ') "
		"FROM transfer"),
	    "a10000 b2000");
	add(1, "a", 10, 5000);
	ledger_take_back(&l, UINT64_MAX);
	assert_int_equal(l.files[0].sent.bytes, 0);
}

static void
the_killed_are_written_as_such(void **state)
{
	(void)state;
	add(1, "ours", 10000, 1000);
	assert_true(add_dead("theirs", 12345, 12345));
	write_now(2000);
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
all_files_of_the_killed_count(void **state)
{
	(void)state;
	assert_true(add_dead("last", 5000, 12000));
	assert_true(add_dead("little", 1023, 1023));
	ledger_write_dead(&l);
	assert_string_equal(
	    ask("SELECT group_concat(CAST(name AS TEXT) || hex(file) || ' ' || "
		"bytes || ' ' || ms, ' ') FROM transfer"),
	    "last07000000000000000000000000000000 5000 3000 "
	    "00000000000000000000000000000000 7000 0");
	/* they are written once */
	write_now(3000);
	assert_string_equal(ask("SELECT count(*) FROM transfer"), "2");
}

static void
the_killed_are_written_by_one_who_sent_nothing(void **state)
{
	(void)state;
	add_dead("theirs", 2000, 2000);
	l.rules.anonymize = true;
	write_now(2000);
	assert_string_equal(
	    ask("SELECT hex(address) || quote(user_hash) || outcome "
		"FROM transfer"),
	    "00000000000000000000FFFFC0000200NULLkilled");
}

static void
the_killed_that_have_no_room_are_left_to_others(void **state)
{
	int n = 0;

	(void)state;
	while (n < 10 * LEDGER_DEAD && add_dead("x", 2000, 2000))
		n++;
	assert_true(n >= LEDGER_DEAD - 1 && n <= LEDGER_DEAD);
	write_now(2000);
	assert_int_equal(atoi(ask("SELECT count(*) FROM transfer")), n);
	assert_true(add_dead("x", 2000, 2000));
}

/* A process can be killed while it writes its record. */
static void
a_record_half_written_does_no_harm(void **state)
{
	struct record *r = malloc(sizeof *r);

	(void)state;
	assert_non_null(r);
	memset(r, 'x', sizeof *r);
	r->bytes = 5000;
	r->all_bytes = 2000;
	assert_true(ledger_add_dead(&l, r));
	free(r);
	assert_int_equal(strlen(l.dead[0].client), PEER_NAME_MAX);
	assert_int_equal(strlen(l.dead[0].name), WIRE_NAME_MAX);
	write_now(2000);
	assert_string_equal(
	    ask("SELECT bytes || ' ' || length(name) FROM transfer"),
	    "2000 255");
}

static void
a_long_name_is_cut(void **state)
{
	char name[1000];

	(void)state;
	memset(name, 'n', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	add(1, name, 1, 1000);
	assert_int_equal(strlen(l.current->sent.name), WIRE_NAME_MAX);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
	    TEST(nothing_sent_is_nothing_written),
	    TEST(a_file_has_one_row_however_often_it_is_returned_to),
	    TEST(too_little_has_no_row_unless_it_is_a_whole_file),
	    TEST(the_seventeenth_file_counts_as_one_of_the_others),
	    TEST(a_file_of_which_too_little_was_sent_makes_room),
	    TEST(what_the_peer_never_got_is_taken_back),
	    TEST(the_killed_are_written_as_such),
	    TEST(all_files_of_the_killed_count),
	    TEST(the_killed_are_written_by_one_who_sent_nothing),
	    TEST(the_killed_that_have_no_room_are_left_to_others),
	    TEST(a_record_half_written_does_no_harm),
	    TEST(a_long_name_is_cut),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
