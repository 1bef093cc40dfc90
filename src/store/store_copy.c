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
	copy->ctime_ns = sqlite3_column_int64(stmt, 10);
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

/* Copies that are read at once. */
#define PAGE_ROWS 16

/* What a page is sorted by: its columns, as all statements have them. */
enum page_key {
	BY_HASH = 0,
	BY_PATH = 3,
};

struct page {
	struct store_row rows[PAGE_ROWS];
	size_t n;
	bool is_last;
	uint8_t key[PATH_MAX]; /* of the last row */
	size_t key_len;
};

/* False when the key is not behind the last one, as it is when all is well. */
static bool
take_key(struct page *page, sqlite3_stmt *stmt, enum page_key by)
{
	const void *key = sqlite3_column_blob(stmt, (int)by);
	size_t len = (size_t)sqlite3_column_bytes(stmt, (int)by);
	int order;

	if (!key || len > sizeof page->key)
		return false;
	order = memcmp(page->key, key, min_size(len, page->key_len));
	if (order > 0 || (order == 0 && len <= page->key_len))
		return false;
	memcpy(page->key, key, len);
	page->key_len = len;
	return true;
}

/* Read the page behind this one in its place. */
static enum store_result
read_page(struct store *s, enum store_statement which, enum page_key by,
    struct page *page)
{
	sqlite3_stmt *stmt = store_statement(s, which);
	enum store_result res;
	int n = 0;

	sqlite3_bind_blob(
	    stmt, 1, page->key, (int)page->key_len, SQLITE_TRANSIENT);
	sqlite3_bind_int(stmt, 2, PAGE_ROWS);
	page->n = 0;
	while ((res = store_step(s, stmt)) == STORE_FOUND) {
		struct store_row *row = &page->rows[page->n];

		if (!take_key(page, stmt, by)) {
			res = store_bad_row(s, "rows that are out of order");
			break;
		}
		/* one that makes no sense is left out */
		page->n += column_copy(stmt, &row->copy, row->path, row->root);
		n++;
	}
	sqlite3_reset(stmt);
	page->is_last = n < PAGE_ROWS;
	return res;
}

/*
 * Call `visit` for every row, until it returns false. The rows are read page by
 * page: whoever reads what `visit` prints may take hours, and a transaction
 * that is open for so long keeps writers from shortening the log, which makes
 * each later connection slower.
 */
static enum store_result
each(struct store *s, enum store_statement which, enum page_key by,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx)
{
	struct page page;
	enum store_result res;

	page.key_len = 0;
	do {
		res = read_page(s, which, by, &page);
		for (size_t i = 0; i < page.n; i++)
			if (!visit(ctx, &page.rows[i].copy))
				return STORE_FOUND;
	} while (res != STORE_FAILED && !page.is_last);
	return res == STORE_FAILED ? STORE_FAILED : STORE_FOUND;
}

enum store_result
store_each(struct store *s,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx)
{
	return each(s, STORE_COPIES, BY_PATH, visit, ctx);
}

enum store_result
store_each_file(struct store *s,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx)
{
	return each(s, STORE_FILES, BY_HASH, visit, ctx);
}

const char *
store_name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
