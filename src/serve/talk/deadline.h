/*
 * How long a peer may take for what it does: to greet, to say something, to
 * complete a frame, to take the data, in all.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_DEADLINE_H
#define SERVE_TALK_DEADLINE_H

#include "serve/talk/session.h"

/* How things stand at the socket. */
struct socket_state {
	uint64_t now_ms;
	uint64_t taken_bytes; /* that the peer has taken so far */
	bool sending; /* bytes are on their way to it, or wait for that */
	bool partial; /* a frame has arrived in part */
};

/*
 * End the session if it is past a deadline. Returns the milliseconds until the
 * next one, or until slot_update is due.
 */
uint64_t deadline_check(struct session *s, const struct socket_state *state);

#endif
