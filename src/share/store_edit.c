/*
 * Creating and changing the share database; see store_edit.h.
 * SPDX-License-Identifier: ISC
 */
#include "share/store_edit.h"

#include "base/log.h"
#include "sql.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static const char *const statement_text[EDIT_N_STATEMENTS] = {
    [EDIT_BEGIN] = sql_begin,
    [EDIT_COMMIT] = sql_commit,
    [EDIT_ROLLBACK] = sql_rollback,
    [EDIT_ROOTS] = sql_roots,
    [EDIT_ROOT_PUT] = sql_root_put,
    [EDIT_ROOT_DELETE_UNUSED] = sql_root_delete_unused,
    [EDIT_FILE_PUT] = sql_file_put,
    [EDIT_FILE_DELETE] = sql_file_delete,
    [EDIT_FILE_DELETE_UNUSED] = sql_file_delete_unused,
    [EDIT_COPY_PUT] = sql_copy_put,
    [EDIT_COPY_DELETE] = sql_copy_delete,
    [EDIT_PART_HASHES_PUT] = sql_part_hashes_put,
    [EDIT_ALIAS_PUT] = sql_alias_put,
};

/* Sixteen random bytes with the two that mark an eMule-family client. */
static bool
make_user_hash(uint8_t out[HASH_SIZE])
{
	if (getrandom(out, HASH_SIZE, 0) != HASH_SIZE) {
		log_error("no random bytes: %s", strerror(errno));
		return false;
	}
	out[5] = 0x0E;
	out[14] = 0x6F;
	return true;
}

/* Schema and identity into a new, empty database. */
static int
fill_new(struct db *db)
{
	uint8_t user_hash[HASH_SIZE];
	sqlite3_stmt *stmt;
	int fault = db_exec(db, sql_share);

	if (fault)
		return fault;
	if (!make_user_hash(user_hash))
		return EX_OSERR;
	stmt = db_prepare(db, sql_identity_insert);
	if (!stmt)
		return db->fault;
	sqlite3_bind_blob(stmt, 1, user_hash, HASH_SIZE, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 2, time(NULL));
	if (db_step(db, stmt) != DB_DONE)
		fault = db->fault;
	sqlite3_finalize(stmt);
	/* WAL last: it is recorded in the file, and needs no side files yet */
	return fault ? fault : db_exec(db, sql_writer);
}

/* Make the directories that lead to path, as mkdir -p would. */
static void
make_directories(const char *path)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof dir, "%s", path);
	for (char *p = dir + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(dir, 0755); /* a failure shows when the file is made */
		*p = '/';
	}
}

/*
 * Create the database under another name and move it into place whole, so that
 * nobody ever sees half of one, and of two creators the first wins.
 */
