/*
 * serve/books/activity.c, index/stats.c and index/prune.c on real databases:
 * what is written is read, and whatever goes wrong leaves one line and what was
 * there before.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "serve/books/activity.h"
#include "store/prune.h"
#include "store/state.h"
#include "index/stats.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>

static const struct transfer plain = {
    .began_s = 1000000,
    .address = {[10] = 0xFF, 0xFF, 192, 0, 2, 7},
    .has_user = true,
    .user_hash = {1, 2, 3, 4, 5, 0x0E, 7, 8, 9, 10, 11, 12, 13, 14, 0x6F, 16},
    .client = "aMule \xFF\n",
    .file = {0xA},
    .name = "a|b\t\xE9.iso",
    .bytes = 184320,
    .ms = 1500,
    .outcome = "hung-up",
};

static const struct activity_rules all = {.keep_s = 0};
static const struct activity_rules anonymous = {.anonymize = true};

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

/* A state directory of this test alone, which is not there yet. */
static const char *
fresh_dir(void)
{
	static char dir[PATH_MAX];
	static int n;
	char name[32];

	snprintf(name, sizeof name, "state/%d", n++);
	snprintf(dir, sizeof dir, "%s", temp_path(name));
	return dir;
}

static const char *
db_path(const char *dir)
{
	static char path[PATH_MAX];

	assert_true(state_activity_path(path, dir));
	return path;
}

/* The one number or text that a statement gives. */
static const char *
ask(const char *path, const char *sql)
{
	static char out[1024];
	sqlite3_stmt *stmt;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	snprintf(out, sizeof out, "%s",
	    sqlite3_column_type(stmt, 0) == SQLITE_NULL
		? "NULL"
		: (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return out;
}

static bool
keep_row(void *ctx, const struct stats_row *row)
{
	struct stats_row *out = ctx;

	*out = *row;
	return true;
}

/* The last row of this kind. */
static struct stats_row
last_row(const char *dir, enum stats_statement by, int64_t since_s)
{
	struct stats_row row = {0};
	struct db db;

	assert_int_equal(db_open(&db, &activity_kind, db_path(dir)), 0);
	assert_int_equal(db_begin_reading(&db), 0);
	assert_int_equal(stats_each(&db, by, since_s, keep_row, &row), 0);
	db_close(&db);
	return row;
}

static void
write_one(const char *dir, const struct transfer *t)
{
	assert_true(record(dir, t, 1, &all));
}

/*
 * What was said on fd 2 by what `act` does in a child; its result is *result.
 */
static const char *
say(const char *dir, bool (*act)(const char *dir), bool *result)
{
	static char said[4096];
	int fds[2], status;
	size_t n = 0;
	ssize_t len;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		_exit(act(dir) ? 10 : 11);
	}
	assert_true(pid > 0);
	close(fds[1]);
	while (n < sizeof said - 1 &&
	    (len = read(fds[0], said + n, sizeof said - 1 - n)) > 0)
		n += (size_t)len;
	said[n] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) != 10 && WEXITSTATUS(status) != 11)
		fail_msg(
		    "the child ended with %d: %s", WEXITSTATUS(status), said);
	*result = WEXITSTATUS(status) == 10;
	return said;
}

static bool
write_plain(const char *dir)
{
	return record(dir, &plain, 1, &all);
}

/* It fails with one line that says all of this. */
static void
fails(const char *dir, bool (*act)(const char *dir), const char *what,
    const char *remedy)
{
	bool result;
	const char *said = say(dir, act, &result);
	const char *end = strchr(said, '\n');

	assert_false(result);
	if (!end || end[1] || !strstr(said, "activity.db") ||
	    !strstr(said, what) || !strstr(said, remedy))
		fail_msg("it said: %s", said);
}

