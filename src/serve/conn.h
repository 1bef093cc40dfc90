/*
 * The connection: a poll loop that takes frames from the peer to the session,
 * and replies and data frames to the peer.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_CONN_H
#define SERVE_CONN_H

#include "board/scoreboard.h"
#include "serve/board_slots.h"
#include "serve/books/ledger.h"
#include "serve/data/pace.h"
#include "serve/data/shared_file.h"
#include "serve/data/upload.h"
#include "serve/rate_share.h"
#include "serve/store_catalog.h"
#include "serve/talk/session.h"
#include "serve/who/peer.h"
#include "serve/wire/outbox.h"
#include "serve/wire/transport.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The largest frame we accept. */
#define CONN_IN_SIZE (PACKET_HEADER_SIZE + PACKET_PAYLOAD_MAX)

/* What a connection is served with. All of it is borrowed. */
struct conn_setup {
	const struct peer *peer;
	const struct session_config *config; /* without slots */
	uint64_t rate_bps;      /* to all peers together; 0: no limit */
	uint64_t rate_peer_bps; /* to this one; 0: no limit */
	struct scoreboard *board;
	struct ledger *ledger;
	struct store *store;
};

/* Large: to be static, so that unused pages cost nothing. */
struct conn {
	const struct conn_setup *setup;
	struct session_config config;
	struct store_catalog catalog;
	struct board_slots slots;
	struct session session;
	struct shared_file file;
	struct upload upload;
	struct transport transport;
	struct rate_share rate_share;
	struct pace pace;
	uint64_t throttle_ms; /* until the rate allows data */
	uint64_t began_ms, looked_up_ms, checked_ms;
	bool polled;   /* the last turn called ppoll */
	bool readable; /* and it found bytes on fd 0, or its end */
	bool blocked;  /* fd 1 took less than it was given */
	bool eof;      /* the peer sends no more */
	size_t in_len;
	uint8_t in[CONN_IN_SIZE];
	struct outbox outbox;
};

/*
 * Serve the peer on fds 0 and 1 until it is done, is at fault or SIGTERM or
 * SIGINT comes. Logs one line. Returns the exit code: 0, EX_PROTOCOL when the
 * peer broke the protocol, EX_IOERR when a file could not be read, EX_TEMPFAIL
 * when a direct client got no slot.
 */
int conn_run(struct conn *c, const struct conn_setup *setup);

#endif