static int
create(const char *path)
{
	struct db db = {0};
	char temp[PATH_MAX];
	int fd, fault;

	if (snprintf(temp, sizeof temp, "%s.new.%d", path, (int)getpid()) >=
	    (int)sizeof temp) {
		log_error("the name %s is too long", log_quote_str(path));
		return EX_USAGE;
	}
	make_directories(path);
	unlink(temp);
	fd = open(temp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0) {
		log_error("cannot create %s: %s; check its directory, or name "
			  "another file with -d",
		    log_quote_str(path), strerror(errno));
		return errno == ENOSPC ? EX_IOERR : EX_CANTCREAT;
	}
	/* who may read it is for its directory to say, not for the umask */
	fchmod(fd, 0644);
	close(fd);
	snprintf(db.path, sizeof db.path, "%s", path);
	if (sqlite3_open_v2(temp, &db.handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		fault = db_complain(&db);
	else
		fault = fill_new(&db);
	db_close(&db);
	if (!fault &&
	    renameat2(AT_FDCWD, temp, AT_FDCWD, path, RENAME_NOREPLACE) != 0 &&
	    errno != EEXIST) {
		log_error("cannot create %s: %s", log_quote_str(path),
		    strerror(errno));
		fault = EX_CANTCREAT;
	}
	unlink(temp);
	return fault;
}

int
store_edit_open(struct store_edit *e, const char *path)
{
	int fault = 0;

	memset(e, 0, sizeof *e);
	if (access(path, F_OK) != 0 && errno == ENOENT)
		fault = create(path);
	return fault ? fault : db_open(&e->store.db, path, DB_WRITE);
}

void
store_edit_close(struct store_edit *e)
{
	for (size_t i = 0; i < EDIT_N_STATEMENTS; i++) {
		sqlite3_finalize(e->statements[i]);
		e->statements[i] = NULL;
	}
	store_close(&e->store);
}

/* A statement ready to bind, or NULL after a log line. */
static sqlite3_stmt *
statement(struct store_edit *e, enum edit_statement which)
{
	if (!e->statements[which])
		e->statements[which] =
		    db_prepare(&e->store.db, statement_text[which]);
	return e->statements[which];
}

static void
bind_path(sqlite3_stmt *stmt, int column, const char *path)
{
	sqlite3_bind_blob(stmt, column, path, (int)strlen(path), SQLITE_STATIC);
}

static void
bind_hash(sqlite3_stmt *stmt, int column, const uint8_t hash[HASH_SIZE])
{
	sqlite3_bind_blob(stmt, column, hash, HASH_SIZE, SQLITE_STATIC);
}

/* Run a bound statement that returns no row. 0 or an exit code, logged. */
static int
run(struct store_edit *e, sqlite3_stmt *stmt)
{
	int fault = 0;

	if (!stmt)
		return e->store.db.fault;
	if (db_step(&e->store.db, stmt) != DB_DONE)
		fault = e->store.db.fault;
	sqlite3_reset(stmt);
	return fault;
}

/* A statement without parameters. */
static int
run_plain(struct store_edit *e, enum edit_statement which)
{
	return run(e, statement(e, which));
}

/* End a transaction: commit when all went well, else undo. */
static int
finish(struct store_edit *e, int fault)
{
	if (!fault)
		fault = run_plain(e, EDIT_COMMIT);
	if (fault && !sqlite3_get_autocommit(e->store.db.handle))
		run_plain(e, EDIT_ROLLBACK);
	return fault;
}

static int
put_root(struct store_edit *e, const char *dir, bool walk)
{
	sqlite3_stmt *stmt = statement(e, EDIT_ROOT_PUT);

	if (!stmt)
		return e->store.db.fault;
	bind_path(stmt, 1, dir);
	sqlite3_bind_int(stmt, 2, walk);
	return run(e, stmt);
}

int
store_edit_put_root(struct store_edit *e, const char *dir)
{
	return put_root(e, dir, true);
}

/* Does dir (len bytes) lie above path, or is it its directory? */
static bool
is_above(const char *dir, size_t len, const char *path)
{
	if (len == 1)
		return true; /* "/" */
	return strncmp(dir, path, len) == 0 && path[len] == '/';
}

/* The longest root above path: its id, 0 when there is none, -1 on failure. */
static int64_t
find_root(struct store_edit *e, const char *path)
{
	sqlite3_stmt *stmt = statement(e, EDIT_ROOTS);
	enum db_step step;
	int64_t id = 0;

	if (!stmt)
		return -1;
	while (id == 0 && (step = db_step(&e->store.db, stmt)) != DB_DONE) {
		const char *dir;

		if (step != DB_ROW) {
			id = -1;
			break;
		}
		dir = sqlite3_column_blob(stmt, 1);
		if (dir &&
		    is_above(dir, (size_t)sqlite3_column_bytes(stmt, 1), path))
			id = sqlite3_column_int64(stmt, 0);
	}
	sqlite3_reset(stmt);
	return id;
}

/* The root to record for path; its own directory when no root is above it. */
static int
choose_root(struct store_edit *e, const char *path, int64_t *id)
{
	char dir[PATH_MAX];
	size_t len = (size_t)(store_name_of(path) - path);
	int fault;

	*id = find_root(e, path);
	if (*id != 0)
		return *id > 0 ? 0 : e->store.db.fault;
	len = len > 1 ? len - 1 : 1; /* without the slash, but "/" itself */
	memcpy(dir, path, len);
	dir[len] = '\0';
	fault = put_root(e, dir, false);
	if (!fault)
		*id = find_root(e, path);
	return fault ? fault : *id > 0 ? 0 : e->store.db.fault;
}

static int
put_copy(struct store_edit *e, const struct store_copy *copy)
{
	sqlite3_stmt *stmt = statement(e, EDIT_COPY_PUT);
	int64_t root_id;
	int fault = choose_root(e, copy->path, &root_id);

	if (fault || !stmt)
		return fault ? fault : e->store.db.fault;
	bind_hash(stmt, 1, copy->hash);
	sqlite3_bind_int64(stmt, 2, root_id);
	bind_path(stmt, 3, copy->path);
	sqlite3_bind_int64(stmt, 4, copy->mtime_ns);
	sqlite3_bind_int64(stmt, 5, (int64_t)copy->inode);
	return run(e, stmt);
}

static int
put_file(struct store_edit *e, const struct store_copy *copy)
{
	sqlite3_stmt *stmt = statement(e, EDIT_FILE_PUT);

	if (!stmt)
		return e->store.db.fault;
	bind_hash(stmt, 1, copy->hash);
	sqlite3_bind_int64(stmt, 2, (int64_t)copy->size);
	sqlite3_bind_int64(stmt, 3, time(NULL));
	return run(e, stmt);
}

static int
put_part_hashes(struct store_edit *e, const struct store_entry *entry)
{
	sqlite3_stmt *stmt = statement(e, EDIT_PART_HASHES_PUT);

	if (!stmt)
		return e->store.db.fault;
	bind_hash(stmt, 1, entry->copy.hash);
	sqlite3_bind_blob64(stmt, 2, entry->part_hashes,
	    entry->n_part_hashes * HASH_SIZE, SQLITE_STATIC);
	return run(e, stmt);
}

static int
put_alias(struct store_edit *e, const struct store_entry *entry)
{
	sqlite3_stmt *stmt = statement(e, EDIT_ALIAS_PUT);

	if (!stmt)
		return e->store.db.fault;
	bind_hash(stmt, 1, entry->alias);
	bind_hash(stmt, 2, entry->copy.hash);
	return run(e, stmt);
}

static int
delete_unused_file(struct store_edit *e, const uint8_t hash[HASH_SIZE])
{
	sqlite3_stmt *stmt = statement(e, EDIT_FILE_DELETE_UNUSED);

	if (!stmt)
		return e->store.db.fault;
	bind_hash(stmt, 1, hash);
	return run(e, stmt);
}

int
store_edit_put(struct store_edit *e, const struct store_entry *entry)
{
	struct store_copy before;
	enum store_result known;
	int fault = run_plain(e, EDIT_BEGIN);

	if (fault)
		return fault;
	known = store_find_path(&e->store, entry->copy.path, &before);
	if (known == STORE_FAILED)
		fault = e->store.db.fault;
	if (!fault)
		fault = put_file(e, &entry->copy);
	if (!fault && entry->n_part_hashes > 0)
		fault = put_part_hashes(e, entry);
	if (!fault && entry->alias)
		fault = put_alias(e, entry);
	if (!fault)
		fault = put_copy(e, &entry->copy);
	/* the path may have held another content, now without a copy */
	if (!fault && known == STORE_FOUND)
		fault = delete_unused_file(e, before.hash);
	return finish(e, fault);
}

int
store_edit_remove_path(struct store_edit *e, const char *path)
{
	sqlite3_stmt *stmt = statement(e, EDIT_COPY_DELETE);
	struct store_copy copy;
	int fault = stmt ? run_plain(e, EDIT_BEGIN) : e->store.db.fault;

	if (fault)
		return fault;
	if (store_find_path(&e->store, path, &copy) == STORE_FAILED)
		return finish(e, e->store.db.fault);
	bind_path(stmt, 1, path);
	fault = run(e, stmt);
	if (!fault)
		fault = delete_unused_file(e, copy.hash);
	if (!fault)
		fault = run_plain(e, EDIT_ROOT_DELETE_UNUSED);
	return finish(e, fault);
}

int
store_edit_remove_hash(struct store_edit *e, const uint8_t hash[HASH_SIZE])
{
	sqlite3_stmt *stmt = statement(e, EDIT_FILE_DELETE);
	int fault = stmt ? run_plain(e, EDIT_BEGIN) : e->store.db.fault;

	if (fault)
		return fault;
	bind_hash(stmt, 1, hash);
	fault = run(e, stmt);
	if (!fault)
		fault = run_plain(e, EDIT_ROOT_DELETE_UNUSED);
	return finish(e, fault);
}
