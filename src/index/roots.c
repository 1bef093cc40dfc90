/*
 * The roots that refresh walks; see roots.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/roots.h"

#include "base/log.h"
#include "index/edit_copy.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* Run a statement about a directory and all beneath it. */
static int
run_tree(struct edit *e, enum edit_statement which, const char *dir)
{
	char from[PATH_MAX + 1], before[PATH_MAX + 1];
	sqlite3_stmt *stmt = edit_statement(e, which);

	store_beneath(dir, from, before);
	edit_bind_path(stmt, 1, dir);
	edit_bind_path(stmt, 2, from);
	edit_bind_path(stmt, 3, before);
	return edit_run(e, stmt);
}

static void
put_rules(struct edit *e, const char *dir, const struct rules *rules)
{
	edit_run_path(e, EDIT_EXCLUDE_DELETE, dir);
	for (size_t i = 0; i < rules->exclude.n; i++) {
		sqlite3_stmt *stmt = edit_statement(e, EDIT_EXCLUDE_PUT);

		edit_bind_path(stmt, 1, dir);
		edit_bind_path(stmt, 2, rules->exclude.items[i]);
		edit_run(e, stmt);
	}
}

static void
put_walked(struct edit *e, const char *dir, bool every)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_WALK_PUT);
	struct presence is = {0};

	edit_bind_path(stmt, 1, dir);
	if (presence_stat(dir, &is))
		sqlite3_bind_int64(stmt, 2, (int64_t)is.inode);
	else
		sqlite3_bind_null(stmt, 2);
	sqlite3_bind_int(stmt, 3, every);
	edit_run(e, stmt);
	run_tree(e, EDIT_MOUNT_POINT_DELETE, dir);
	if (is.is_mount)
		edit_run_path(e, EDIT_MOUNT_POINT_PUT, dir);
}

int
roots_put(struct edit *e, const char *dir, const struct rules *rules)
{
	edit_begin(e);
	put_walked(e, dir, rules->every);
	put_rules(e, dir, rules);
	run_tree(e, EDIT_REMOVED_DELETE_BENEATH, dir);
	return edit_end(e);
}

/* One by one, so that memory does not grow with their number. */
static void
drop_copies(struct edit *e, const char *dir)
{
	struct store_row row = {0};
	int fault = edit_drop_path(e, dir); /* it may be a file */

	while (!fault && store_next(&e->store, dir, &row) == STORE_FOUND)
		fault = edit_drop_path(e, row.path);
}

int
roots_remove(struct edit *e, const char *dir)
{
	edit_begin(e);
	drop_copies(e, dir);
	run_tree(e, EDIT_ROOT_DELETE_BENEATH, dir);
	run_tree(e, EDIT_MOUNT_POINT_DELETE, dir);
	/* if a root above it is walked, this directory is left out */
	run_tree(e, EDIT_REMOVED_DELETE_BENEATH, dir);
	edit_run_path(e, EDIT_REMOVED_PUT_PATH, dir);
	return edit_end(e);
}

/* Read the only row of a bound statement about roots. */
static enum store_result
take_root(struct edit *e, sqlite3_stmt *stmt, struct root *out)
{
	enum store_result res = store_step(&e->store, stmt);

	if (res != STORE_FOUND)
		return res;
	if (!db_column_name(stmt, 0, out->path))
		res = store_bad_row(&e->store, "a root that makes no sense");
	out->has_inode = sqlite3_column_type(stmt, 1) != SQLITE_NULL;
	out->inode = (uint64_t)sqlite3_column_int64(stmt, 1);
	out->walk = sqlite3_column_int(stmt, 2) != 0;
	out->every = sqlite3_column_int(stmt, 3) != 0;
	sqlite3_reset(stmt);
	return res;
}

enum store_result
roots_find(struct edit *e, const char *path, struct root *out)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_BY_PATH);

	edit_bind_path(stmt, 1, path);
	return take_root(e, stmt, out);
}

enum store_result
roots_next(struct edit *e, const char *dir, struct root *root)
{
	char from[PATH_MAX + 1], before[PATH_MAX + 1], behind[PATH_MAX];
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_NEXT);

	store_beneath(dir, from, before);
	memcpy(behind, root->path, sizeof behind);
	edit_bind_path(stmt, 1, behind[0] ? behind : from);
	edit_bind_path(stmt, 2, before);
	return take_root(e, stmt, root);
}

int
roots_put_inode(struct edit *e, const char *path, uint64_t inode)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_INODE_PUT);

	edit_bind_path(stmt, 1, path);
	sqlite3_bind_int64(stmt, 2, (int64_t)inode);
	return edit_run(e, stmt);
}

int
roots_set_announce(struct edit *e, const char *dir, bool announce)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ROOT_ANNOUNCE_PUT);
	char from[PATH_MAX + 1], before[PATH_MAX + 1];

	store_beneath(dir, from, before);
	edit_bind_path(stmt, 1, dir);
	edit_bind_path(stmt, 2, from);
	edit_bind_path(stmt, 3, before);
	sqlite3_bind_int(stmt, 4, announce);
	return edit_run(e, stmt);
}

int
roots_rules(struct edit *e, const struct root *root, struct rules *out)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_EXCLUDES);
	enum store_result res;
	char pattern[PATH_MAX];

	*out = (struct rules){.every = root->every};
	edit_bind_path(stmt, 1, root->path);
	while ((res = store_step(&e->store, stmt)) == STORE_FOUND) {
		char *own = out->exclude.n < ARGS_LIST_MAX &&
			db_column_name(stmt, 0, pattern)
		    ? strdup(pattern)
		    : NULL;

		if (!own) {
			log_error("the patterns of %s cannot be used",
			    log_quote_str(root->path));
			sqlite3_reset(stmt);
			return EX_DATAERR;
		}
		out->exclude.items[out->exclude.n++] = own;
	}
	sqlite3_reset(stmt);
	return res == STORE_FAILED ? e->store.db.fault : 0;
}

void
roots_free_rules(struct rules *rules)
{
	for (size_t i = 0; i < rules->exclude.n; i++)
		free((char *)(uintptr_t)rules->exclude.items[i]);
	rules->exclude.n = 0;
}

int
roots_put_mount_point(struct edit *e, const char *path)
{
	return edit_run_path(e, EDIT_MOUNT_POINT_PUT, path);
}

enum store_result
roots_is_removed(struct edit *e, const char *path)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_REMOVED_BY_PATH);
	enum store_result res;

	edit_bind_path(stmt, 1, path);
	res = store_step(&e->store, stmt);
	sqlite3_reset(stmt);
	return res;
}
