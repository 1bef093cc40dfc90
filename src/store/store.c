/*
 * Reading the share database; see store.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/store.h"

#include "base/log.h"
#include "base/default_path.h"
#include "base/util.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char *const older[] = {sql_share_1_as_2, sql_share_2_as_3};

const struct db_kind store_kind = {
    .name = "share database",
    .application_id = 0x6564326b, /* "ed2k" */
    .snapshot_id = 0x65643273,    /* "ed2s" */
    .version = 3,
    .older = older,
    .write_busy_ms = 30000, /* a transaction is one file long */
    .dir_mode = 0755,
    .if_missing =
	"make one with \"ed2k-share add FILE\", or name another with -d",
    .if_foreign = "name another with -d",
    .if_damaged = "restore it from a backup, or move it away and add the files "
		  "again",
    .if_locked = "try again",
    .if_full = "free some space on its disk and run the command again; what "
	       "was shared before is kept",
    .if_unreadable = "run this as a user who may, or mend its mode with chmod",
    .if_unwritable = "run this as the user who owns it and its directory",
    .if_no_sides = "check their owner and mode, and run \"ed2k-share list\" "
		   "once as the user who owns them",
    .if_uncreatable = "check its directory, or name another file with -d",
};

bool
store_default_path(char *out, size_t cap)
{
	static const struct default_path path = {
	    .of_system = "/var/lib/ed2k-share/share.db",
	    .env = "XDG_DATA_HOME",
	    .below_home = ".local/share",
	    .below = "ed2k-share/share.db",
	    .what = "share database",
	    .option = "-d",
	};

	return default_path_find(out, cap, &path);
}

int
store_open(struct store *s, const char *path)
{
	memset(s, 0, sizeof *s);
	return db_open(&s->db, &store_kind, path);
}

void
store_close(struct store *s)
{
	db_close(&s->db);
	memset(s->statements, 0, sizeof s->statements);
}

/* A statement ready to bind, or NULL after a log line. */
static sqlite3_stmt *
statement(struct store *s, enum store_statement which)
{
	return db_prepare_once(&s->db, &s->statements[which], store_sql[which]);
}

/* Step once; anything but a row ends the statement. */
static enum store_result
next_row(struct store *s, sqlite3_stmt *stmt)
{
	enum db_step step = db_step(&s->db, stmt);

	if (step == DB_ROW)
		return STORE_FOUND;
	sqlite3_reset(stmt);
	return step == DB_DONE ? STORE_UNKNOWN : STORE_FAILED;
}

/* A column that must be a blob of n bytes, or NULL. */
static const void *
column_bytes(sqlite3_stmt *stmt, int column, size_t n)
{
	const void *p = sqlite3_column_blob(stmt, column);

	return (size_t)sqlite3_column_bytes(stmt, column) == n ? p : NULL;
}

static bool
column_path(sqlite3_stmt *stmt, int column, char out[PATH_MAX])
{
	return db_column_name(stmt, column, out) && out[0] == '/';
}

/*
 * A row of a statement about copies: all have the same columns. False when it
 * makes no sense.
 */
