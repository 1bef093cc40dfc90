/*
 * Protocol obfuscation of a connection that a peer has opened: the handshake,
 * and the two RC4 streams that it begins. All of the connection behind the
 * handshake is in them. Whoever knows our user hash can read along: it hides
 * the protocol from machines on the way, it keeps no secrets.
 *
 * Who dials, in this order:
 *   u8 marker           clear; anything but the first byte of a frame
 *   u8 random[4]        clear; part of the keys
 *   u32 magic           from here on in the stream towards us
 *   u8 supported        methods; 0 is RC4
 *   u8 preferred        method
 *   u8 n, u8 padding[n]
 * Who answers, all of it in the stream towards the peer:
 *   u32 magic, u8 method, u8 n, u8 padding[n]
 *
 * Source: eMule EncryptedStreamSocket.cpp, aMule EncryptedStreamSocket.cpp;
 * ed2k-wire(5), "Obfuscation".
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WIRE_OBFUSCATION_H
#define SERVE_WIRE_OBFUSCATION_H

#include "base/crypto.h"
#include "proto/cursor.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Padding in our answer. The peer may send 255; some eMules find 17 odd. */
#define OBFUSCATION_PADDING_MAX 16

/* Zeroed before its first use. */
struct obfuscation {
	const uint8_t *user_hash; /* ours, HASH_SIZE bytes; borrowed */
	bool done;                /* the handshake is over */
	size_t seen;              /* bytes of it decrypted, or clear */
	struct rc4 in, out;
};

enum obfuscation_result {
	OBFUSCATION_DONE,
	OBFUSCATION_MORE, /* the handshake has not arrived whole */
	OBFUSCATION_BAD,  /* it is none, or not for our user hash */
};

/* Does a connection that begins with this byte begin with a handshake? */
bool obfuscation_begins(uint8_t first);

/*
 * Read the peer's handshake: `bytes` is all that has arrived so far, n of them,
 * the same bytes as last time and some more. Every byte that has arrived is
 * decrypted in place, once, also those behind the handshake: no known client
 * sends any before it has our answer, and none is harmed if one does. DONE:
 * *len is the length of the handshake, o->done is set, o->in stands behind the
 * last of the n bytes and o->out at the beginning of our answer. A bad magic is
 * told as soon as it is there.
 */
enum obfuscation_result obfuscation_handshake(
    struct obfuscation *o, uint8_t *bytes, size_t n, size_t *len);

/*
 * Write our half of the handshake, still to be encrypted. Nothing may follow it
 * before the peer's first frame is there: eMule and aMule would take what comes
 * in one read with it as clear text.
 */
void obfuscation_put_answer(
    struct writer *w, const uint8_t *padding, uint8_t n);

#endif
