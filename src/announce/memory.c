/*
 * announce.db; see memory.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/memory.h"

#include "base/log.h"
#include "sql/announce.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const struct db_kind memory_kind = {
    .name = "announce database",
    .application_id = 0x6564326e, /* "ed2n" */
    .version = 1,
    .write_busy_ms = 5000,
    .dir_mode = 0755, /* everyone may read the status beside it */
    .if_missing = "restart ed2k-announce, which makes one",
    .if_foreign = "move it away, or name another state directory with -s",
    .if_damaged = "move it and its -wal and -shm files away; ed2k-announce "
		  "makes a new one",
    .if_locked = "end the other ed2k-announce, or name another state "
		 "directory with -s",
    .if_full = "free some space on its disk",
    .if_unreadable = "give the state directory to the user of ed2k-announce, "
		     "with chown",
    .if_unwritable = "give the state directory to the user of ed2k-announce, "
		     "with chown",
    .if_no_sides = "check their owner and mode",
    .if_uncreatable = "give the state directory to the user of ed2k-announce, "
		      "with chown, or name another with -s",
};

static int
fill_new(struct db *db)
{
	return db_exec(db, sql_announce_schema);
}

/* Run a statement that returns no row. */
static int
run(struct memory *m, sqlite3_stmt *stmt)
{
	enum db_step step = stmt ? db_step(&m->db, stmt) : DB_FAILED;

	sqlite3_finalize(stmt);
	return step == DB_FAILED ? m->db.fault : 0;
}

static sqlite3_stmt *
prepare(struct memory *m, enum announce_statement which)
{
	return db_prepare(&m->db, announce_sql[which]);
}

/* The same, of a server. */
static sqlite3_stmt *
prepare_of(struct memory *m, enum announce_statement which,
    const struct announce_server *server)
{
	sqlite3_stmt *stmt = prepare(m, which);

	sqlite3_bind_blob(
	    stmt, 1, server->host, (int)strlen(server->host), SQLITE_STATIC);
	sqlite3_bind_int(stmt, 2, server->port);
	return stmt;
}

static int
forget(struct memory *m, uint64_t now_s)
{
	sqlite3_stmt *stmt = prepare(m, ANNOUNCE_SERVERS_FORGET);

	sqlite3_bind_int64(stmt, 1, (int64_t)now_s - MEMORY_KEEP_S);
	return run(m, stmt);
}

int
memory_open(struct memory *m, const char *dir, uint64_t now_s)
{
	static const char *const no_upgrades[1];
	char path[PATH_MAX];
	int fault;

	memset(m, 0, sizeof *m);
	if (snprintf(path, sizeof path, "%s/announce.db", dir) >= PATH_MAX) {
		log_error("the name of the state directory %s is too long",
		    log_quote_str(dir));
		return EX_CONFIG;
	}
	fault = db_create(&memory_kind, path, fill_new);
	if (!fault)
		fault = db_open_writer(&m->db, &memory_kind, path, no_upgrades);
	return fault ? fault : forget(m, now_s);
}

int
memory_get_server(struct memory *m, const struct announce_server *server,
    uint64_t now_s, struct server_memory *out)
{
	sqlite3_stmt *stmt = prepare_of(m, ANNOUNCE_SERVER, server);
	enum db_step step = stmt ? db_step(&m->db, stmt) : DB_FAILED;

	memset(out, 0, sizeof *out);
	if (step == DB_ROW) {
		out->id = (uint32_t)sqlite3_column_int64(stmt, 0);
		out->tries = (uint32_t)sqlite3_column_int64(stmt, 1);
		out->next_s = (uint64_t)sqlite3_column_int64(stmt, 2);
		if (out->next_s > now_s + MEMORY_WAIT_MAX_S)
			out->next_s = 0;
	}
	sqlite3_finalize(stmt);
	return step == DB_FAILED ? m->db.fault : 0;
}

int
memory_put_server(struct memory *m, const struct announce_server *server,
    uint64_t now_s, const struct server_memory *in)
{
	sqlite3_stmt *stmt = prepare_of(m, ANNOUNCE_SERVER_PUT, server);

	sqlite3_bind_int64(stmt, 3, in->id);
	sqlite3_bind_int64(stmt, 4, in->tries);
	sqlite3_bind_int64(stmt, 5, (int64_t)in->next_s);
	sqlite3_bind_int64(stmt, 6, (int64_t)now_s);
	return run(m, stmt);
}

void
memory_close(struct memory *m)
{
	db_close(&m->db);
}
