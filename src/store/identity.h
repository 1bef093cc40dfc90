/*
 * Which user hash we answer with. Clients take one hash for one client: they
 * ban an address whose hash changes, and take two addresses with the same hash
 * for one client that moved. So machines that peers reach at one address and
 * port, behind a balancer, must have one hash, and machines with addresses of
 * their own one each.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_IDENTITY_H
#define STORE_IDENTITY_H

#include "store/store.h"

#include <stdbool.h>

enum identity_mode {
	IDENTITY_SHARED, /* the one in the database */
	IDENTITY_OWN,    /* one of this machine, made from that and its id */
};

/* "shared" or "own"; false for anything else. */
bool identity_mode_parse(const char *text, enum identity_mode *out);

/*
 * What is right when nobody says: of its own if the database is a snapshot,
 * which others have too, and no balancer stands before us.
 */
enum identity_mode identity_default(
    const struct store *store, bool is_balanced);

/* The user hash. 0, or an exit code after a log line. */
int identity_user_hash(
    struct store *store, enum identity_mode mode, uint8_t out[HASH_SIZE]);

#endif
