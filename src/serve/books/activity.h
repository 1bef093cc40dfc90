/*
 * Recording uploads for the operator's statistics: a row a file and connection
 * in activity.db. It is written when the connection has ended, so no failure
 * here touches the peer.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_BOOKS_ACTIVITY_H
#define SERVE_BOOKS_ACTIVITY_H

#include "proto/opcodes.h"
#include "store/db.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One file to one peer in one connection. */
struct transfer {
	int64_t began_s;     /* Unix time */
	uint8_t address[16]; /* IPv4 is mapped; zeros: unknown */
	bool has_user;
	uint8_t user_hash[HASH_SIZE];
	char client[PEER_NAME_MAX + 1];
	uint8_t file[HASH_SIZE];
	char name[WIRE_NAME_MAX + 1];
	uint64_t bytes, ms;
	char outcome[16]; /* session_end_name */
};

/* Transfers that are kept; the oldest make way for more. */
#define ACTIVITY_KEEP 1000000

struct activity_rules {
	/*
	 * Record no user hash, no client name, and of the address the network
	 * alone: IPv4 /24, IPv6 /48.
	 */
	bool anonymize;
	uint64_t keep_s; /* remove what began longer ago; 0: nothing */
};

/*
 * Make state_dir/activity.db if there is none, before the sandbox closes; in
 * there it cannot be made. If it cannot be made here, a log line says so.
 */
void activity_prepare(const char *state_dir);

/*
 * Add n transfers to state_dir/activity.db, all or none, and remove some of
 * those that are too old or too many; their sums stay. A missing database or
 * directory is made, unless n is 0 or activity_prepare was called. Waits about
 * 5 seconds for other writers. False after one log line that names the file and
 * the remedy. *db is to be closed in any case; what was added stays even if we
 * are killed before.
 */
bool activity_write(struct db *db, const char *state_dir,
    const struct transfer *list, size_t n, const struct activity_rules *rules);

#endif
