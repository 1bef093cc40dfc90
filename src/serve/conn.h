/*
 * The connection: the only reader and writer of the peer. One poll loop takes
 * whole frames to the session, and its replies and data frames to the peer.
 * On an obfuscated connection bytes are decrypted as they come, and encrypted
 * when it is their turn to be sent: which bytes come first decides how.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_CONN_H
#define SERVE_CONN_H

#include "serve/books/ledger.h"
#include "serve/wire/obfuscation.h"
#include "serve/rate_share.h"
#include "serve/board_slots.h"
#include "serve/data/pace.h"
#include "serve/who/peer.h"
#include "board/scoreboard.h"
#include "serve/talk/session.h"
#include "serve/data/shared_file.h"
#include "serve/data/upload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest frame we accept. */
#define CONN_IN_SIZE (PACKET_HEADER_SIZE + PACKET_PAYLOAD_MAX)

/* The largest reply, and small ones that were pipelined before it. */
#define CONN_OUT_SIZE (REPLY_MAX + 32 * 1024)

/* What the server gives away at most. */
struct conn_limits {
	uint64_t rate_bps;      /* to all together; 0: no limit */
	uint64_t rate_peer_bps; /* to one peer; 0: no limit */
	const char *state_dir;  /* where uploads are recorded; NULL: nowhere */
	bool anonymize;         /* and no peers with them */
};

/* Large; make it static: pages that are not used cost nothing. */
struct conn {
	const struct peer *peer;
	struct catalog catalog;
	struct session session;
	struct shared_file file;
	struct scoreboard *board; /* borrowed */
	const struct conn_limits *limits;
	struct board_slots slots;
	struct rate_share share;
	struct ledger *ledger; /* borrowed */
	struct pace pace;
	struct obfuscation obfuscation;
	uint64_t sent_bytes; /* taken by the kernel, frames and replies */
	uint64_t data_bytes; /* of files */
	uint64_t began_ms, looked_up_ms, pulsed_ms;
	bool polled;          /* ppoll was asked in the last turn */
	bool readable;        /* and fd 0 has bytes, or its end */
	bool blocked;         /* fd 1 took less than it was given */
	bool eof;             /* the peer said its last word */
	bool transport_known; /* the first byte is there */
	bool obfuscated;
	uint64_t throttle_ms; /* so long the rate forbids data */
	size_t in_len, out_begin, out_end;
	size_t out_clear; /* where in out begins what is not yet encrypted */
	struct upload upload;
	uint8_t in[CONN_IN_SIZE];
	uint8_t out[CONN_OUT_SIZE];
};

/*
 * Serve the peer on fds 0 and 1 until it is done, is at fault or SIGTERM or
 * SIGINT comes. Logs one line. The arguments are borrowed. Returns the exit
 * code: 0, EX_PROTOCOL when the peer broke the protocol, EX_IOERR when a file
 * could not be read, EX_TEMPFAIL when a direct client got no slot.
 */
int conn_run(struct conn *c, struct session_config *config,
    const struct conn_limits *limits, struct scoreboard *board,
    struct ledger *ledger, const struct peer *peer, struct store *store);

#endif
