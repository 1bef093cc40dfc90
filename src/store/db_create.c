/*
 * Making a database; see db.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/db.h"

#include "base/log.h"
#include "sql/db.h"

#include <errno.h>
#include <fcntl.h>
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
		mkdir(dir, mode); /* a failure shows when the file is made */
		*p = '/';
	}
}

/* An empty file that everyone may read. 0, or an exit code, logged. */
static int
make_file(const struct db_kind *kind, const char *path, const char *temp)
{
	int fd;

	make_directories(path, kind->dir_mode);
	unlink(temp);
	fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0) {
		int fault = errno == ENOSPC ? EX_IOERR : EX_CANTCREAT;

		log_error("cannot create %s: %s; %s", log_quote_str(path),
		    strerror(errno), kind->if_uncreatable);
		return fault;
	}
	/* who may read it is for its directory to say, not for the umask */
	fchmod(fd, 0644);
	close(fd);
	return 0;
}

int
db_create(
    const struct db_kind *kind, const char *path, int (*fill)(struct db *db))
{
	struct db db = {.kind = kind};
	char temp[PATH_MAX];
	int fault;

	if (snprintf(temp, sizeof temp, "%s.new.%d", path, (int)getpid()) >=
	    (int)sizeof temp) {
		log_error("the name %s is too long", log_quote_str(path));
		return EX_USAGE;
	}
	fault = make_file(kind, path, temp);
	if (fault)
		return fault;
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
	if (!fault &&
	    renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) != 0 &&
	    errno != EEXIST) {
		log_error("cannot create %s: %s; %s", log_quote_str(path),
		    strerror(errno), kind->if_uncreatable);
		fault = EX_CANTCREAT;
	}
	unlink(temp);
	return fault;
}
