/*
 * Opening a database, and its errors; see db.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/db.h"

#include "base/log.h"
#include "sql/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * How long a reader waits for another process's lock: in WAL mode only for a
 * recovery. A writer waits for the other writer's transaction; how long these
 * are, the kind knows.
 */
#define READ_BUSY_MS 2000

/* Log what SQLite complained of. Returns the exit code that fits. */
static int
explain(struct db *db)
{
	const struct db_kind *kind = db->kind;
	const char *path = log_quote_str(db->path);
	int code = sqlite3_errcode(db->handle);

	/* a reader that may not make the missing side files gets this too */
	if (code == SQLITE_READONLY && db->read_only)
		code = SQLITE_CANTOPEN;
	switch (code) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		log_error("%s is locked by another program; %s", path,
		    kind->if_locked);
		return EX_TEMPFAIL;
	case SQLITE_FULL:
		log_error("no room for %s: %s", path, kind->if_full);
		return EX_IOERR;
	case SQLITE_NOTADB:
		log_error(
		    "%s is no %s; %s", path, kind->name, kind->if_foreign);
		return EX_CONFIG;
	case SQLITE_CORRUPT:
		log_error("%s is damaged: %s; %s", path,
		    sqlite3_errmsg(db->handle), kind->if_damaged);
		return EX_DATAERR;
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		log_error("cannot write %s: %s; %s", path,
		    sqlite3_errmsg(db->handle), kind->if_unwritable);
		return EX_NOPERM;
	case SQLITE_CANTOPEN:
		log_error("cannot use %s or its -wal and -shm files; %s", path,
		    kind->if_no_sides);
		return EX_NOPERM;
	default:
		log_error("%s: %s", path, sqlite3_errmsg(db->handle));
		return EX_IOERR;
	}
}

int
db_complain(struct db *db)
{
	return db->fault = explain(db);
}

sqlite3_stmt *
db_prepare(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) == SQLITE_OK)
		return stmt;
	db_complain(db);
	return NULL;
}

sqlite3_stmt *
db_prepare_once(struct db *db, sqlite3_stmt **kept, const char *sql)
{
	if (!*kept)
		*kept = db_prepare(db, sql);
	return *kept;
}

enum db_step
db_step(struct db *db, sqlite3_stmt *stmt)
{
	switch (sqlite3_step(stmt)) {
	case SQLITE_ROW:
		return DB_ROW;
	case SQLITE_DONE:
		return DB_DONE;
	default:
		return db_complain(db) == EX_TEMPFAIL ? DB_BUSY : DB_FAILED;
	}
}

bool
db_column_name(sqlite3_stmt *stmt, int column, char out[PATH_MAX])
{
	const void *p = sqlite3_column_blob(stmt, column);
	size_t n = (size_t)sqlite3_column_bytes(stmt, column);

	if (!p || n == 0 || n >= PATH_MAX || memchr(p, '\0', n))
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

int
db_exec(struct db *db, const char *sql)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return db_complain(db);
}

int
db_begin(struct db *db)
{
	return db_exec(db, db_sql[DB_BEGIN]);
}

int
db_begin_reading(struct db *db)
{
	return db_exec(db, db_sql[DB_BEGIN_READING]);
}

int
db_commit(struct db *db)
{
	return db_exec(db, db_sql[DB_COMMIT]);
}

void
db_rollback(struct db *db)
{
	int fault = db->fault;

	if (!sqlite3_get_autocommit(db->handle))
		db_exec(db, db_sql[DB_ROLLBACK]);
	db->fault = fault;
}

/* The one number a pragma gives, or an exit code in *fault. */
static int
pragma(struct db *db, const char *sql, int *fault)
{
	sqlite3_stmt *stmt;
	int value = 0;

	*fault = 0;
	if (sqlite3_prepare_v2(db->handle, sql, -1, &stmt, NULL) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_ROW)
		*fault = db_complain(db);
	else
		value = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return value;
}

int
db_read_version(struct db *db)
{
	int fault;

	db->version = pragma(db, db_sql[DB_USER_VERSION], &fault);
	return fault;
}

/* Is this database of its kind, and of a version we speak? */
static int
check_kind(struct db *db)
{
	int fault, id;

	id = pragma(db, db_sql[DB_APPLICATION_ID], &fault);
	if (fault)
		return fault;
	if (id != db->kind->application_id && !db->is_snapshot) {
		log_error("%s is no %s; %s", log_quote_str(db->path),
		    db->kind->name, db->kind->if_foreign);
		return EX_CONFIG;
	}
	fault = db_read_version(db);
	if (fault || (db->version >= 1 && db->version <= db->kind->version))
		return fault;
	log_error("%s has version %d, this program speaks version %d; install "
		  "the newer ed2k-serve and ed2k-share",
	    log_quote_str(db->path), db->version, db->kind->version);
	return EX_CONFIG;
}

