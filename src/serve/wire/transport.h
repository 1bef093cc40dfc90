/*
 * Is the connection plain or obfuscated? The peer's first byte tells. Bytes are
 * decrypted as they come in; those to the peer pass the cipher of the outbox.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WIRE_TRANSPORT_H
#define SERVE_WIRE_TRANSPORT_H

#include "serve/wire/obfuscation.h"
#include "serve/wire/outbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum transport_state {
	TRANSPORT_UNKNOWN, /* no byte has come */
	TRANSPORT_PLAIN,
	TRANSPORT_HANDSHAKE, /* obfuscated, but the handshake is not over */
	TRANSPORT_OBFUSCATED,
};

struct transport {
	enum transport_state state;
	bool may_obfuscate;
	struct obfuscation obfuscation;
	struct outbox *outbox; /* borrowed */
};

/* `user_hash` is ours and borrowed; NULL: plain connections only. */
void transport_init(
    struct transport *t, const uint8_t *user_hash, struct outbox *outbox);

/*
 * Take in what has come: `bytes` has all that is not yet consumed, *len bytes,
 * of which the last n_new (at least one) are new. They are decrypted in place.
 * A handshake is answered and removed; *len shrinks by it. False when the peer
 * sent neither a frame nor a handshake for us; the first five bytes are then as
 * they came.
 */
bool transport_receive(
    struct transport *t, uint8_t *bytes, size_t *len, size_t n_new);

/* Can frames be read from what has come? Not before the handshake is over. */
bool transport_is_open(const struct transport *t);

bool transport_is_obfuscated(const struct transport *t);

#endif
