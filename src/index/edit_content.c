/*
 * Changing what is known of a content; see edit_content.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/edit_content.h"

#include <time.h>

static void
put_file(struct edit *e, const struct store_copy *copy)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_FILE_PUT);

	edit_bind_hash(stmt, 1, copy->hash);
	sqlite3_bind_int64(stmt, 2, (int64_t)copy->size);
	sqlite3_bind_int64(stmt, 3, time(NULL));
	edit_run(e, stmt);
}

static void
put_part_hashes(struct edit *e, const struct edit_entry *entry)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_PART_HASHES_PUT);

	edit_bind_hash(stmt, 1, entry->copy.hash);
	sqlite3_bind_blob64(stmt, 2, entry->part_hashes,
	    entry->n_part_hashes * HASH_SIZE, SQLITE_STATIC);
	edit_run(e, stmt);
}

static void
put_alias(struct edit *e, const struct edit_entry *entry)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_ALIAS_PUT);

	edit_bind_hash(stmt, 1, entry->alias);
	edit_bind_hash(stmt, 2, entry->copy.hash);
	edit_run(e, stmt);
}

int
edit_put_content(struct edit *e, const struct edit_entry *entry)
{
	const struct store_copy *copy = &entry->copy;

	edit_begin(e);
	put_file(e, copy);
	if (entry->n_part_hashes > 0)
		put_part_hashes(e, entry);
	if (copy->has_aich)
		edit_put_aich(e, copy->hash, copy->aich_root, entry->aich_parts,
		    entry->n_aich_parts);
	if (entry->alias)
		put_alias(e, entry);
	return edit_end(e);
}

int
edit_delete_unused_content(struct edit *e, const uint8_t hash[HASH_SIZE])
{
	return edit_run_hash(e, EDIT_FILE_DELETE_UNUSED, hash);
}

static void
put_aich_root(struct edit *e, const uint8_t hash[HASH_SIZE],
    const uint8_t root[AICH_SIZE])
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_AICH_ROOT_PUT);

	edit_bind_hash(stmt, 1, hash);
	sqlite3_bind_blob(stmt, 2, root, AICH_SIZE, SQLITE_STATIC);
	edit_run(e, stmt);
}

static void
put_aich_parts(struct edit *e, const uint8_t hash[HASH_SIZE],
    const uint8_t *parts, size_t n)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_AICH_PARTS_PUT);

	edit_bind_hash(stmt, 1, hash);
	sqlite3_bind_blob64(stmt, 2, parts, n * AICH_SIZE, SQLITE_STATIC);
	edit_run(e, stmt);
}

int
edit_put_aich(struct edit *e, const uint8_t hash[HASH_SIZE],
    const uint8_t root[AICH_SIZE], const uint8_t *parts, size_t n_parts)
{
	edit_begin(e);
	put_aich_root(e, hash, root);
	if (n_parts > 0)
		put_aich_parts(e, hash, parts, n_parts);
	return edit_end(e);
}

int
edit_set_priority(
    struct edit *e, const uint8_t hash[HASH_SIZE], enum store_priority priority)
{
	sqlite3_stmt *stmt = edit_statement(e, EDIT_PRIORITY_PUT);

	edit_bind_hash(stmt, 1, hash);
	sqlite3_bind_int(stmt, 2, (int)priority);
	return edit_run(e, stmt);
}

int
edit_set_comment(struct edit *e, const uint8_t hash[HASH_SIZE],
    const struct store_comment *comment)
{
	sqlite3_stmt *stmt;

	if (comment->rating == 0 && comment->len == 0)
		return edit_run_hash(e, EDIT_COMMENT_DELETE, hash);
	stmt = edit_statement(e, EDIT_COMMENT_PUT);
	edit_bind_hash(stmt, 1, hash);
	sqlite3_bind_int(stmt, 2, comment->rating);
	/* an empty text is a blob of no bytes, not NULL */
	sqlite3_bind_blob(
	    stmt, 3, comment->text, (int)comment->len, SQLITE_STATIC);
	return edit_run(e, stmt);
}
