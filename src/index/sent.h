/*
 * How much was ever sent of each file, by hash. Never linked into the server.
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
 * Sum up the activity database of a state directory; NULL: the default one. If
 * there is no database, nothing was sent. If it cannot be read, that is logged,
 * and nothing is known. To be closed in any case.
 */
void sent_open(struct sent *s, const char *state_dir);

/*
 * The bytes of a file that were sent to all peers, with those that were pruned.
 * False when that is not known; *bytes is 0 then.
 */
bool sent_of(struct sent *s, const uint8_t file[HASH_SIZE], uint64_t *bytes);

/* Safe to call twice, and on a zeroed struct. */
void sent_close(struct sent *s);

#endif
