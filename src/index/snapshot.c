/*
 * Publishing a snapshot; see snapshot.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/snapshot.h"

#include "base/log.h"
#include "sql/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* 0, or an exit code after a log line about the file that was to be written. */
static int
failed(const char *path, const char *why)
{
	log_error("cannot write the snapshot %s: %s; check its directory, or "
		  "name another file",
	    log_quote_str(path), why);
	return EX_CANTCREAT;
}

/* All of the database, as of one moment, to the new file `temp`. */
static int
copy_all(struct store *store, const char *path, const char *temp)
{
	sqlite3_stmt *stmt =
	    db_prepare(&store->db, snapshot_sql[SNAPSHOT_VACUUM_INTO]);
	int fault = 0;

	if (!stmt)
		return store->db.fault;
	sqlite3_bind_text(stmt, 1, temp, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		fault = failed(path, sqlite3_errmsg(store->db.handle));
	sqlite3_finalize(stmt);
	return fault;
}

/* Make of the copy what readers know as a snapshot. */
static int
mark(const char *path, const char *temp)
{
	sqlite3 *handle = NULL;
	int fault = 0;

	if (sqlite3_open_v2(temp, &handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
		NULL) != SQLITE_OK ||
	    sqlite3_exec(handle, sql_mark_snapshot, NULL, NULL, NULL) !=
		SQLITE_OK)
		fault = failed(path, sqlite3_errmsg(handle));
	sqlite3_close(handle);
	return fault;
}

/* On the disk, and readable for servers. */
static bool
settle(const char *temp)
{
	int fd = open(temp, O_RDWR | O_CLOEXEC);
	bool done = fd >= 0 && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
	return done;
}

/* Moved into place, for good. */
static bool
publish(const char *temp, const char *path)
{
	char copy[PATH_MAX];
	int fd;

	if (rename(temp, path) != 0)
		return false;
	snprintf(copy, sizeof copy, "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd); /* some file systems cannot: it is in place */
		close(fd);
	}
	return true;
}

int
snapshot_write(struct store *store, const char *path)
{
	char temp[PATH_MAX];
	int fault;

	if (snprintf(temp, sizeof temp, "%s.new.%d", path, (int)getpid()) >=
	    (int)sizeof temp)
		return failed(path, "its name is too long");
	unlink(temp);
	fault = copy_all(store, path, temp);
	if (!fault)
		fault = mark(path, temp);
	if (!fault && (!settle(temp) || !publish(temp, path)))
		fault = failed(path, strerror(errno));
	unlink(temp);
	return fault;
}
