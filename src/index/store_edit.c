/*
 * Creating and changing the share database; see store_edit.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/store_edit.h"

#include "base/log.h"
#include "index/edit_sql.h"
#include "index/presence.h"
#include "sql.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* Sixteen random bytes with the two that mark an eMule-family client. */
static bool
make_user_hash(uint8_t out[HASH_SIZE])
{
	if (getrandom(out, HASH_SIZE, 0) != HASH_SIZE) {
		log_error("no random bytes: %s", strerror(errno));
		return false;
	}
	out[5] = USER_HASH_MARK_5;
	out[14] = USER_HASH_MARK_14;
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
	return fault;
}

/* [v - 1]: what makes version v + 1 of version v. */
static const char *const upgrades[] = {sql_upgrade_2, sql_upgrade_3};

/*
 * Bring an older database up to date: all of it or nothing. Of several who try
 * at once the first does it, the others find it done.
 */
static int
upgrade(struct db *db)
{
	int before, fault = db_exec(db, sql_begin);

	if (fault)
		return fault;
	fault = db_read_version(db);
	before = db->version;
	for (int v = before; !fault && v < store_kind.version; v++)
		fault = db_exec(db, upgrades[v - 1]);
	if (!fault)
		fault = db_exec(db, sql_commit);
	if (fault && !sqlite3_get_autocommit(db->handle))
		db_exec(db, sql_rollback);
	if (fault)
		return fault;
	if (before < store_kind.version)
		log_notice("%s has now version %d; an older ed2k-serve cannot "
			   "read it any more",
		    log_quote_str(db->path), db->kind->version);
	return db_read_version(db);
}

int
store_edit_open(struct store_edit *e, const char *path)
{
	struct db *db = &e->store.db;
	int fault;

	memset(e, 0, sizeof *e);
	fault = db_open(db, &store_kind, path, DB_WRITE);
	if (!fault && db->version != store_kind.version)
		fault = upgrade(db);
	if (fault)
		store_edit_close(e);
	return fault;
}

int
store_edit_create(struct store_edit *e, const char *path)
{
	int fault = 0;

	memset(e, 0, sizeof *e);
	if (access(path, F_OK) != 0 && errno == ENOENT)
		fault = db_create(&store_kind, path, fill_new);
	return fault ? fault : store_edit_open(e, path);
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

int
store_edit_begin(struct store_edit *e)
{
	int fault = edit_begin(e);

	e->is_gathering = fault == 0;
	return fault;
}

int
store_edit_end(struct store_edit *e)
{
	if (!e->is_gathering)
		return 0;
	e->is_gathering = false;
	return edit_finish(e, 0);
}

/* The root of a file that was added by itself. */
static int
put_root(struct store_edit *e, const char *dir)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_PUT);
	struct presence is;

	if (!stmt)
		return e->store.db.fault;
	edit_bind_path(stmt, 1, dir);
	if (presence_look(dir, &is))
		sqlite3_bind_int64(stmt, 2, (int64_t)is.inode);
	else
		sqlite3_bind_null(stmt, 2);
	return edit_run(e, stmt);
}

/* The root at a directory of len bytes: its id, 0 if it is none, -1 on failure. */
static int64_t
root_at(struct store_edit *e, const char *dir, size_t len)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_ID);
	enum store_result res;
	int64_t id = 0;

	if (!stmt)
		return -1;
	sqlite3_bind_blob(stmt, 1, dir, (int)len, SQLITE_STATIC);
	res = edit_row(e, stmt);
	if (res == STORE_FOUND)
		id = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return res == STORE_FAILED ? -1 : id;
}

/*
 * The longest root above path: its id, 0 when there is none, -1 on failure. Each
 * directory above is looked up: roots may be as many as directories.
 */
static int64_t
find_root(struct store_edit *e, const char *path)
{
	size_t len = strlen(path);
	int64_t id = 0;

	while (len > 0 && id == 0)
		if (path[--len] == '/')
			id = root_at(e, path, len > 0 ? len : 1);
	return id;
}

int
edit_choose_root(struct store_edit *e, const char *path, int64_t *id)
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
	fault = put_root(e, dir);
	if (!fault)
		*id = find_root(e, path);
	return fault ? fault : *id > 0 ? 0 : e->store.db.fault;
}

static int
put_copy(struct store_edit *e, const struct store_copy *copy)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_PUT);
	int64_t root_id;
	int fault = edit_choose_root(e, copy->path, &root_id);

	if (fault || !stmt)
		return fault ? fault : e->store.db.fault;
	edit_bind_hash(stmt, 1, copy->hash);
	sqlite3_bind_int64(stmt, 2, root_id);
	edit_bind_path(stmt, 3, copy->path);
	sqlite3_bind_int64(stmt, 4, copy->mtime_ns);
	sqlite3_bind_int64(stmt, 5, (int64_t)copy->inode);
	return edit_run(e, stmt);
}

