/*
 * The handshake; see obfuscation.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/wire/obfuscation.h"

#include "proto/opcodes.h"

#include <string.h>

#define MAGIC      UINT32_C(0x835E6FC4)
#define METHOD_RC4 0

/* The bytes before encryption begins, marker and random ones. */
#define CLEAR_SIZE  5
#define RANDOM_SIZE 4

/* A key is MD5 of our user hash, one of these, and the random bytes. */
#define TOWARDS_US   0x22
#define TOWARDS_PEER 0xCB

/* Bytes at the beginning of a stream that are not used. */
#define DROPPED 1024

bool
obfuscation_begins(uint8_t first)
{
	return first != OP_EDONKEYPROT && first != OP_EMULEPROT &&
	    first != OP_PACKEDPROT;
}

static void
begin_stream(struct rc4 *r, const uint8_t user_hash[HASH_SIZE],
    uint8_t direction, const uint8_t random[RANDOM_SIZE])
{
	uint8_t text[HASH_SIZE + 1 + RANDOM_SIZE], key[MD5_SIZE];
	uint8_t dropped[DROPPED] = {0};

	memcpy(text, user_hash, HASH_SIZE);
	text[HASH_SIZE] = direction;
	memcpy(text + HASH_SIZE + 1, random, RANDOM_SIZE);
	crypto_md5(key, text, sizeof text);
	rc4_init(r, key);
	rc4_apply(r, dropped, sizeof dropped);
}

/* Decrypt the new ones of n bytes. The keys come from the first ones. */
static void
decrypt(struct obfuscation *o, uint8_t *bytes, size_t n)
{
	size_t seen = o->seen;

	if (seen == 0) {
		const uint8_t *random = bytes + CLEAR_SIZE - RANDOM_SIZE;

		begin_stream(&o->in, o->user_hash, TOWARDS_US, random);
		begin_stream(&o->out, o->user_hash, TOWARDS_PEER, random);
		seen = CLEAR_SIZE;
	}
	o->seen = n;
	rc4_apply(&o->in, bytes + seen, n - seen);
}

enum obfuscation_result
obfuscation_handshake(
    struct obfuscation *o, uint8_t *bytes, size_t n, size_t *len)
{
	struct reader r = reader_of(bytes, n);
	uint8_t supported, preferred;
	uint32_t magic;

	if (n < CLEAR_SIZE)
		return OBFUSCATION_MORE;
	decrypt(o, bytes, n);
	get_slice(&r, CLEAR_SIZE);
	magic = get_u32(&r);
	if (!r.bad && magic != MAGIC)
		return OBFUSCATION_BAD;
	supported = get_u8(&r);
	preferred = get_u8(&r);
	if (!r.bad && supported != METHOD_RC4 && preferred != METHOD_RC4)
		return OBFUSCATION_BAD;
	get_slice(&r, get_u8(&r));
	if (r.bad)
		return OBFUSCATION_MORE;
	*len = r.pos;
	o->done = true;
	return OBFUSCATION_DONE;
}

void
obfuscation_put_answer(struct writer *w, const uint8_t *padding, uint8_t n)
{
	put_u32(w, MAGIC);
	put_u8(w, METHOD_RC4);
	put_u8(w, n);
	put_bytes(w, padding, n);
}