static void
what_is_written_is_read(void **state)
{
	struct transfer list[2] = {plain, plain};
	const char *dir = fresh_dir();
	struct stats_row row;

	(void)state;
	list[1].began_s += 5;
	list[1].bytes = UINT64_C(1) << 40;
	assert_true(record(dir, list, 2, &all));
	row = last_row(dir, STATS_TOTAL, INT64_MIN);
	assert_int_equal(row.transfers, 2);
	assert_int_equal(row.bytes, (UINT64_C(1) << 40) + 184320);
	assert_int_equal(row.peers, 1);
	assert_int_equal(row.files, 1);
	assert_int_equal(row.ms, 3000);
	assert_int_equal(row.first_s, 1000000);
	assert_int_equal(row.last_s, 1000005);
	row = last_row(dir, STATS_BY_FILE, INT64_MIN);
	assert_memory_equal(row.file, plain.file, HASH_SIZE);
	assert_string_equal(row.name, plain.name);
	assert_int_equal(row.most_bytes, row.bytes);
	row = last_row(dir, STATS_BY_PEER, INT64_MIN);
	assert_memory_equal(row.address, plain.address, 16);
	assert_true(row.has_user);
	assert_memory_equal(row.user_hash, plain.user_hash, HASH_SIZE);
	assert_string_equal(row.client, plain.client);
	row = last_row(dir, STATS_EVER_BY_OUTCOME, INT64_MIN);
	assert_string_equal(row.outcome, "hung-up");
	assert_int_equal(row.transfers, 2);
	row = last_row(dir, STATS_BY_DAY, 1000001);
	assert_int_equal(row.transfers, 1);
}

static void
full_names_fit(void **state)
{
	struct transfer t = plain;
	const char *dir = fresh_dir();

	(void)state;
	memset(t.client, 'c', PEER_NAME_MAX);
	memset(t.name, 'n', WIRE_NAME_MAX);
	memset(t.outcome, 'o', 15);
	t.bytes = UINT64_MAX; /* more than SQLite has numbers for */
	write_one(dir, &t);
	assert_string_equal(
	    last_row(dir, STATS_BY_FILE, INT64_MIN).name, t.name);
	assert_string_equal(
	    last_row(dir, STATS_BY_PEER, INT64_MIN).client, t.client);
	assert_string_equal(
	    last_row(dir, STATS_EVER_BY_OUTCOME, 0).outcome, t.outcome);
	assert_int_equal(
	    last_row(dir, STATS_TOTAL, INT64_MIN).bytes, INT64_MAX);
}

static void
nothing_to_write_opens_nothing(void **state)
{
	const char *dir = fresh_dir();

	(void)state;
	assert_true(record(dir, NULL, 0, &all));
	assert_int_equal(access(dir, F_OK), -1);
}

static void
a_database_is_for_whom_its_directory_lets_in(void **state)
{
	const char *dir = fresh_dir();
	struct stat st;
	mode_t before = umask(077);

	(void)state;
	write_one(dir, &plain);
	umask(before);
	assert_int_equal(stat(db_path(dir), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0007, 0);
	/* the side files stay, for readers who may not make them */
	assert_string_equal(ask(db_path(dir), "PRAGMA journal_mode"), "wal");
	write_one(dir, &plain);
	for (const char *const *side =
		 (const char *const[]){"-wal", "-shm", NULL};
	     *side; side++) {
		char path[PATH_MAX + 8];

		snprintf(path, sizeof path, "%s%s", db_path(dir), *side);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, 0644);
	}
}

static void
anonymous_rows_tell_of_no_peer(void **state)
{
	struct transfer v6 = plain, unknown = plain;
	const char *dir = fresh_dir();
	const char *path;

	(void)state;
	unhex(v6.address, 16, "20010db8 12345678 9abcdef0 12345678");
	memset(unknown.address, 0, 16);
	assert_true(record(dir, &plain, 1, &anonymous));
	assert_true(record(dir, &v6, 1, &anonymous));
	assert_true(record(dir, &unknown, 1, &anonymous));
	path = db_path(dir);
	assert_string_equal(ask(path,
				"SELECT group_concat(hex(address), ' ') FROM "
				"transfer"),
	    "00000000000000000000FFFFC0000200 "
	    "20010DB8123400000000000000000000 "
	    "00000000000000000000000000000000");
	assert_string_equal(
	    ask(path, "SELECT count(user_hash) FROM transfer"), "0");
	assert_string_equal(
	    ask(path, "SELECT sum(length(client)) FROM transfer"), "0");
	assert_string_equal(
	    ask(path, "SELECT sum(bytes) FROM transfer"), "552960");
	assert_false(last_row(dir, STATS_BY_PEER, 0).has_user);
}