static int
put_file(struct store_edit *e, const struct store_copy *copy)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_FILE_PUT);

	if (!stmt)
		return e->store.db.fault;
	edit_bind_hash(stmt, 1, copy->hash);
	sqlite3_bind_int64(stmt, 2, (int64_t)copy->size);
	sqlite3_bind_int64(stmt, 3, time(NULL));
	return edit_run(e, stmt);
}

static int
put_part_hashes(struct store_edit *e, const struct store_entry *entry)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_PART_HASHES_PUT);

	if (!stmt)
		return e->store.db.fault;
	edit_bind_hash(stmt, 1, entry->copy.hash);
	sqlite3_bind_blob64(stmt, 2, entry->part_hashes,
	    entry->n_part_hashes * HASH_SIZE, SQLITE_STATIC);
	return edit_run(e, stmt);
}

/* Root and part hashes, within a transaction. */
static int
put_aich(struct store_edit *e, const uint8_t hash[HASH_SIZE],
    const uint8_t root[AICH_SIZE], const uint8_t *parts, size_t n_parts)
{
	sqlite3_stmt *put_root = edit_statement(e, EDIT_AICH_ROOT_PUT);
	sqlite3_stmt *put_parts = edit_statement(e, EDIT_AICH_PARTS_PUT);
	int fault;

	if (!put_root || !put_parts)
		return EX_SOFTWARE;
	edit_bind_hash(put_root, 1, hash);
	sqlite3_bind_blob(put_root, 2, root, AICH_SIZE, SQLITE_STATIC);
	fault = edit_run(e, put_root);
	if (fault || n_parts == 0)
		return fault;
	edit_bind_hash(put_parts, 1, hash);
	sqlite3_bind_blob64(
	    put_parts, 2, parts, n_parts * AICH_SIZE, SQLITE_STATIC);
	return edit_run(e, put_parts);
}

static int
put_alias(struct store_edit *e, const struct store_entry *entry)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ALIAS_PUT);

	if (!stmt)
		return e->store.db.fault;
	edit_bind_hash(stmt, 1, entry->alias);
	edit_bind_hash(stmt, 2, entry->copy.hash);
	return edit_run(e, stmt);
}

static int
delete_unused_file(struct store_edit *e, const uint8_t hash[HASH_SIZE])
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_FILE_DELETE_UNUSED);

	if (!stmt)
		return e->store.db.fault;
	edit_bind_hash(stmt, 1, hash);
	return edit_run(e, stmt);
}

/* The root that is recorded for a path; 0 when the path is not known. */
static int
root_of_copy(struct store_edit *e, const char *path, int64_t *id)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_ROOT);
	enum store_result res;

	*id = 0;
	if (!stmt)
		return e->store.db.fault;
	edit_bind_path(stmt, 1, path);
	res = edit_row(e, stmt);
	if (res == STORE_FOUND)
		*id = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return res == STORE_FAILED ? e->store.db.fault : 0;
}

static int
delete_unused_root(struct store_edit *e, int64_t id)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_DELETE_UNUSED);

	if (!stmt)
		return e->store.db.fault;
	sqlite3_bind_int64(stmt, 1, id);
	return edit_run(e, stmt);
}

int
edit_delete_copy(struct store_edit *e, const char *path)
{
	struct store_copy copy;
	int64_t root_id;
	int fault = root_of_copy(e, path, &root_id);

	if (fault)
		return fault;
	if (store_find_path(&e->store, path, &copy) == STORE_FAILED)
		return e->store.db.fault;
	fault = edit_run_path(e, EDIT_COPY_DELETE, path);
	if (!fault)
		fault = delete_unused_file(e, copy.hash);
	if (!fault)
		fault = delete_unused_root(e, root_id);
	return fault;
}

int
store_edit_put(struct store_edit *e, const struct store_entry *entry)
{
	struct store_copy before;
	enum store_result known;
	int64_t root_before = 0;
	int fault = edit_begin(e);

	if (fault)
		return fault;
	known = store_find_path(&e->store, entry->copy.path, &before);
	if (known == STORE_FAILED)
		fault = e->store.db.fault;
	if (!fault && known == STORE_FOUND)
		fault = root_of_copy(e, entry->copy.path, &root_before);
	if (!fault)
		fault = put_file(e, &entry->copy);
	if (!fault && entry->n_part_hashes > 0)
		fault = put_part_hashes(e, entry);
	if (!fault && entry->copy.has_aich)
		fault = put_aich(e, entry->copy.hash, entry->copy.aich_root,
		    entry->aich_parts, entry->n_aich_parts);
	if (!fault && entry->alias)
		fault = put_alias(e, entry);
	if (!fault)
		fault = put_copy(e, &entry->copy);
	if (!fault)
		fault = edit_run_path(e, EDIT_REMOVED_DELETE, entry->copy.path);
	if (!fault && entry->moved_from)
		fault = edit_delete_copy(e, entry->moved_from);
	/* the path may have held another content, now without a copy */
	if (!fault && known == STORE_FOUND)
		fault = delete_unused_file(e, before.hash);
	if (!fault && known == STORE_FOUND)
		fault = delete_unused_root(e, root_before);
	return edit_finish(e, fault);
}