/* Say what stops us before SQLite says it less clearly. */
static int
check_access(const struct db_kind *kind, const char *path, enum db_mode mode)
{
	bool reads = mode == DB_READ;

	if (access(path, reads ? R_OK : R_OK | W_OK) == 0)
		return 0;
	if (errno == ENOENT) {
		log_error("no %s %s; %s", kind->name, log_quote_str(path),
		    kind->if_missing);
		return EX_CONFIG;
	}
	log_error("cannot %s %s: %s; %s", reads ? "read" : "write",
	    log_quote_str(path), strerror(errno),
	    reads ? kind->if_unreadable : kind->if_unwritable);
	return EX_NOPERM;
}

bool
db_owns(const char *db, const char *path)
{
	size_t len = strlen(db);
	const char *tail = path + len;

	return strncmp(path, db, len) == 0 &&
	    (*tail == '\0' || strcmp(tail, "-wal") == 0 ||
		strcmp(tail, "-shm") == 0);
}

void
db_be_frugal(void)
{
	sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
}

/* Where a database has its application id, as four bytes, highest first. */
#define ID_OFFSET 68

/* By the file alone: how it is opened depends on it. */
static bool
is_snapshot(const struct db_kind *kind, const char *path)
{
	uint8_t id[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool known;

	if (fd < 0)
		return false;
	known = pread(fd, id, sizeof id, ID_OFFSET) == sizeof id;
	close(fd);
	return known && kind->snapshot_id != 0 &&
	    ((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
		(uint32_t)id[2] << 8 | id[3]) == (uint32_t)kind->snapshot_id;
}

#define URI_SIZE (3 * PATH_MAX + 32)

/* "file:PATH?immutable=1" with what would end PATH as %XX. */
static void
immutable_uri(char uri[URI_SIZE], const char *path)
{
	size_t len = (size_t)snprintf(uri, URI_SIZE, "file:");

	for (; *path && len < URI_SIZE; path++) {
		const char *form = strchr("%?#", *path) ? "%%%02X" : "%c";

		len += (size_t)snprintf(uri + len, URI_SIZE - len, form, *path);
	}
	if (len < URI_SIZE)
		snprintf(uri + len, URI_SIZE - len, "?immutable=1");
}

/* Any SQLite result. */
static int
open_handle(struct db *db, enum db_mode mode)
{
	char uri[URI_SIZE];

	if (mode == DB_WRITE)
		return sqlite3_open_v2(db->path, &db->handle,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (!db->is_snapshot)
		return sqlite3_open_v2(db->path, &db->handle,
		    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	immutable_uri(uri, db->path);
	return sqlite3_open_v2(uri, &db->handle,
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
}

int
db_open(struct db *db, const struct db_kind *kind, const char *path,
    enum db_mode mode)
{
	int fault, persist = 1;

	memset(db, 0, sizeof *db);
	fault = check_access(kind, path, mode);
	if (fault)
		return fault;
	db->kind = kind;
	snprintf(db->path, sizeof db->path, "%s", path);
	db->read_only = mode == DB_READ;
	db->is_snapshot = is_snapshot(kind, path);
	if (db->is_snapshot && mode == DB_WRITE) {
		log_error("%s is a snapshot, which is never changed; name the "
			  "database it was made of with -d",
		    log_quote_str(path));
		return EX_CONFIG;
	}
	if (open_handle(db, mode) != SQLITE_OK) {
		fault = db_complain(db);
		goto out;
	}
	sqlite3_busy_timeout(
	    db->handle, mode == DB_READ ? READ_BUSY_MS : kind->write_busy_ms);
	fault = check_kind(db);
	if (mode == DB_READ && kind->older)
		for (int v = db->version; v < kind->version && !fault; v++)
			fault = db_exec(db, kind->older[v - 1]);
	if (fault || mode == DB_READ)
		goto out;
	/* keep -wal and -shm for readers who may not create them */
	sqlite3_file_control(
	    db->handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
	fault = db_exec(db, sql_writer);
out:
	if (fault)
		db_close(db);
	return fault;
}

void
db_close(struct db *db)
{
	sqlite3_stmt *stmt;

	while (db->handle && (stmt = sqlite3_next_stmt(db->handle, NULL)))
		sqlite3_finalize(stmt);
	sqlite3_close(db->handle);
	db->handle = NULL;
}
