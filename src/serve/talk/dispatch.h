/*
 * Which message goes to which handler, by the state of the session.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_DISPATCH_H
#define SERVE_TALK_DISPATCH_H

#include "serve/talk/session.h"

/*
 * Handle one whole frame. Replies go to `out`, which must have room for
 * REPLY_MAX bytes. Returns the message's name, or NULL when it was ignored.
 */
const char *dispatch_packet(struct session *s, uint64_t now_ms,
    const struct packet *p, struct writer *out);

/* Call visit for each message understood. `name` is a literal. */
void dispatch_each_message(
    void (*visit)(uint8_t protocol, uint8_t opcode, const char *name));

#endif