static bool
column_copy(sqlite3_stmt *stmt, struct store_copy *copy, char path[PATH_MAX],
    char root[PATH_MAX])
{
	const void *hash = column_bytes(stmt, 0, HASH_SIZE), *aich_root;

	if (!hash || !column_path(stmt, 2, root) || !column_path(stmt, 3, path))
		return false;
	copy->path = path;
	copy->root = root;
	memcpy(copy->hash, hash, HASH_SIZE);
	copy->size = (uint64_t)sqlite3_column_int64(stmt, 1);
	copy->mtime_ns = sqlite3_column_int64(stmt, 4);
	copy->inode = (uint64_t)sqlite3_column_int64(stmt, 5);
	aich_root = column_bytes(stmt, 6, AICH_SIZE);
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

/* A row that cannot be right. It is logged. */
static enum store_result
bad_row(struct store *s, const char *what)
{
	log_error("%s holds %s", log_quote_str(s->db.path), what);
	s->db.fault = EX_DATAERR;
	return STORE_FAILED;
}

/* A statement with at most one parameter, whose one result is 16 bytes. */
static enum store_result
lookup_hash(struct store *s, enum store_statement which, const uint8_t *key,
    size_t key_len, uint8_t out[HASH_SIZE])
{
	sqlite3_stmt *stmt = statement(s, which);
	enum store_result res;
	const void *p;

	if (!stmt)
		return STORE_FAILED;
	if (key)
		sqlite3_bind_blob(stmt, 1, key, (int)key_len, SQLITE_STATIC);
	res = next_row(s, stmt);
	if (res != STORE_FOUND)
		return res;
	p = column_bytes(stmt, 0, HASH_SIZE);
	if (p)
		memcpy(out, p, HASH_SIZE);
	else
		res = bad_row(s, "a hash of a wrong length");
	sqlite3_reset(stmt);
	return res;
}

enum store_result
store_user_hash(struct store *s, uint8_t out[HASH_SIZE])
{
	return lookup_hash(s, STORE_USER_HASH, NULL, 0, out);
}

enum store_result
store_resolve_alias(
    struct store *s, const uint8_t alias[HASH_SIZE], uint8_t out[HASH_SIZE])
{
	return lookup_hash(s, STORE_HASH_BY_ALIAS, alias, HASH_SIZE, out);
}

enum store_result
store_next_without_aich(
    struct store *s, const uint8_t *hash, uint8_t out[HASH_SIZE])
{
	/* x'' comes before every hash */
	return lookup_hash(s, STORE_NEXT_WITHOUT_AICH, hash ? hash : out,
	    hash ? HASH_SIZE : 0, out);
}

enum store_result
store_find(struct store *s, const uint8_t hash[HASH_SIZE],
    bool (*take)(void *ctx, const struct store_copy *copy), void *ctx)
{
	sqlite3_stmt *stmt = statement(s, STORE_COPIES_BY_HASH);
	char path[PATH_MAX], root[PATH_MAX];
	struct store_copy copy;
	enum store_result res;

	if (!stmt)
		return STORE_FAILED;
	sqlite3_bind_blob(stmt, 1, hash, HASH_SIZE, SQLITE_STATIC);
	while ((res = next_row(s, stmt)) == STORE_FOUND)
		if (column_copy(stmt, &copy, path, root) && take(ctx, &copy)) {
			sqlite3_reset(stmt);
			break;
		}
	return res;
}

/* A blob of just so many bytes that belongs to a file. */
static enum store_result
lookup_bytes(struct store *s, enum store_statement which,
    const uint8_t hash[HASH_SIZE], uint8_t *out, size_t size)
{
	sqlite3_stmt *stmt = statement(s, which);
	enum store_result res;
	const void *p;

	if (!stmt)
		return STORE_FAILED;
	sqlite3_bind_blob(stmt, 1, hash, HASH_SIZE, SQLITE_STATIC);
	res = next_row(s, stmt);
	if (res != STORE_FOUND)
		return res;
	p = column_bytes(stmt, 0, size);
	if (p)
		memcpy(out, p, size);
	sqlite3_reset(stmt);
	return p ? STORE_FOUND : STORE_UNKNOWN;
}

enum store_result
store_part_hashes(
    struct store *s, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	return lookup_bytes(s, STORE_PART_HASHES, hash, out, n * HASH_SIZE);
}

enum store_result
store_aich_parts(
    struct store *s, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	return lookup_bytes(s, STORE_AICH_PARTS, hash, out, n * AICH_SIZE);
}

bool
store_count_without_aich(struct store *s, uint64_t *n, uint64_t *bytes)
{
	sqlite3_stmt *stmt = statement(s, STORE_COUNT_WITHOUT_AICH);

	*n = *bytes = 0;
	if (!stmt || next_row(s, stmt) != STORE_FOUND)
		return false;
	*n = (uint64_t)sqlite3_column_int64(stmt, 0);
	*bytes = (uint64_t)sqlite3_column_int64(stmt, 1);
	sqlite3_reset(stmt);
	return true;
}

bool
store_sum(struct store *s, uint64_t *n, uint64_t *bytes)
{
	sqlite3_stmt *stmt = statement(s, STORE_SUM);

	if (!stmt || next_row(s, stmt) != STORE_FOUND)
		return false;
	*n = (uint64_t)sqlite3_column_int64(stmt, 0);
	*bytes = (uint64_t)sqlite3_column_int64(stmt, 1);
	sqlite3_reset(stmt);
	return true;
}

enum store_result
store_comment(
    struct store *s, const uint8_t hash[HASH_SIZE], struct store_comment *out)
{
	sqlite3_stmt *stmt = statement(s, STORE_COMMENT);
	enum store_result res;
	const void *text;

	memset(out, 0, sizeof *out);
	if (!stmt)
		return STORE_FAILED;
	sqlite3_bind_blob(stmt, 1, hash, HASH_SIZE, SQLITE_STATIC);
	res = next_row(s, stmt);
	if (res != STORE_FOUND)
		return res;
	out->rating = (uint8_t)sqlite3_column_int(stmt, 0);
	text = sqlite3_column_blob(stmt, 1);
	if (text) {
		out->len = min_size(
		    (size_t)sqlite3_column_bytes(stmt, 1), COMMENT_MAX);
		memcpy(out->text, text, out->len);
	}
	sqlite3_reset(stmt);
	return STORE_FOUND;
}

enum store_result
store_find_path(struct store *s, const char *path, struct store_copy *out)
{
	sqlite3_stmt *stmt = statement(s, STORE_COPY_BY_PATH);
	char found[PATH_MAX], root[PATH_MAX];
	enum store_result res;

	memset(out, 0, sizeof *out);
	if (!stmt)
		return STORE_FAILED;
	sqlite3_bind_blob(stmt, 1, path, (int)strlen(path), SQLITE_STATIC);
	res = next_row(s, stmt);
	if (res != STORE_FOUND)
		return res;
	if (!column_copy(stmt, out, found, root))
		res = bad_row(s, "a copy that makes no sense");
	out->path = out->root = NULL;
	sqlite3_reset(stmt);
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
	sqlite3_stmt *stmt = statement(s, STORE_COPY_NEXT);
	char from[PATH_MAX + 1], before[PATH_MAX + 1];
	const char *behind = row->path[0] ? row->path : from;
	enum store_result res;

	if (!stmt)
		return STORE_FAILED;
	store_beneath(dir, from, before);
	sqlite3_bind_blob(stmt, 1, behind, (int)strlen(behind), SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 2, before, (int)strlen(before), SQLITE_STATIC);
	res = next_row(s, stmt);
	if (res != STORE_FOUND)
		return res;
	if (!column_copy(stmt, &row->copy, row->path, row->root))
		res = bad_row(s, "a copy that makes no sense");
	sqlite3_reset(stmt);
	return res;
}

enum store_result
store_mount_points_above(struct store *s, const char *path,
    bool (*take)(void *ctx, const char *mount_point), void *ctx)
{
	sqlite3_stmt *stmt = statement(s, STORE_MOUNT_POINTS_ABOVE);
	enum store_result res;
	char at[PATH_MAX];

	if (!stmt)
		return STORE_FAILED;
	sqlite3_bind_blob(stmt, 1, path, (int)strlen(path), SQLITE_STATIC);
	while ((res = next_row(s, stmt)) == STORE_FOUND)
		if (column_path(stmt, 0, at) && take(ctx, at)) {
			sqlite3_reset(stmt);
			break;
		}
	return res;
}

/* Offer every row of a statement about copies. */
static enum store_result
each(struct store *s, enum store_statement which,
    bool (*visit)(void *ctx, const struct store_copy *copy), void *ctx)
{
	sqlite3_stmt *stmt = statement(s, which);
	char path[PATH_MAX], root[PATH_MAX];
	struct store_copy copy = {0};
	enum store_result res;

	if (!stmt)
		return STORE_FAILED;
	while ((res = next_row(s, stmt)) == STORE_FOUND) {
		if (!column_copy(stmt, &copy, path, root))
			continue;
		if (!visit(ctx, &copy)) {
			sqlite3_reset(stmt);
			break;
		}
	}
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

enum store_result
store_root_from(struct store *s, const char *path, char out[PATH_MAX])
{
	sqlite3_stmt *stmt = statement(s, STORE_ROOT_FROM);
	enum store_result res;
	bool good;

	if (!stmt)
		return STORE_FAILED;
	sqlite3_bind_blob(stmt, 1, path, (int)strlen(path), SQLITE_STATIC);
	res = next_row(s, stmt);
	if (res != STORE_FOUND)
		return res;
	good = column_path(stmt, 0, out);
	sqlite3_reset(stmt);
	return good ? STORE_FOUND : STORE_UNKNOWN;
}

const char *
store_name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
