/*
 * Sums over the transfers of the activity database. Never linked into the
 * server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_STATS_H
#define INDEX_STATS_H

#include "proto/opcodes.h"
#include "sql/stats.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

/* A row of one of those statements; what it does not have is zero. */
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
 * Call `visit` for every row of a statement of sql/stats.sql, until it returns
 * false. Transfers that began before since_s do not count, but for STATS_EVER
 * and those like it. 0, or an exit code after a log line.
 */
int stats_each(struct db *db, enum stats_statement by, int64_t since_s,
    bool (*visit)(void *ctx, const struct stats_row *row), void *ctx);

#endif
