/*
 * Reading the share database; see store.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/store.h"

#include "base/default_path.h"
#include "base/log.h"
#include "base/util.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char *const older[] = {
    sql_share_1_as_2, sql_share_2_as_3, sql_share_3_as_4};

const struct db_kind store_kind = {
    .name = "share database",
    .application_id = 0x6564326b, /* "ed2k" */
    .snapshot_id = 0x65643273,    /* "ed2s" */
    .version = 4,
    .older = older,
    .write_busy_ms = 30000, /* a transaction is a file, or a few small ones */
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
store_open_later(struct store *s, const char *path)
{
	memset(s, 0, sizeof *s);
	snprintf(s->db.path, sizeof s->db.path, "%s", path);
}

/* If it was left for later. */
static bool
open_now(struct store *s)
{
	char path[PATH_MAX];

	if (s->db.handle)
		return true;
	memcpy(path, s->db.path, sizeof path);
	s->db.fault = store_open(s, path);
	return s->db.fault == 0;
}

void
store_close(struct store *s)
{
	db_close(&s->db);
	memset(s->statements, 0, sizeof s->statements);
}

sqlite3_stmt *
store_statement(struct store *s, enum store_statement which)
{
	if (!open_now(s))
		return NULL;
	return db_prepare_once(&s->db, &s->statements[which], store_sql[which]);
}

sqlite3_stmt *
store_statement_of(
    struct store *s, enum store_statement which, const void *key, size_t len)
{
	sqlite3_stmt *stmt = store_statement(s, which);

	sqlite3_bind_blob(stmt, 1, key, (int)len, SQLITE_STATIC);
	return stmt;
}

enum store_result
store_step(struct store *s, sqlite3_stmt *stmt)
{
	enum db_step step = stmt ? db_step(&s->db, stmt) : DB_FAILED;

	if (step == DB_ROW)
		return STORE_FOUND;
	sqlite3_reset(stmt);
	return step == DB_DONE ? STORE_UNKNOWN : STORE_FAILED;
}

const void *
store_column(sqlite3_stmt *stmt, int column, size_t n)
{
	const void *p = sqlite3_column_blob(stmt, column);

	return (size_t)sqlite3_column_bytes(stmt, column) == n ? p : NULL;
}

bool
store_column_path(sqlite3_stmt *stmt, int column, char out[PATH_MAX])
{
	return db_column_name(stmt, column, out) && out[0] == '/';
}

enum store_result
store_bad_row(struct store *s, const char *what)
{
	log_error("%s is damaged: it holds %s; %s", log_quote_str(s->db.path),
	    what, s->db.kind->if_damaged);
	s->db.fault = EX_DATAERR;
	return STORE_FAILED;
}

/* Read the 16 bytes of the only row of a bound statement. */
static enum store_result
read_hash(struct store *s, sqlite3_stmt *stmt, uint8_t out[HASH_SIZE])
{
	enum store_result res = store_step(s, stmt);
	const void *p;

	if (res != STORE_FOUND)
		return res;
	p = store_column(stmt, 0, HASH_SIZE);
	if (p)
		memcpy(out, p, HASH_SIZE);
	else
		res = store_bad_row(s, "a hash of a wrong length");
	sqlite3_reset(stmt);
	return res;
}

enum store_result
store_user_hash(struct store *s, uint8_t out[HASH_SIZE])
{
	return read_hash(s, store_statement(s, STORE_USER_HASH), out);
}

enum store_result
store_resolve_alias(
    struct store *s, const uint8_t alias[HASH_SIZE], uint8_t out[HASH_SIZE])
{
	return read_hash(s,
	    store_statement_of(s, STORE_HASH_BY_ALIAS, alias, HASH_SIZE), out);
}

enum store_result
store_next_without_aich(
    struct store *s, const uint8_t *hash, uint8_t out[HASH_SIZE])
{
	/* the empty blob comes before every hash */
	return read_hash(s,
	    store_statement_of(s, STORE_NEXT_WITHOUT_AICH, hash ? hash : out,
		hash ? HASH_SIZE : 0),
	    out);
}

