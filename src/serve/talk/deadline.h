/*
 * How long a peer may take for what it does: to greet, to say something, to
 * complete a frame, to take the data, in all.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_DEADLINE_H
#define SERVE_TALK_DEADLINE_H

#include "serve/talk/session.h"

/*
 * What a peer has to take in each stall_ms, or all that is on its way to it if
 * that is less. Fewer than 546 bytes a second are no download, but hold a slot.
 */
#define STALL_BYTES UINT64_C(65536)

/* How things stand at the socket. */
struct socket_state {
	uint64_t now_ms;
	uint64_t taken_bytes;  /* that the peer has taken so far */
	uint64_t on_way_bytes; /* that it can take now; UINT64_MAX: any */
	uint64_t let_bytes;    /* rate_let_bytes */
	bool sending; /* bytes are on their way, or wait, if for our rate */
	bool partial; /* a frame has arrived in part */
};

/*
 * End the session if it is past a deadline. Returns the milliseconds until the
 * next one, or until slot_update is due.
 */
uint64_t deadline_check(struct session *s, const struct socket_state *state);

#endif
