/*
 * The activity database as "ed2k-share stats" sees it: sums over transfers, and
 * removing old ones. Never linked into the server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_STATS_H
#define INDEX_STATS_H

#include "proto/opcodes.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

enum stats_by {
	STATS_TOTAL,   /* one row */
	STATS_BY_FILE, /* these two: most bytes first */
	STATS_BY_PEER,
	STATS_BY_DAY, /* of UTC, the first one first */
	/* the same with what was removed since; `since_s` is not looked at */
	STATS_EVER,
	STATS_EVER_BY_FILE,
	STATS_EVER_BY_OUTCOME,
	STATS_N
};

/* Sums; what a kind of row has not is zero. */
struct stats_row {
	uint64_t transfers, bytes, peers, files, ms;
	int64_t first_s, last_s; /* when the first and the last began */
	uint64_t most_bytes;     /* of all rows */
	uint8_t file[HASH_SIZE];
	char name[WIRE_NAME_MAX + 1];
	bool has_user;
	uint8_t address[16], user_hash[HASH_SIZE];
	char client[PEER_NAME_MAX + 1];
	char outcome[16];
};

/*
 * Offer every row of the transfers that began at since_s or later to `visit`,
 * until it returns false. 0, or an exit code after a log line.
 */
int stats_each(struct db *db, enum stats_by by, int64_t since_s,
    bool (*visit)(void *ctx, const struct stats_row *row), void *ctx);

/*
 * What is read from now until db_close stays as it is now. 0, or an exit code
 * after a log line.
 */
int stats_hold(struct db *db);

/*
 * Remove the transfers that began before then, but keep their sums, so that
 * STATS_EVER never gets less. In steps: a server that has something to write
 * waits for one of them only, and what an interruption leaves is sound. 0, or
 * an exit code after a log line; *removed are gone in both cases.
 */
int stats_prune(struct db *db, int64_t before_s, uint64_t *removed);

#endif
