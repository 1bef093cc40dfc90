/*
 * Removing old transfers from the activity database.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_PRUNE_H
#define STORE_PRUNE_H

#include "store/db.h"

#include <stdint.h>

/* Which transfers stay. Their sums stay in any case: STATS_EVER never falls. */
struct prune_rule {
	int64_t before_s; /* those that began then or later: Unix time */
	int64_t keep;     /* so many of the newest, or a few fewer */
};

/*
 * Have what is deleted overwritten, with each step that follows. This and those
 * below return 0, or an exit code after a log line.
 */
int prune_begin(struct db *db);

/*
 * In a transaction that is open: remove the oldest transfers, at most `most` of
 * those that do not stay. *n are removed.
 */
int prune_step(
    struct db *db, const struct prune_rule *rule, int64_t most, uint64_t *n);

/* Give the space of what was removed back. */
int prune_end(struct db *db);

/*
 * Remove all that do not stay, in steps: a server that has something to write
 * waits for one of them only, and what an interruption leaves is sound.
 * *removed transfers are gone, also after a failure.
 */
int prune_transfers(
    struct db *db, const struct prune_rule *rule, uint64_t *removed);

#endif
