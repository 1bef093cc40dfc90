/*
 * Removing old transfers from the activity database. Never linked into the
 * server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_PRUNE_H
#define INDEX_PRUNE_H

#include "store/db.h"

#include <stdint.h>

/*
 * Remove the transfers that began before a Unix time, but keep their sums, so
 * that STATS_EVER never gets less. It goes in steps: a server that has
 * something to write waits for one of them only, and what an interruption
 * leaves is sound. 0, or an exit code after a log line; *removed transfers are
 * gone in both cases.
 */
int prune_transfers(struct db *db, int64_t before_s, uint64_t *removed);

#endif
