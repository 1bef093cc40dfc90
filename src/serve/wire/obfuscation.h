/*
 * Protocol obfuscation of a connection that a peer opened: the handshake, and
 * two RC4 streams that carry all bytes behind it. It hides the protocol from
 * machines on the way, but keeps no secrets: anyone who knows our user hash can
 * decrypt it.
 *
 * The peer sends:
 *   u8 marker           clear; anything but the first byte of a frame
 *   u8 random[4]        clear; part of the keys
 *   u32 magic           from here on in the stream to us
 *   u8 supported        methods; 0 is RC4
 *   u8 preferred        method
 *   u8 n, u8 padding[n]
 * We answer, all of it in the stream to the peer:
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

/* Padding in our answer, at most; some eMules do not expect 17. */
#define OBFUSCATION_PADDING_MAX 16

/* To be zeroed, but for user_hash. */
struct obfuscation {
	const uint8_t *user_hash; /* ours, HASH_SIZE bytes; borrowed */
	bool done;                /* the handshake is over */
	size_t seen;              /* bytes of it that are clear by now */
	struct rc4 in, out;
};

enum obfuscation_result {
	OBFUSCATION_DONE,
	OBFUSCATION_MORE, /* the handshake is incomplete */
	OBFUSCATION_BAD,  /* not a handshake, or not for our user hash */
};

/* Does this first byte begin a handshake? */
bool obfuscation_begins(uint8_t first);

/*
 * Read the peer's handshake. `bytes` has all that has come so far, n bytes:
 * those of the last call and more. All are decrypted in place, also those
 * behind the handshake, which a client may send before it has our answer. A bad
 * magic is BAD as soon as it is there. DONE: *len is the length of the
 * handshake, o->done is set, o->in continues behind the n bytes, o->out begins
 * with our answer.
 */
enum obfuscation_result obfuscation_handshake(
    struct obfuscation *o, uint8_t *bytes, size_t n, size_t *len);

/*
 * Write our half of the handshake, not yet encrypted. Nothing may be sent after
 * it before the peer's first frame: eMule and aMule take what comes in one read
 * with it as clear text.
 */
void obfuscation_put_answer(
    struct writer *w, const uint8_t *padding, uint8_t n);

#endif