static void
a_peer_is_its_user_hash_or_else_its_address(void **state)
{
	struct transfer list[4] = {plain, plain, plain, plain};
	const char *dir = fresh_dir();

	(void)state;
	list[1].address[15]++;
	list[2].has_user = list[3].has_user = false;
	assert_true(record(dir, list, 4, &all));
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).peers, 2);
	assert_string_equal(
	    ask(db_path(dir), "SELECT count(*) FROM transfer"), "4");
}

/* Its reader may be one who cannot write, and finds all that is in the WAL. */
static void
a_writer_that_cuts_nothing_leaves_an_empty_wal(void **state)
{
	const char *dir = fresh_dir();
	uint8_t head[32], zeros[32] = {0};
	char wal[PATH_MAX + 8];
	struct stat st;
	pid_t pid;
	int fd;

	(void)state;
	snprintf(wal, sizeof wal, "%s-wal", db_path(dir));
	for (int i = 0; i < 3; i++) {
		pid = fork();
		if (pid == 0) {
			db_never_cut();
			_exit(!record(dir, &plain, 1, &all));
		}
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	fd = open(wal, O_RDONLY);
	assert_int_equal(read(fd, head, sizeof head), sizeof head);
	assert_memory_equal(head, zeros, sizeof head);
	close(fd);
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, 3);
	/* one that cuts */
	write_one(dir, &plain);
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, 4);
	assert_string_equal(ask(db_path(dir), "PRAGMA integrity_check"), "ok");
}

static void
many_writers_at_once_lose_nothing(void **state)
{
	enum {
		WRITERS = 8,
		TURNS = 25
	};
	const char *dir = fresh_dir();
	pid_t pids[WRITERS];

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct transfer list[2] = {plain, plain};
			int failed = 0;

			if (i % 2)
				db_never_cut(); /* as in the sandbox */
			for (int k = 0; k < TURNS; k++)
				failed += !record(
				    dir, list, 2, k & 1 ? &anonymous : &all);
			_exit(failed);
		}
		assert_true(pids[i] > 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	assert_int_equal(
	    last_row(dir, STATS_TOTAL, 0).transfers, 2 * WRITERS * TURNS);
	assert_string_equal(ask(db_path(dir), "PRAGMA integrity_check"), "ok");
}

static void
a_kill_in_the_middle_leaves_all_or_none(void **state)
{
	enum {
		ROWS = 40,
		KILLS = 40
	};
	static struct transfer list[ROWS];
	const char *dir = fresh_dir();
	uint64_t before = ROWS;

	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		list[i] = plain;
	/* so that all of the rest are killed while they write rows */
	record(dir, list, ROWS, &all);
	/* on a slow machine more of them, until one got a row written */
	for (int i = 0; i < KILLS || (before == ROWS && i < 50 * KILLS); i++) {
		struct timespec pause = {.tv_nsec = 200000L * (i + 1)};
		struct stats_row row;
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			db_never_cut();
			for (;;)
				record(dir, list, ROWS, &all);
		}
		assert_true(pid > 0);
		nanosleep(&pause, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		row = last_row(dir, STATS_TOTAL, 0);
		assert_int_equal(row.transfers % ROWS, 0);
		assert_true(row.transfers >= before);
		before = row.transfers;
	}
	assert_true(before > ROWS);
	write_one(dir, &plain);
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, before + 1);
	assert_string_equal(ask(db_path(dir), "PRAGMA integrity_check"), "ok");
}

static int
prune(struct db *db, int64_t before_s, uint64_t *removed)
{
	const struct prune_rule rule = {before_s, .keep = INT64_MAX};

	return prune_transfers(db, &rule, removed);
}

