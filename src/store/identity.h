/*
 * The user hash that we answer with. For clients one hash is one client: they
 * ban an address whose hash changes, and think that a client moved when they
 * see its hash at two addresses. So machines behind a balancer, which peers
 * reach at one address and port, must have the same hash, and machines with
 * addresses of their own must have different ones.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include "store/store.h"

#include <stdbool.h>

enum identity_mode {
	IDENTITY_SHARED, /* the one in the database */
	IDENTITY_OWN, /* of this machine: made from that and the machine id */
};

/* "shared" or "own"; false for anything else. */
bool identity_mode_parse(const char *text, enum identity_mode *out);

/*
 * The default: OWN if the database is a snapshot, which other machines have as
 * well, and there is no balancer.
 */
enum identity_mode identity_default(
    const struct store *store, bool is_balanced);

/* The user hash. 0, or an exit code after a log line. */
int identity_user_hash(
    struct store *store, enum identity_mode mode, uint8_t out[HASH_SIZE]);

#endif
