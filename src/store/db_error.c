/*
 * Saying why a database is of no use; see db.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/db.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* Of a guarded kind: an error that no file of ours leads to. */
static bool
is_forged(int code)
{
	return code == SQLITE_INTERRUPT || code == SQLITE_TOOBIG ||
	    code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH ||
	    code == SQLITE_ERROR;
}

static const char *
reason(struct db *db)
{
	return sqlite3_errcode(db->handle) == SQLITE_INTERRUPT
	    ? "it has more rows than fit into it"
	    : sqlite3_errmsg(db->handle);
}

static int
explain(struct db *db)
{
	const struct db_kind *kind = db->kind;
	const char *path = log_quote_str(db->path);
	int code = sqlite3_errcode(db->handle);

	/* also what a reader gets that may not make missing side files */
	if (code == SQLITE_READONLY && db->read_only)
		code = SQLITE_CANTOPEN;
	if (kind->schemas && is_forged(code))
		code = SQLITE_CORRUPT;
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
		log_error("%s is damaged: %s; %s", path, reason(db),
		    kind->if_damaged);
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

int
db_check_access(const struct db *db, const char *path)
{
	const struct db_kind *kind = db->kind;
	bool reads = db->read_only;

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