/* Read a blob of exactly `size` bytes that belongs to a file. */
static enum store_result
read_bytes(struct store *s, enum store_statement which,
    const uint8_t hash[HASH_SIZE], uint8_t *out, size_t size)
{
	sqlite3_stmt *stmt = store_statement_of(s, which, hash, HASH_SIZE);
	enum store_result res = store_step(s, stmt);
	const void *p;

	if (res != STORE_FOUND)
		return res;
	p = store_column(stmt, 0, size);
	if (p)
		memcpy(out, p, size);
	sqlite3_reset(stmt);
	return p ? STORE_FOUND : STORE_UNKNOWN;
}

enum store_result
store_part_hashes(
    struct store *s, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	return read_bytes(s, STORE_PART_HASHES, hash, out, n * HASH_SIZE);
}

enum store_result
store_part_hash(struct store *s, const uint8_t hash[HASH_SIZE], size_t part,
    uint8_t out[HASH_SIZE])
{
	sqlite3_stmt *stmt =
	    store_statement_of(s, STORE_PART_HASH, hash, HASH_SIZE);

	sqlite3_bind_int64(stmt, 2, (int64_t)(part * HASH_SIZE));
	return read_hash(s, stmt, out);
}

enum store_result
store_aich_parts(
    struct store *s, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	return read_bytes(s, STORE_AICH_PARTS, hash, out, n * AICH_SIZE);
}

/* Read the two numbers of a statement that always has one row. */
static int
read_sums(
    struct store *s, enum store_statement which, uint64_t *n, uint64_t *bytes)
{
	sqlite3_stmt *stmt = store_statement(s, which);

	*n = *bytes = 0;
	if (store_step(s, stmt) != STORE_FOUND)
		return s->db.fault;
	*n = (uint64_t)sqlite3_column_int64(stmt, 0);
	*bytes = (uint64_t)sqlite3_column_int64(stmt, 1);
	sqlite3_reset(stmt);
	return 0;
}

int
store_count_without_aich(struct store *s, uint64_t *n, uint64_t *bytes)
{
	return read_sums(s, STORE_COUNT_WITHOUT_AICH, n, bytes);
}

int
store_sum(struct store *s, uint64_t *n, uint64_t *bytes)
{
	return read_sums(s, STORE_SUM, n, bytes);
}

enum store_result
store_comment(
    struct store *s, const uint8_t hash[HASH_SIZE], struct store_comment *out)
{
	sqlite3_stmt *stmt =
	    store_statement_of(s, STORE_COMMENT, hash, HASH_SIZE);
	enum store_result res = store_step(s, stmt);
	const void *text;

	memset(out, 0, sizeof *out);
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
store_is_announced(struct store *s, const uint8_t hash[HASH_SIZE])
{
	sqlite3_stmt *stmt =
	    store_statement_of(s, STORE_ANNOUNCED, hash, HASH_SIZE);
	enum store_result res = store_step(s, stmt);

	if (res != STORE_FOUND)
		return res;
	if (!sqlite3_column_int(stmt, 0))
		res = STORE_UNKNOWN;
	sqlite3_reset(stmt);
	return res;
}

enum store_result
store_root_from(
    struct store *s, const char *path, bool walked, char out[PATH_MAX])
{
	sqlite3_stmt *stmt =
	    store_statement_of(s, STORE_ROOT_FROM, path, strlen(path));
	enum store_result res;

	sqlite3_bind_int(stmt, 2, walked);
	res = store_step(s, stmt);
	if (res == STORE_FOUND && !store_column_path(stmt, 0, out))
		res = STORE_UNKNOWN;
	sqlite3_reset(stmt);
	return res;
}

/* Call `take` for the path in each row of a statement, until it is true. */
static enum store_result
take_paths(struct store *s, sqlite3_stmt *stmt,
    bool (*take)(void *ctx, const char *path), void *ctx)
{
	enum store_result res;
	char path[PATH_MAX];

	while ((res = store_step(s, stmt)) == STORE_FOUND)
		if (store_column_path(stmt, 0, path) && take(ctx, path))
			break;
	sqlite3_reset(stmt);
	return res;
}

enum store_result
store_singles(
    struct store *s, bool (*take)(void *ctx, const char *path), void *ctx)
{
	return take_paths(s, store_statement(s, STORE_SINGLES), take, ctx);
}

enum store_result
store_mount_points_above(struct store *s, const char *path,
    bool (*take)(void *ctx, const char *mount_point), void *ctx)
{
	return take_paths(s,
	    store_statement_of(s, STORE_MOUNT_POINTS_ABOVE, path, strlen(path)),
	    take, ctx);
}
