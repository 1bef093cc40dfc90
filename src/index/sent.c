/*
 * Bytes sent, by hash; see sent.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/sent.h"

#include "sql/sent.h"
#include "store/state.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void
sent_open(struct sent *s, const char *state_dir)
{
	char path[PATH_MAX];

	memset(s, 0, sizeof *s);
	if (!state_activity_path(path, state_dir))
		return;
	if (access(path, F_OK) != 0 && errno == ENOENT) {
		s->known = true;
		return;
	}
	if (db_open(&s->db, &activity_kind, path) == 0 &&
	    db_exec(&s->db, sql_sent_table) == 0)
		s->stmt = db_prepare(&s->db, sent_sql[SENT_BY_FILE]);
	s->known = s->stmt != NULL;
}

bool
sent_of(struct sent *s, const uint8_t file[HASH_SIZE], uint64_t *bytes)
{
	enum db_step step;

	*bytes = 0;
	if (!s->stmt || !s->known)
		return s->known;
	sqlite3_bind_blob(s->stmt, 1, file, HASH_SIZE, SQLITE_STATIC);
	step = db_step(&s->db, s->stmt);
	if (step == DB_ROW)
		*bytes = (uint64_t)sqlite3_column_int64(s->stmt, 0);
	sqlite3_reset(s->stmt);
	s->known = step == DB_ROW || step == DB_DONE;
	return s->known;
}

void
sent_close(struct sent *s)
{
	db_close(&s->db);
	s->stmt = NULL;
}
