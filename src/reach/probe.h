/*
 * Asking a server on this host as a peer would: a hello, and a question about
 * one file. No file data is requested, so that nothing counts as uploaded.
 * SPDX-License-Identifier: ISC
 */
#ifndef REACH_PROBE_H
#define REACH_PROBE_H

#include "base/address.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stdint.h>

enum probe_result {
	PROBE_ANSWERED,     /* hello, and the file if one was asked for */
	PROBE_NO_FILE,      /* hello, but it does not offer the file */
	PROBE_NOT_ANSWERED, /* hello, but no answer about the file */
	PROBE_REFUSED,      /* nobody listens there */
	PROBE_FAILED,       /* no connection; errno tells why */
	PROBE_CLOSED,       /* closed before hello */
	PROBE_SILENT,       /* no answer in time */
	PROBE_FOREIGN,      /* an answer that is not eD2k */
};

/* What the server says in its hello; zeros when it sent none. */
struct probe {
	uint8_t user_hash[HASH_SIZE];
	uint16_t port;   /* of the server, for peers */
	bool obfuscates; /* it takes obfuscated connections */
	char name[PEER_NAME_MAX + 1];
};

/*
 * Ask the server at an address. hash: the file to ask for, or NULL. seconds:
 * how long connecting may take, and each of the two answers.
 */
enum probe_result probe_run(struct probe *out,
    const uint8_t address[ADDRESS_SIZE], uint16_t port,
    const uint8_t hash[HASH_SIZE], unsigned seconds);

#endif
