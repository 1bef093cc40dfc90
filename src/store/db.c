/*
 * Opening a database; see db.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/db.h"

#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "sql/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * How long a reader waits for the lock of another process. In WAL mode it only
 * waits for a recovery. How long a writer waits is in the kind: it waits for
 * the transactions of the others.
 */
#define READ_BUSY_MS 2000

/* How long a writer that closes waits for readers, to empty the log. */
#define EMPTY_BUSY_MS 100

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
	if (fault || (db->version >= 1 && db->version <= db->kind->version))
		return fault;
	log_error("%s has version %d, this program speaks version %d; install "
		  "the newer ed2k-serve and ed2k-share",
	    log_quote_str(db->path), db->version, db->kind->version);
	return EX_CONFIG;
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
	return db_read_version(db);
}

/* The same, and is its schema that of its version? Both as of one moment. */
static int
check_guarded(struct db *db)
{
	int fault;

	db_guard(db);
	fault = db_begin_reading(db);
	if (!fault)
		fault = check_kind(db);
	if (!fault)
		fault = db_check_schema(db);
	return fault ? fault : db_commit(db);
}

/* Where a database has its application id, as four bytes, highest first. */
#define ID_OFFSET 68

/* Read from the file itself, since it decides how the file is opened. */
static bool
is_snapshot(const struct db_kind *kind, const char *path)
{
	uint8_t id[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool known;

	if (fd < 0)
		return false;
	known = file_read_at(fd, id, sizeof id, ID_OFFSET) == sizeof id;
	close(fd);
	return known &&
	    ((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
		(uint32_t)id[2] << 8 | id[3]) == (uint32_t)kind->snapshot_id;
}

#define URI_SIZE (3 * PATH_MAX + 32)

/* "file:PATH?immutable=1", with each byte of PATH as %XX. */
static void
immutable_uri(char uri[URI_SIZE], const char *path)
{
	size_t len = (size_t)snprintf(uri, URI_SIZE, "file:");

	for (; *path && len + 3 < URI_SIZE; path++, len += 3)
		snprintf(uri + len, 4, "%%%02X", (uint8_t)*path);
	snprintf(uri + len, URI_SIZE - len, "?immutable=1");
}

/* Fill in *db and open it. 0, or an exit code after a log line. */
static int
open_handle(
    struct db *db, const struct db_kind *kind, const char *path, bool read_only)
{
	int flags = SQLITE_OPEN_NOMUTEX |
	    (read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
	char uri[URI_SIZE], real[PATH_MAX];
	int fault;

	memset(db, 0, sizeof *db);
	db->kind = kind;
	db->read_only = read_only;
	snprintf(db->path, sizeof db->path, "%s", path);
	fault = db_check_access(db, path);
	if (!fault && kind->schemas) {
		fault = db_guard_path(db, path, real);
		path = real;
		flags |= SQLITE_OPEN_NOFOLLOW;
	}
	if (fault)
		return fault;
	db->is_snapshot = kind->snapshot_id != 0 && is_snapshot(kind, path);
	if (db->is_snapshot && !read_only) {
		log_error("%s is a snapshot, which is never changed; name the "
			  "database it was made of with -d",
		    log_quote_str(path));
		return EX_CONFIG;
	}
	if (db->is_snapshot) {
		immutable_uri(uri, path);
		path = uri;
		flags |= SQLITE_OPEN_URI;
	}
	if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK)
		return db_complain(db);
	sqlite3_busy_timeout(
	    db->handle, read_only ? READ_BUSY_MS : kind->write_busy_ms);
	return kind->schemas ? check_guarded(db) : check_kind(db);
}

int
db_open(struct db *db, const struct db_kind *kind, const char *path)
{
	int fault = open_handle(db, kind, path, true);

	for (int v = db->version; v < kind->version && !fault; v++)
		fault = db_exec(db, kind->older[v - 1]);
	if (fault)
		db_close(db);
	return fault;
}

int
db_open_writer(struct db *db, const struct db_kind *kind, const char *path,
    const char *const upgrades[])
{
	int fault = open_handle(db, kind, path, false);
	int persist = 1;

	if (!fault) {
		/* keep -wal and -shm for readers who may not create them */
		sqlite3_file_control(
		    db->handle, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
		fault = db_exec(db, sql_writer);
	}
	if (!fault)
		fault = db_upgrade(db, upgrades);
	if (fault)
		db_close(db);
	return fault;
}

uint64_t
db_log_size(const char *path)
{
	char log[PATH_MAX + 4];
	struct stat st;

	snprintf(log, sizeof log, "%s-wal", path);
	return stat(log, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Move what is in the log to the database; wait a moment for readers. */
static void
empty_log(struct db *db)
{
	sqlite3_busy_timeout(db->handle, EMPTY_BUSY_MS);
	sqlite3_wal_checkpoint_v2(
	    db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

void
db_close(struct db *db)
{
	sqlite3_stmt *stmt;

	while (db->handle && (stmt = sqlite3_next_stmt(db->handle, NULL)))
		sqlite3_finalize(stmt);
	if (db->handle && !db->read_only &&
	    db_log_size(db->path) >= DB_LOG_LARGE)
		empty_log(db);
	sqlite3_close(db->handle);
	db->handle = NULL;
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

/*
 * In place of ftruncate. SQLite cuts a WAL to nothing when all of it is in the
 * database, and a -shm to 3 bytes when nobody has it open. Without their heads
 * the one counts as empty, and the other is made anew, as if they were cut.
 * What is behind the last page of a database does no harm. Source:
 * walIndexRecover in its wal.c, unixLockSharedMemory in its os_unix.c.
 */
static int
wipe_head(int fd, off_t size)
{
	static const uint8_t zeros[4096]; /* longer than either head */
	struct stat st;
	size_t n;

	if (fstat(fd, &st) != 0)
		return -1;
	if (size > 3 || size >= st.st_size)
		return 0;
	n = min_size((size_t)(st.st_size - size), sizeof zeros);
	return pwrite(fd, zeros, n, size) == (ssize_t)n ? 0 : -1;
}

void
db_never_cut(void)
{
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

	if (vfs && vfs->iVersion >= 3)
		vfs->xSetSystemCall(
		    vfs, "ftruncate", (sqlite3_syscall_ptr)wipe_head);
}
