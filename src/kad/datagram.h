/*
 * Datagrams: plain ones, packed ones, and obfuscated ones. Pure.
 *
 *   plain        u8 0xE4, u8 opcode, payload
 *   packed       u8 0xE5, u8 opcode, RFC 1950 stream of the payload
 *   obfuscated   u8 marker         clear; see below
 *                u8 random[2]      clear; part of the key
 *                u32 magic         from here on RC4
 *                u8 n, padding[n]
 *                u32 receiver key  what the receiver once gave us, or 0
 *                u32 sender key    what we give the receiver
 *                a plain or packed datagram
 *
 * The RC4 key is the MD5 of the receiver's id or of the receiver key, and
 * random[2]. Verify keys show that a node receives at the address it sends
 * from: each node makes them of a secret and the other's address.
 * Source: aMule EncryptedDatagramSocket.cpp; ed2k-kad(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_DATAGRAM_H
#define KAD_DATAGRAM_H

#include "kad/id.h"
#include "kad/inflate.h"
#include "kad/msg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KAD_OBFUSCATION_SIZE 16 /* what obfuscation adds */
#define KAD_SECRET_SIZE      16

/* Our verify key for a node at this address; never 0. */
uint32_t kad_verify_key(const uint8_t secret[KAD_SECRET_SIZE], uint32_t ip);

/*
 * Obfuscate for the node with this id. The plain datagram, len bytes, lies
 * KAD_OBFUSCATION_SIZE bytes behind the start of `datagram`; the result has
 * that much more. `random` may be predictable.
 */
void kad_obfuscate(uint8_t *datagram, size_t len, struct kad_id receiver,
    uint32_t receiver_key, uint32_t sender_key, uint32_t random);

/* May this first byte begin an obfuscated datagram? */
bool kad_is_obfuscated(uint8_t first);

/* An obfuscated datagram, as clear text. */
struct kad_clear {
	uint8_t *datagram;
	size_t len;
	uint32_t sender_key; /* for us to give back */
};

/*
 * Decrypt in place what was obfuscated with the verify key that we gave the
 * sender. False when it was not, or does not echo that key.
 */
bool kad_deobfuscate(
    uint8_t *datagram, size_t len, uint32_t our_key, struct kad_clear *out);

/*
 * Read a plain or packed datagram; a packed payload is unpacked into buffer.
 * False when it is neither.
 */
bool kad_get_message(const uint8_t *datagram, size_t len,
    uint8_t buffer[KAD_INFLATED_MAX], struct kad_message *out);

#endif
