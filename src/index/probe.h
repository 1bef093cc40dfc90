/*
 * A short conversation with a server on this host, as a peer would have it:
 * hello, and the question for one file. No file data is asked for, so that
 * nothing is counted as uploaded.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_PROBE_H
#define INDEX_PROBE_H

#include "base/address.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How long each of connecting and the two answers may take. Real peers wait
 * 40 s; this is for a machine under load.
 */
#define PROBE_SECONDS 5

enum probe_result {
	PROBE_ANSWERED,     /* hello, and the file if one was asked for */
	PROBE_NO_FILE,      /* hello, but it does not offer the file */
	PROBE_NOT_ANSWERED, /* hello, but no word about the file */
	PROBE_REFUSED,      /* nobody listens there */
	PROBE_FAILED,       /* no connection; errno tells */
	PROBE_CLOSED,       /* closed before hello */
	PROBE_SILENT,       /* said nothing in time */
	PROBE_FOREIGN,      /* said something that is no eD2k */
};

/* What the far end says of itself; only when it said hello. */
struct probe {
	uint8_t user_hash[HASH_SIZE];
	uint16_t port; /* where, it says, it is reached */
	char name[PEER_NAME_MAX + 1];
};

/* hash: the file to ask for, or NULL. */
enum probe_result probe_run(struct probe *out,
    const uint8_t address[ADDRESS_SIZE], uint16_t port,
    const uint8_t hash[HASH_SIZE]);

#endif
