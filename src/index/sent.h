/*
 * How much was ever sent of each file, for those who ask by hash. Never linked
 * into the server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_SENT_H
#define INDEX_SENT_H

#include "proto/opcodes.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct sent {
	struct db db;
	sqlite3_stmt *stmt; /* NULL: no activity database */
	bool known;
};

/*
 * Sum up the activity database of a state directory, NULL for the default one.
 * Without that database nothing was sent. After one log line when it cannot be
 * read: then nothing is known. To be closed in any case.
 */
void sent_open(struct sent *s, const char *state_dir);

/*
 * Bytes of this file that were sent, to all peers, with what was pruned since.
 * False when that is not known; *bytes is 0 then.
 */
bool sent_of(struct sent *s, const uint8_t file[HASH_SIZE], uint64_t *bytes);

/* Safe to call twice, and on a zeroed struct. */
void sent_close(struct sent *s);

#endif