static void
pruning_removes_rows_and_keeps_sums(void **state)
{
	enum {
		ROWS = 12000
	};
	struct transfer *list = calloc(ROWS, sizeof *list);
	const char *dir = fresh_dir();
	struct stats_row before, after;
	uint64_t removed;
	struct stat st;
	off_t size;
	struct db db;

	(void)state;
	assert_non_null(list);
	for (int i = 0; i < ROWS; i++) {
		list[i] = plain;
		list[i].began_s = i / 3;
		list[i].file[1] = (uint8_t)(i % 2);
		snprintf(list[i].name, sizeof list[i].name, "name %d", i / 3);
	}
	assert_true(record(dir, list, ROWS, &all));
	free(list);
	assert_int_equal(stat(db_path(dir), &st), 0);
	size = st.st_size;
	before = last_row(dir, STATS_EVER, 0);
	assert_int_equal(state_open_activity(&db, db_path(dir)), 0);
	assert_int_equal(prune(&db, 3900, &removed), 0);
	assert_int_equal(removed, 11700);
	assert_int_equal(prune(&db, 3900, &removed), 0);
	assert_int_equal(removed, 0);
	db_close(&db);
	assert_int_equal(last_row(dir, STATS_TOTAL, INT64_MIN).transfers, 300);
	after = last_row(dir, STATS_EVER, 0);
	assert_memory_equal(&before, &after, sizeof before);
	assert_int_equal(
	    last_row(dir, STATS_EVER_BY_OUTCOME, 0).transfers, ROWS);
	/* all of them, and the name is still the last one */
	assert_int_equal(state_open_activity(&db, db_path(dir)), 0);
	assert_int_equal(prune(&db, INT64_MAX, &removed), 0);
	db_close(&db);
	assert_int_equal(removed, 300);
	after = last_row(dir, STATS_EVER_BY_FILE, 0);
	assert_int_equal(after.transfers, ROWS / 2);
	assert_int_equal(after.last_s, (ROWS - 1) / 3);
	assert_string_equal(after.name, "name 3999");
	/* the space is given back, and nothing of a peer stays in the file */
	assert_int_equal(stat(db_path(dir), &st), 0);
	assert_true(st.st_size < size / 10);
}

/* Run SQL in a database that is there. */
static void
run(const char *dir, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(db_path(dir), &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static void
a_write_removes_what_is_too_old(void **state)
{
	const struct activity_rules month = {.keep_s = 30 * 86400};
	struct transfer list[3] = {plain, plain, plain};
	const char *dir = fresh_dir();
	struct stats_row row;

	(void)state;
	list[1].began_s = time(NULL) - 31 * 86400;
	list[2].began_s = time(NULL) - 29 * 86400;
	assert_true(record(dir, list, 3, &month));
	row = last_row(dir, STATS_TOTAL, INT64_MIN);
	assert_int_equal(row.transfers, 1);
	assert_int_equal(row.first_s, list[2].began_s);
	row = last_row(dir, STATS_EVER, 0);
	assert_int_equal(row.transfers, 3);
	assert_int_equal(row.bytes, 3 * plain.bytes);
	assert_int_equal(row.ms, 3 * plain.ms);
}

/* Whether there are too many is told by the numbers of the first and the last. */
static void
a_write_removes_the_oldest_of_too_many(void **state)
{
	enum {
		ROWS = 3000
	};
	static struct transfer list[ROWS];
	const char *dir = fresh_dir();
	char renumber[128];

	(void)state;
	for (int i = 0; i < ROWS; i++) {
		list[i] = plain;
		list[i].began_s = 1000000 + i;
	}
	assert_true(record(dir, list, ROWS, &all));
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, ROWS);
	snprintf(renumber, sizeof renumber,
	    "UPDATE transfer SET transfer_id = transfer_id - %d "
	    "WHERE transfer_id <= 1400",
	    ACTIVITY_KEEP);
	run(dir, renumber);
	/* in steps: nobody waits for the removal of a million */
	write_one(dir, &plain);
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, 2001);
	write_one(dir, &plain);
	assert_true(last_row(dir, STATS_TOTAL, 0).transfers < 1602);
	assert_int_equal(last_row(dir, STATS_EVER, 0).transfers, ROWS + 2);
	assert_int_equal(
	    last_row(dir, STATS_EVER_BY_OUTCOME, 0).transfers, ROWS + 2);
}

