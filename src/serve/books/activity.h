/*
 * What was uploaded, for the operator's statistics: a row a file and connection
 * in activity.db. Written once, when a connection ends; nothing is opened
 * before, and nothing that goes wrong here touches the peer.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_BOOKS_ACTIVITY_H
#define SERVE_BOOKS_ACTIVITY_H

#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One file to one peer in one connection. */
struct transfer {
	int64_t began_s;     /* Unix time */
	uint8_t address[16]; /* IPv4 as v4-mapped; all zero: unknown */
	bool has_user;
	uint8_t user_hash[HASH_SIZE];
	char client[PEER_NAME_MAX + 1];
	uint8_t file[HASH_SIZE];
	char name[WIRE_NAME_MAX + 1];
	uint64_t bytes, ms;
	char outcome[16]; /* session_end_name */
};

/*
 * Add n transfers to state_dir/activity.db, all or none; with n 0 nothing is
 * opened. The database, and the directory if it is missing, are made first when
 * there are none. Waits for other writers, at most about 5 seconds.
 *
 * With `anonymize` neither user hash nor client name is kept, and of the
 * address the network alone: /24 of IPv4, /48 of IPv6. The file, the time and
 * the numbers are.
 *
 * False after one log line that names the file and the remedy.
 */
bool activity_write(const char *state_dir, const struct transfer *list,
    size_t n, bool anonymize);

#endif
