/*
 * Changing which files are shared; see edit_copy.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/edit_copy.h"

#include "index/presence.h"

#include <stdio.h>
#include <string.h>

/* The id in the only row of a bound statement; 0 if there is none. */
static int64_t
read_id(struct edit *e, sqlite3_stmt *stmt)
{
	int64_t id = 0;

	if (store_step(&e->store, stmt) == STORE_FOUND)
		id = sqlite3_column_int64(stmt, 0);
	sqlite3_reset(stmt);
	return id;
}

/*
 * The longest root above a path; 0 if there is none. Each directory above is
 * looked up by itself: there may be as many roots as directories.
 */
static int64_t
find_root(struct edit *e, const char *path)
{
	size_t len = strlen(path);
	int64_t id = 0;

	while (len > 0 && id == 0) {
		sqlite3_stmt *stmt;

		if (path[--len] != '/')
			continue;
		stmt = edit_statement(e, EDIT_ROOT_ID);
		sqlite3_bind_blob(
		    stmt, 1, path, len > 0 ? (int)len : 1, SQLITE_STATIC);
		id = read_id(e, stmt);
	}
	return id;
}

/* Record the directory of a file as its root. */
static void
put_root(struct edit *e, const char *path)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_PUT);
	size_t len = (size_t)(store_name_of(path) - path);
	struct presence is;
	char dir[PATH_MAX];

	/* without the slash at its end, unless it is "/" */
	snprintf(dir, sizeof dir, "%.*s", (int)(len > 1 ? len - 1 : 1), path);
	edit_bind_path(stmt, 1, dir);
	if (presence_stat(dir, &is))
		sqlite3_bind_int64(stmt, 2, (int64_t)is.inode);
	else
		sqlite3_bind_null(stmt, 2);
	edit_run(e, stmt);
}

static int64_t
find_or_put_root(struct edit *e, const char *path)
{
	int64_t id = find_root(e, path);

	if (id != 0)
		return id;
	put_root(e, path);
	return find_root(e, path);
}

static void
put_copy(struct edit *e, const struct store_copy *copy)
{
	int64_t root_id = find_or_put_root(e, copy->path);
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_PUT);

	edit_bind_hash(stmt, 1, copy->hash);
	sqlite3_bind_int64(stmt, 2, root_id);
	edit_bind_path(stmt, 3, copy->path);
	sqlite3_bind_int64(stmt, 4, copy->mtime_ns);
	sqlite3_bind_int64(stmt, 5, (int64_t)copy->inode);
	sqlite3_bind_int64(stmt, 6, copy->ctime_ns);
	edit_run(e, stmt);
}

/* The root that is recorded for a path; 0 when the path is not shared. */
static int64_t
root_of_copy(struct edit *e, const char *path)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_ROOT);

	edit_bind_path(stmt, 1, path);
	return read_id(e, stmt);
}

static void
delete_unused_root(struct edit *e, int64_t id)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_DELETE_UNUSED);

	sqlite3_bind_int64(stmt, 1, id);
	edit_run(e, stmt);
}

int
edit_drop_path(struct edit *e, const char *path)
{
	struct store_copy copy;
	int64_t root_id;

	edit_begin(e);
	root_id = root_of_copy(e, path);
	if (store_find_path(&e->store, path, &copy) == STORE_FOUND) {
		edit_run_path(e, EDIT_COPY_DELETE, path);
		edit_delete_unused_content(e, copy.hash);
		delete_unused_root(e, root_id);
	}
	return edit_end(e);
}

static void
keep_announce(struct edit *e, const char *from, const char *to)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_ANNOUNCE_MOVE);

	edit_bind_path(stmt, 1, from);
	edit_bind_path(stmt, 2, to);
	edit_run(e, stmt);
}

int
edit_put(struct edit *e, const struct edit_entry *entry)
{
	const struct store_copy *copy = &entry->copy;
	struct store_copy before;
	enum store_result known;
	int64_t root_before;

	edit_begin(e);
	/* what lay at this path before may have no other copy */
	known = store_find_path(&e->store, copy->path, &before);
	root_before = root_of_copy(e, copy->path);
	edit_put_content(e, entry);
	put_copy(e, copy);
	edit_run_path(e, EDIT_REMOVED_DELETE, copy->path);
	if (entry->moved_from) {
		keep_announce(e, entry->moved_from, copy->path);
		edit_drop_path(e, entry->moved_from);
	}
	if (known == STORE_FOUND) {
		edit_delete_unused_content(e, before.hash);
		delete_unused_root(e, root_before);
	}
	return edit_end(e);
}

int
edit_remove_path(struct edit *e, const char *path)
{
	edit_begin(e);
	edit_run_path(e, EDIT_REMOVED_PUT_PATH, path);
	edit_drop_path(e, path);
	return edit_end(e);
}

/* For store_find: the path of the first copy. */
static bool
take_path(void *ctx, const struct store_copy *copy)
{
	snprintf(ctx, PATH_MAX, "%s", copy->path);
	return true;
}

int
edit_remove_hash(struct edit *e, const uint8_t hash[HASH_SIZE])
{
	char path[PATH_MAX];
	int fault;

	edit_begin(e);
	fault = edit_run_hash(e, EDIT_REMOVED_PUT_HASH, hash);
	while (!fault &&
	    store_find(&e->store, hash, take_path, path) == STORE_FOUND)
		fault = edit_drop_path(e, path);
	return edit_end(e);
}

int
edit_move(struct edit *e, const char *from, const char *to)
{
	int64_t root_before, root_id;
	sqlite3_stmt *stmt;

	edit_begin(e);
	root_before = root_of_copy(e, from);
	root_id = find_or_put_root(e, to);
	stmt = edit_statement(e, EDIT_COPY_MOVE);
	edit_bind_path(stmt, 1, from);
	edit_bind_path(stmt, 2, to);
	sqlite3_bind_int64(stmt, 3, root_id);
	edit_run(e, stmt);
	delete_unused_root(e, root_before);
	return edit_end(e);
}

int
edit_set_damaged(struct edit *e, const char *path)
{
	return edit_run_path(e, EDIT_COPY_DAMAGED_PUT, path);
}

int
edit_set_sound(struct edit *e, const char *path, int64_t ctime_ns)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_SOUND_PUT);

	edit_bind_path(stmt, 1, path);
	sqlite3_bind_int64(stmt, 2, ctime_ns);
	return edit_run(e, stmt);
}

int
edit_set_announce_path(struct edit *e, const char *path, bool announce)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_COPY_ANNOUNCE_PUT);

	edit_bind_path(stmt, 1, path);
	sqlite3_bind_int(stmt, 2, announce);
	return edit_run(e, stmt);
}

int
edit_set_announce_hash(
    struct edit *e, const uint8_t hash[HASH_SIZE], bool announce)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_HASH_ANNOUNCE_PUT);

	edit_bind_hash(stmt, 1, hash);
	sqlite3_bind_int(stmt, 2, announce);
	return edit_run(e, stmt);
}
