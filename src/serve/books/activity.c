/*
 * Recording what was uploaded; see activity.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/books/activity.h"

#include "base/address.h"
#include "base/util.h"
#include "sql/activity.h"
#include "store/prune.h"
#include "store/state.h"

#include <string.h>
#include <time.h>

/* With --anonymize: bytes of an address that are kept. */
#define IPV4_NETWORK (12 + 24 / 8)
#define IPV6_NETWORK (48 / 8)

static void
clear_host(uint8_t address[ADDRESS_SIZE])
{
	size_t keep = address_is_ipv4(address) ? IPV4_NETWORK : IPV6_NETWORK;

	memset(address + keep, 0, ADDRESS_SIZE - keep);
}

/* No real number is above what SQLite holds; none may become negative. */
static int
bind_number(sqlite3_stmt *stmt, int column, uint64_t n)
{
	return sqlite3_bind_int64(stmt, column, (int64_t)min_u64(n, INT64_MAX));
}

/* An empty name is a blob of no bytes, not NULL. */
static int
bind_name(sqlite3_stmt *stmt, int column, const char *s, size_t cap)
{
	return sqlite3_bind_blob(
	    stmt, column, s, (int)strnlen(s, cap), SQLITE_STATIC);
}

/* 0, or an exit code after a log line. */
static int
put(struct db *db, sqlite3_stmt *stmt, const struct transfer *t, bool anonymize)
{
	uint8_t address[ADDRESS_SIZE];
	int fault = 0;

	memcpy(address, t->address, sizeof address);
	if (anonymize)
		clear_host(address);
	sqlite3_bind_int64(stmt, 1, t->began_s);
	sqlite3_bind_blob(stmt, 2, address, sizeof address, SQLITE_STATIC);
	if (t->has_user && !anonymize)
		sqlite3_bind_blob(
		    stmt, 3, t->user_hash, HASH_SIZE, SQLITE_STATIC);
	else
		sqlite3_bind_null(stmt, 3);
	bind_name(stmt, 4, t->client, anonymize ? 0 : PEER_NAME_MAX);
	sqlite3_bind_blob(stmt, 5, t->file, HASH_SIZE, SQLITE_STATIC);
	bind_name(stmt, 6, t->name, WIRE_NAME_MAX);
	bind_number(stmt, 7, t->bytes);
	bind_number(stmt, 8, t->ms);
	sqlite3_bind_text(stmt, 9, t->outcome,
	    (int)strnlen(t->outcome, sizeof t->outcome - 1), SQLITE_STATIC);
	if (db_step(db, stmt) != DB_DONE)
		fault = db->fault;
	sqlite3_reset(stmt);
	return fault;
}

/*
 * Transfers to remove at most when some are added: there are as few of them
 * soon, and a database that was never pruned gets there in steps.
 */
#define REMOVE_MAX 1000

/* Add them, then remove what is too old or too much. */
static int
put_all(struct db *db, const struct transfer *list, size_t n,
    const struct activity_rules *rules, uint64_t *n_removed)
{
	const struct prune_rule rule = {
	    .before_s = rules->keep_s > 0
		? time(NULL) - (int64_t)min_u64(rules->keep_s, INT32_MAX)
		: INT64_MIN,
	    .keep = ACTIVITY_KEEP,
	};
	sqlite3_stmt *stmt = db_prepare(db, activity_sql[ACTIVITY_PUT]);
	int fault = stmt ? 0 : db->fault;

	for (size_t i = 0; i < n && !fault; i++)
		fault = put(db, stmt, &list[i], rules->anonymize);
	sqlite3_finalize(stmt);
	return fault ? fault : prune_step(db, &rule, REMOVE_MAX, n_removed);
}

/* In one transaction. Closing rolls back what was not committed. */
static int
write_all(struct db *db, const struct transfer *list, size_t n,
    const struct activity_rules *rules)
{
	uint64_t n_removed = 0;
	int fault = prune_begin(db);

	if (!fault)
		fault = db_begin(db);
	if (!fault)
		fault = put_all(db, list, n, rules, &n_removed);
	if (!fault)
		fault = db_commit(db);
	return fault || n_removed == 0 ? fault : prune_end(db);
}

static int
fill_new(struct db *db)
{
	return db_exec(db, sql_activity_schema);
}

/* From then on it is there, or cannot be made: the sandbox may be closed. */
static bool is_prepared;

void
activity_prepare(const char *state_dir)
{
	char path[PATH_MAX];

	is_prepared = true;
	if (state_activity_path(path, state_dir))
		db_create(&activity_kind, path, fill_new);
}

bool
activity_write(struct db *db, const char *state_dir,
    const struct transfer *list, size_t n, const struct activity_rules *rules)
{
	char path[PATH_MAX];
	int fault;

	*db = (struct db){.handle = NULL};
	if (n == 0)
		return true;
	if (!state_activity_path(path, state_dir))
		return false;
	fault = is_prepared ? 0 : db_create(&activity_kind, path, fill_new);
	if (!fault)
		fault = state_open_activity(db, path);
	if (!fault)
		fault = write_all(db, list, n, rules);
	return fault == 0;
}