static void
make_foreign(const char *dir, const char *sql)
{
	sqlite3 *db;

	mkdir(temp_path("state"), 0755);
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(sqlite3_open(db_path(dir), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* The bytes of the database; for the caller to free. */
static uint8_t *
slurp(const char *dir, size_t *n)
{
	int fd = open(db_path(dir), O_RDONLY);
	uint8_t *bytes = malloc(1 << 20);

	assert_true(fd >= 0 && bytes);
	*n = (size_t)read(fd, bytes, 1 << 20);
	close(fd);
	return bytes;
}

/* What is no activity database fails so, and not a byte of it changes. */
static void
is_left_alone(const char *dir, const char *what, const char *remedy)
{
	size_t n, n_after;
	uint8_t *before = slurp(dir, &n), *after;

	fails(dir, write_plain, what, remedy);
	after = slurp(dir, &n_after);
	assert_int_equal(n, n_after);
	assert_memory_equal(before, after, n);
	free(before);
	free(after);
}

static void
what_is_no_activity_database_is_left_alone(void **state)
{
	const char *dir = fresh_dir();

	(void)state;
	make_foreign(dir, "CREATE TABLE transfer (x)");
	is_left_alone(dir, "is no activity database", "move it away");
	dir = fresh_dir();
	make_foreign(
	    dir, "PRAGMA application_id = 0x6564326b; PRAGMA user_version = 1");
	is_left_alone(dir, "is no activity database", "move it away");
	dir = fresh_dir();
	make_foreign(
	    dir, "PRAGMA application_id = 0x65643261; PRAGMA user_version = 3");
	is_left_alone(dir, "has version 3, this program speaks version 2",
	    "install the newer");
	/* neither text nor nothing is a database */
	dir = fresh_dir();
	make_foreign(dir, "");
	is_left_alone(dir, "is no activity database", "move it away");
	dir = fresh_dir();
	assert_int_equal(mkdir(dir, 0755), 0);
	temp_file(db_path(dir) + strlen(temp_dir) + 1, 5000, 'x');
	is_left_alone(dir, "is no activity database", "move it away");
}

static void
what_is_damaged_is_left_alone(void **state)
{
	const char *dir = fresh_dir();
	char page[4096];
	int fd;

	(void)state;
	write_one(dir, &plain);
	fd = open(db_path(dir), O_WRONLY);
	memset(page, 'x', sizeof page);
	for (off_t i = 1; i < 5; i++)
		assert_int_equal(
		    pwrite(fd, page, sizeof page, i * 4096), sizeof page);
	close(fd);
	is_left_alone(dir, "is damaged", "ed2k-serve makes a new one");
}

/* The disk takes no more than the file has now. */
static bool
write_without_room(const char *dir)
{
	struct rlimit none = {.rlim_cur = 4096, .rlim_max = 4096};

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &none);
	return write_plain(dir);
}

static void
without_room_what_was_there_stays(void **state)
{
	const char *dir = fresh_dir();

	(void)state;
	fails(dir, write_without_room, "activity.db", "");
	assert_int_equal(access(db_path(dir), F_OK), -1);
	write_one(dir, &plain);
	fails(dir, write_without_room, "activity.db", "");
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, 1);
	write_one(dir, &plain);
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, 2);
}

static bool
write_as_nobody(const char *dir)
{
	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		_exit(1);
	return write_plain(dir);
}

static bool
read_as_nobody(const char *dir)
{
	struct stats_row row = {0};
	struct db db;
	bool good;

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		_exit(1);
	good = db_open(&db, &activity_kind, db_path(dir)) == 0 &&
	    stats_each(&db, STATS_TOTAL, 0, keep_row, &row) == 0 &&
	    row.transfers == 1;
	db_close(&db);
	return good;
}

