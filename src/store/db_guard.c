/*
 * Reading a database that a process with a peer may have forged; see db.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/db.h"

#include "base/log.h"
#include "sql/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* No value and no row of ours is longer. */
#define VALUE_MAX 65536

/*
 * What a statement may do, in steps of SQLite's virtual machine. Our own take
 * at most 150 for a row, and a page has up to 60 rows. A file can be forged so
 * that its pages lead to each other, and a table has no end.
 */
#define STEPS_TO_CHECK UINT64_C(20000) /* until the schema is known */
#define STEPS_AT_LEAST UINT64_C(10000000)
#define STEPS_A_PAGE   UINT64_C(30000)
#define STEPS_MAX      UINT64_C(4000000000)
#define PAGE_SIZE      4096

/* How often SQLite asks whether a statement may go on. */
#define STEPS_A_CALL 1000

/* For SQLite: is the statement to be ended? */
static int
count_steps(void *ctx)
{
	struct db *db = ctx;

	db->steps += STEPS_A_CALL;
	return db->steps > db->max_steps;
}

/*
 * open(2) for SQLite, which does not wait for the other end of a FIFO. It is
 * asked of every file, since another may have taken the place of one that was
 * looked at.
 */
static int
open_file(const char *path, int flags, int mode)
{
	int fd = open(path, flags | O_NONBLOCK | O_NOCTTY, mode);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISFIFO(st.st_mode))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

static void
wait_for_no_fifo(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	if (vfs && vfs->iVersion >= 3 && vfs->xSetSystemCall)
		vfs->xSetSystemCall(
		    vfs, "open", (sqlite3_syscall_ptr)open_file);
}

int
db_guard_path(struct db *db, const char *path, char real[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX], whole[PATH_MAX];
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		log_error("%s is no regular file; %s", log_quote_str(path),
		    db->kind->if_foreign);
		return EX_CONFIG;
	}
	snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) + 1 : 1,
	    slash ? path : ".");
	if (!realpath(dir, whole) ||
	    snprintf(real, PATH_MAX, "%s/%s", whole,
		slash ? slash + 1 : path) >= PATH_MAX) {
		log_error("cannot use %s: %s; %s", log_quote_str(path),
		    strerror(errno), db->kind->if_unreadable);
		return EX_NOPERM;
	}
	wait_for_no_fifo();
	return 0;
}

/* clamped_sum(x) in SQL */
static void
add_value(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
	sqlite3_int64 *sum = sqlite3_aggregate_context(ctx, sizeof *sum);
	sqlite3_int64 n = 0;

	if (argc == 1 && sqlite3_value_type(argv[0]) == SQLITE_INTEGER)
		n = sqlite3_value_int64(argv[0]);
	if (sum && n > 0)
		*sum = n > INT64_MAX - *sum ? INT64_MAX : *sum + n;
}

static void
tell_sum(sqlite3_context *ctx)
{
	const sqlite3_int64 *sum = sqlite3_aggregate_context(ctx, 0);

	sqlite3_result_int64(ctx, sum ? *sum : 0);
}

void
db_add_functions(sqlite3 *handle)
{
	sqlite3_create_function(handle, "clamped_sum", 1,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, NULL,
	    add_value, tell_sum);
}

void
db_guard(struct db *db)
{
	sqlite3 *h = db->handle;

	sqlite3_db_config(h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	sqlite3_db_config(h, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	sqlite3_drop_modules(h, NULL); /* no virtual tables */
	sqlite3_limit(h, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_limit(h, SQLITE_LIMIT_ATTACHED, 0);
	db->max_steps = STEPS_TO_CHECK;
	sqlite3_progress_handler(h, STEPS_A_CALL, count_steps, db);
	db_add_functions(h);
}

/* The length of what separates words: white space and comments. */
static size_t
gap(const char *s)
{
	size_t n = 0;

	for (;;) {
		n += strspn(s + n, " \t\n");
		if (strncmp(s + n, "--", 2) != 0)
			return n;
		n += strcspn(s + n, "\n");
	}
}

/*
 * Is this the next statement of a script? Moves behind that one in any case.
 */
static bool
is_next(const char **script, const char *sql)
{
	const char *p = *script + gap(*script);
	bool same = true;

	while (*p && *p != ';') {
		size_t n = gap(p), n_sql = gap(sql);

		same = same && (n > 0) == (n_sql > 0);
		p += n;
		sql += n_sql;
		if (n > 0)
			continue;
		same = same && *p == *sql;
		p++;
		sql += *sql != '\0';
	}
	*script = *p ? p + 1 : p;
	return same && sql[gap(sql)] == '\0';
}

/* Is this a statement of the script? */
static bool
is_expected(const char *script, const char *sql)
{
	while (*script)
		if (is_next(&script, sql))
			return true;
	return false;
}

/* How many tables and indexes a script makes. */
static int
count_created(const char *script)
{
	int n = 0;

	while ((script = strstr(script, "CREATE"))) {
		script++;
		n++;
	}
	return n;
}

/* What a row of the schema says, or NULL when there is a NUL in it. */
static const char *
schema_text(sqlite3_stmt *stmt)
{
	const char *sql = (const char *)sqlite3_column_text(stmt, 0);

	return sql && strlen(sql) == (size_t)sqlite3_column_bytes(stmt, 0)
	    ? sql
	    : NULL;
}

/* Let statements do what files of this size may need. */
static void
allow_steps(struct db *db)
{
	struct stat st;
	uint64_t size = stat(db->path, &st) == 0 ? (uint64_t)st.st_size : 0;
	uint64_t pages = (size + db_log_size(db->path)) / PAGE_SIZE;

	db->max_steps = pages < STEPS_MAX / STEPS_A_PAGE
	    ? STEPS_AT_LEAST + pages * STEPS_A_PAGE
	    : STEPS_MAX;
}

int
db_check_schema(struct db *db)
{
	const char *script = db->kind->schemas[db->version - 1];
	sqlite3_stmt *stmt = db_prepare(db, db_sql[DB_SCHEMA]);
	enum db_step step = DB_ROW;
	bool same = true;
	int n = 0;

	if (!stmt)
		return db->fault;
	while (same && (step = db_step(db, stmt)) == DB_ROW) {
		const char *sql = schema_text(stmt);

		same = sql && is_expected(script, sql);
		n++;
	}
	sqlite3_finalize(stmt);
	if (step == DB_FAILED)
		return db->fault;
	allow_steps(db);
	if (same && n == count_created(script))
		return 0;
	log_error("%s is damaged: its tables are not those of version %d; %s",
	    log_quote_str(db->path), db->version, db->kind->if_damaged);
	return db->fault = EX_DATAERR;
}