enum store_result
store_edit_next_without_aich(
    struct store_edit *e, const uint8_t *hash, uint8_t out[HASH_SIZE])
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_NEXT_WITHOUT_AICH);
	enum store_result res = STORE_UNKNOWN;
	enum db_step step;

	if (!stmt)
		return STORE_FAILED;
	/* x'' comes before every hash */
	sqlite3_bind_blob(
	    stmt, 1, hash ? hash : out, hash ? HASH_SIZE : 0, SQLITE_STATIC);
	step = db_step(&e->store.db, stmt);
	if (step == DB_ROW && sqlite3_column_bytes(stmt, 0) == HASH_SIZE) {
		memcpy(out, sqlite3_column_blob(stmt, 0), HASH_SIZE);
		res = STORE_FOUND;
	} else if (step != DB_DONE) {
		res = STORE_FAILED;
	}
	sqlite3_reset(stmt);
	return res;
}

int
store_edit_put_aich(struct store_edit *e, const uint8_t hash[HASH_SIZE],
    const uint8_t root[AICH_SIZE], const uint8_t *parts, size_t n_parts)
{
	int fault = edit_begin(e);

	if (!fault)
		fault = edit_finish(e, put_aich(e, hash, root, parts, n_parts));
	return fault;
}

int
store_edit_priority(struct store_edit *e, const uint8_t hash[HASH_SIZE],
    enum store_priority priority)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_PRIORITY_PUT);

	if (!stmt)
		return e->store.db.fault;
	edit_bind_hash(stmt, 1, hash);
	sqlite3_bind_int(stmt, 2, (int)priority);
	return edit_run(e, stmt);
}

int
store_edit_comment(struct store_edit *e, const uint8_t hash[HASH_SIZE],
    const struct store_comment *comment)
{
	bool nothing = comment->rating == 0 && comment->len == 0;
	sqlite3_stmt *stmt =
	    edit_statement(e, nothing ? EDIT_COMMENT_DELETE : EDIT_COMMENT_PUT);

	if (!stmt)
		return e->store.db.fault;
	edit_bind_hash(stmt, 1, hash);
	if (!nothing) {
		sqlite3_bind_int(stmt, 2, comment->rating);
		/* a blob of no bytes, not NULL */
		sqlite3_bind_blob(
		    stmt, 3, comment->text, (int)comment->len, SQLITE_STATIC);
	}
	return edit_run(e, stmt);
}

int
store_edit_remove_path(struct store_edit *e, const char *path)
{
	int fault = edit_begin(e);

	if (fault)
		return fault;
	fault = edit_run_path(e, EDIT_REMOVED_PUT_PATH, path);
	return edit_finish(e, fault ? fault : edit_delete_copy(e, path));
}

int
store_edit_drop_path(struct store_edit *e, const char *path)
{
	int fault = edit_begin(e);

	return fault ? fault : edit_finish(e, edit_delete_copy(e, path));
}

/* For store_find: the path of the first copy. */
static bool
take_path(void *ctx, const struct store_copy *copy)
{
	snprintf(ctx, PATH_MAX, "%s", copy->path);
	return true;
}

int
store_edit_remove_hash(struct store_edit *e, const uint8_t hash[HASH_SIZE])
{
	sqlite3_stmt *remember = edit_statement(e, EDIT_REMOVED_PUT_HASH);
	enum store_result res = STORE_FOUND;
	char path[PATH_MAX];
	int fault = remember ? edit_begin(e) : e->store.db.fault;

	if (fault)
		return fault;
	edit_bind_hash(remember, 1, hash);
	fault = edit_run(e, remember);
	while (!fault &&
	    (res = store_find(&e->store, hash, take_path, path)) == STORE_FOUND)
		fault = edit_delete_copy(e, path);
	if (!fault && res == STORE_FAILED)
		fault = e->store.db.fault;
	return edit_finish(e, fault);
}

int
store_edit_move(struct store_edit *e, const char *from, const char *to)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_MOVE);
	int64_t before, root_id;
	int fault = stmt ? edit_begin(e) : e->store.db.fault;

	if (fault)
		return fault;
	fault = root_of_copy(e, from, &before);
	if (!fault)
		fault = edit_choose_root(e, to, &root_id);
	if (!fault) {
		edit_bind_path(stmt, 1, from);
		edit_bind_path(stmt, 2, to);
		sqlite3_bind_int64(stmt, 3, root_id);
		fault = edit_run(e, stmt);
	}
	if (!fault)
		fault = delete_unused_root(e, before);
	return edit_finish(e, fault);
}

int
store_edit_damaged(struct store_edit *e, const char *path, bool damaged)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_DAMAGED_PUT);

	if (!stmt)
		return e->store.db.fault;
	edit_bind_path(stmt, 1, path);
	sqlite3_bind_int(stmt, 2, damaged);
	return edit_run(e, stmt);
}
