/*
 * Making a database; see db.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/db.h"

#include "base/file.h"
#include "base/log.h"
#include "sql/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* Make the directories that lead to path, as mkdir -p would. */
static void
make_directories(const char *path, mode_t mode)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof dir, "%s", path);
	for (char *p = dir + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(dir, mode); /* if it fails, so does creating the file */
		*p = '/';
	}
}

static int
cannot_create(const struct db_kind *kind, const char *path)
{
	int fault = errno == ENOSPC ? EX_IOERR : EX_CANTCREAT;

	log_error("cannot create %s: %s; %s", log_quote_str(path),
	    strerror(errno), kind->if_uncreatable);
	return fault;
}

/* Fill the file temp. Errors name the file that it will be. */
static int
fill_file(const struct db_kind *kind, const char *path, const char *temp,
    int (*fill)(struct db *db))
{
	struct db db = {.kind = kind};
	int fault;

	snprintf(db.path, sizeof db.path, "%s", path);
	if (sqlite3_open_v2(temp, &db.handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		fault = db_complain(&db);
	else
		fault = fill(&db);
	/* WAL last: it is recorded in the file, and needs no side files yet */
	if (!fault)
		fault = db_exec(&db, sql_writer);
	db_close(&db);
	return fault;
}

int
db_create(
    const struct db_kind *kind, const char *path, int (*fill)(struct db *db))
{
	struct file_replacement r = {0};
	int fault;

	if (access(path, F_OK) == 0 || errno != ENOENT)
		return 0;
	make_directories(path, kind->dir_mode);
	if (!file_replace_begin(&r, path))
		return cannot_create(kind, path);
	fault = fill_file(kind, path, r.temp, fill);
	if (fault) {
		file_replace_cancel(&r);
		return fault;
	}
	return file_replace_commit_new(&r) || errno == EEXIST
	    ? 0
	    : cannot_create(kind, path);
}
