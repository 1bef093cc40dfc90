/*
 * Plain or obfuscated: the peer's first byte tells. What comes in is decrypted
 * here, what goes out by the outbox.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WIRE_TRANSPORT_H
#define SERVE_WIRE_TRANSPORT_H

#include "serve/wire/obfuscation.h"
#include "serve/wire/outbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transport {
	bool known;      /* the first byte has come */
	bool obfuscated; /* so it said */
	bool open;       /* frames may be read: no handshake, or it is over */
	struct obfuscation obfuscation;
	struct outbox *outbox; /* borrowed */
};

/* `user_hash` is ours and borrowed; NULL: plain connections only. */
void transport_init(
    struct transport *t, const uint8_t *user_hash, struct outbox *outbox);

/*
 * Decrypt what has come, in place: of the *len bytes that are not yet consumed
 * the last n_new, at least one, are new. A handshake is answered and removed
 * from them. False when the peer sent neither a frame nor a handshake for us;
 * the first five bytes are then as they came.
 */
bool transport_receive(
    struct transport *t, uint8_t *bytes, size_t *len, size_t n_new);

#endif