static void
who_may_only_read_reads(void **state)
{
	const char *dir = fresh_dir();
	struct stat st;
	bool good;

	(void)state;
	mkdir(temp_path("state"), 0755);
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(chmod(temp_dir, 0755), 0);
	assert_int_equal(chmod(temp_path("state"), 0755), 0);
	chmod(dir, 0555);
	fails(dir, write_as_nobody, "cannot create", "with chown");
	chmod(dir, 0755);
	write_one(dir, &plain);
	assert_int_equal(stat(db_path(dir), &st), 0);
	/* without root we own the file: its mode has to say no */
	if (geteuid() != 0)
		chmod(db_path(dir), 0444);
	chmod(dir, 0555);
	assert_string_equal(say(dir, read_as_nobody, &good), "");
	assert_true(good);
	fails(dir, write_as_nobody, "cannot write", "with chown");
	chmod(dir, 0000);
	fails(dir, read_as_nobody, "Permission denied", "chmod 750");
	fails(dir, write_as_nobody, "Permission denied", "with chown");
	chmod(dir, 0755);
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, 1);
}

static void
a_writer_waits_for_another(void **state)
{
	struct timespec pause = {.tv_nsec = 300000000};
	const char *dir = fresh_dir();
	int ready[2], status;
	char byte = 0;
	sqlite3 *db;
	pid_t pid;

	(void)state;
	write_one(dir, &plain);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (read(ready[0], &byte, 1) != 1)
			_exit(1);
		_exit(!write_plain(dir));
	}
	assert_int_equal(sqlite3_open(db_path(dir), &db), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(write(ready[1], &byte, 1), 1);
	nanosleep(&pause, NULL);
	assert_int_equal(waitpid(pid, &status, WNOHANG), 0);
	sqlite3_close(db);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(ready[0]);
	close(ready[1]);
	assert_int_equal(last_row(dir, STATS_TOTAL, 0).transfers, 2);
}

static void
the_state_directory_is_where_others_keep_theirs(void **state)
{
	char out[PATH_MAX], tiny[8];

	(void)state;
	if (geteuid() < 1000) {
		assert_true(state_default_dir(out, sizeof out));
		assert_string_equal(out, "/var/lib/ed2k-serve");
	} else {
		setenv("HOME", "/home/x", 1);
		unsetenv("XDG_STATE_HOME");
		assert_true(state_default_dir(out, sizeof out));
		assert_string_equal(out, "/home/x/.local/state/ed2k-serve");
		setenv("XDG_STATE_HOME", "/y", 1);
		assert_true(state_default_dir(out, sizeof out));
		assert_string_equal(out, "/y/ed2k-serve");
	}
	assert_false(state_default_dir(tiny, sizeof tiny));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(full_names_fit),
	    cmocka_unit_test(nothing_to_write_opens_nothing),
	    cmocka_unit_test(a_database_is_for_whom_its_directory_lets_in),
	    cmocka_unit_test(anonymous_rows_tell_of_no_peer),
	    cmocka_unit_test(a_peer_is_its_user_hash_or_else_its_address),
	    cmocka_unit_test(a_writer_that_cuts_nothing_leaves_an_empty_wal),
	    cmocka_unit_test(many_writers_at_once_lose_nothing),
	    cmocka_unit_test(a_kill_in_the_middle_leaves_all_or_none),
	    cmocka_unit_test(pruning_removes_rows_and_keeps_sums),
	    cmocka_unit_test(a_write_removes_what_is_too_old),
	    cmocka_unit_test(a_write_removes_the_oldest_of_too_many),
	    cmocka_unit_test(what_is_no_activity_database_is_left_alone),
	    cmocka_unit_test(what_is_damaged_is_left_alone),
	    cmocka_unit_test(without_room_what_was_there_stays),
	    cmocka_unit_test(who_may_only_read_reads),
	    cmocka_unit_test(a_writer_waits_for_another),
	    cmocka_unit_test(the_state_directory_is_where_others_keep_theirs),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
