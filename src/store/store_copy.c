/*
 * Reading copies of the share database; see store.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/store.h"

#include "base/util.h"

#include <stdio.h>
#include <string.h>

/*
 * A row of a statement about copies: all have the same columns. False when it
 * makes no sense.
 */
static bool
column_copy(sqlite3_stmt *stmt, struct store_copy *copy, char path[PATH_MAX],
    char root[PATH_MAX])
{
	const void *hash = store_column(stmt, 0, HASH_SIZE), *aich_root;

	if (!hash || !store_column_path(stmt, 2, root) ||
	    !store_column_path(stmt, 3, path))
		return false;
	copy->path = path;
	copy->root = root;
	memcpy(copy->hash, hash, HASH_SIZE);
	copy->size = (uint64_t)sqlite3_column_int64(stmt, 1);
	copy->mtime_ns = sqlite3_column_int64(stmt, 4);
	copy->inode = (uint64_t)sqlite3_column_int64(stmt, 5);
	aich_root = store_column(stmt, 6, AICH_SIZE);
	copy->has_aich = aich_root != NULL;
	if (aich_root)
		memcpy(copy->aich_root, aich_root, AICH_SIZE);
	copy->priority = (enum store_priority)min_u64(
	    (uint64_t)sqlite3_column_int64(stmt, 7), STORE_PRIORITY_HIGH);
	copy->damaged = sqlite3_column_int(stmt, 8) != 0;
	copy->has_root_inode = sqlite3_column_type(stmt, 9) != SQLITE_NULL;
	copy->root_inode = (uint64_t)sqlite3_column_int64(stmt, 9);
	return true;
}

enum store_result
store_find(struct store *s, const uint8_t hash[HASH_SIZE],
    bool (*take)(void *ctx, const struct store_copy *copy), void *ctx)
{
	sqlite3_stmt *stmt =
	    store_statement_of(s, STORE_COPIES_BY_HASH, hash, HASH_SIZE);
	char path[PATH_MAX], root[PATH_MAX];
	struct store_copy copy = {0};
	enum store_result res;

	while ((res = store_step(s, stmt)) == STORE_FOUND)
		if (column_copy(stmt, &copy, path, root) && take(ctx, &copy))
			break;
	sqlite3_reset(stmt);
	return res;
}

/* Read the only row of a bound statement. */
static enum store_result
read_copy(struct store *s, sqlite3_stmt *stmt, struct store_copy *out,
    char path[PATH_MAX], char root[PATH_MAX])
{
	enum store_result res = store_step(s, stmt);

	if (res == STORE_FOUND && !column_copy(stmt, out, path, root))
		res = store_bad_row(s, "a copy that makes no sense");
	sqlite3_reset(stmt);
	return res;
}

enum store_result
store_find_path(struct store *s, const char *path, struct store_copy *out)
{
	char found[PATH_MAX], root[PATH_MAX];
	enum store_result res;

	memset(out, 0, sizeof *out);
	res = read_copy(s,
	    store_statement_of(s, STORE_COPY_BY_PATH, path, strlen(path)), out,
	    found, root);
	out->path = out->root = NULL;
	return res;
}

void
store_beneath(
    const char *dir, char from[PATH_MAX + 1], char before[PATH_MAX + 1])
{
	const char *stem = dir[1] ? dir : ""; /* "/" has its slash already */

	snprintf(from, PATH_MAX + 1, "%s/", stem);
	snprintf(before, PATH_MAX + 1, "%s0", stem); /* '0' is next to '/' */
}

enum store_result
store_next(struct store *s, const char *dir, struct store_row *row)
{
	char from[PATH_MAX + 1], before[PATH_MAX + 1];
	const char *behind = row->path[0] ? row->path : from;
	sqlite3_stmt *stmt;

	store_beneath(dir, from, before);
	stmt = store_statement_of(s, STORE_COPY_NEXT, behind, strlen(behind));
	sqlite3_bind_blob(stmt, 2, before, (int)strlen(before), SQLITE_STATIC);
	return read_copy(s, stmt, &row->copy, row->path, row->root);
}

/* Call `visit` for every row of a statement, until it returns false. */
static enum store_result
each(struct store *s, enum store_statement which,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx)
{
	sqlite3_stmt *stmt = store_statement(s, which);
	char path[PATH_MAX], root[PATH_MAX];
	struct store_copy copy = {0};
	enum store_result res;

	while ((res = store_step(s, stmt)) == STORE_FOUND)
		if (column_copy(stmt, &copy, path, root) && !visit(ctx, &copy))
			break;
	sqlite3_reset(stmt);
	return res == STORE_FAILED ? STORE_FAILED : STORE_FOUND;
}

enum store_result
store_each(struct store *s,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx)
{
	return each(s, STORE_COPIES, visit, ctx);
}

enum store_result
store_each_file(struct store *s,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx)
{
	return each(s, STORE_FILES, visit, ctx);
}

const char *
store_name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
