/*
 * serve/obfuscation.h: the handshake of a peer that knows our user hash is
 * understood however it arrives, exactly where it is over, with what is behind
 * it decrypted; and the peer can read our answer. What is no handshake is told
 * as soon as its magic is there.
 *
 * Input: u8 bytes that arrive at once, less one; 5 bytes, the marker and the
 * random ones; what a peer would encrypt behind them.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "base/util.h"
#include "proto/opcodes.h"
#include "serve/wire/obfuscation.h"

#define CLEAR_SIZE 5
#define HEAD_SIZE  (CLEAR_SIZE + 4 + 3) /* with the magic, before the padding */

static const uint8_t user_hash[HASH_SIZE] = "ed2k-serve fuzz";

/* The stream of a direction, as a peer makes it. */
static struct rc4
stream(uint8_t direction, const uint8_t random[4])
{
	uint8_t text[HASH_SIZE + 1 + 4], key[MD5_SIZE], dropped[1024] = {0};
	struct rc4 r;

	memcpy(text, user_hash, HASH_SIZE);
	text[HASH_SIZE] = direction;
	memcpy(text + HASH_SIZE + 1, random, 4);
	crypto_md5(key, text, sizeof text);
	rc4_init(&r, key);
	rc4_apply(&r, dropped, sizeof dropped);
	return r;
}

/* What must come of these n bytes in the clear. *len is the handshake's. */
static enum obfuscation_result
expected(const uint8_t *clear, size_t n, size_t *len)
{
	static const uint8_t magic[4] = {0xC4, 0x6F, 0x5E, 0x83};

	if (n < CLEAR_SIZE + 4)
		return OBFUSCATION_MORE;
	if (memcmp(clear + CLEAR_SIZE, magic, 4) != 0)
		return OBFUSCATION_BAD;
	if (n < HEAD_SIZE - 1)
		return OBFUSCATION_MORE;
	/* method 0 is RC4: supported, or preferred */
	if (clear[CLEAR_SIZE + 4] != 0 && clear[CLEAR_SIZE + 5] != 0)
		return OBFUSCATION_BAD;
	if (n < HEAD_SIZE)
		return OBFUSCATION_MORE;
	*len = HEAD_SIZE + (size_t)clear[HEAD_SIZE - 1];
	return n < *len ? OBFUSCATION_MORE : OBFUSCATION_DONE;
}

/* Our answer is what the peer expects, in the stream it expects. */
static void
check_answer(struct obfuscation *o, const uint8_t random[4], uint8_t n)
{
	uint8_t padding[OBFUSCATION_PADDING_MAX] = {1, 2, 3};
	uint8_t bytes[6 + OBFUSCATION_PADDING_MAX];
	struct rc4 peer = stream(0xCB, random);
	struct writer w = writer_of(bytes, sizeof bytes);
	struct reader r;

	n %= OBFUSCATION_PADDING_MAX + 1;
	obfuscation_put_answer(&w, padding, n);
	must(!w.bad);
	rc4_apply(&o->out, bytes, w.pos);
	rc4_apply(&peer, bytes, w.pos);
	r = reader_of(bytes, w.pos);
	must(get_u32(&r) == UINT32_C(0x835E6FC4));
	must(get_u8(&r) == 0 && get_u8(&r) == n);
	must(reader_left(&r) == n);
}

/* Hand over the n bytes on the wire in steps; `clear` is what they mean. */
static void
shake_hands(uint8_t *wire, const uint8_t *clear, size_t n, size_t step)
{
	struct obfuscation o = {.user_hash = user_hash};
	enum obfuscation_result res = OBFUSCATION_MORE;
	size_t arrived = 0, len = 0, expected_len = 0;

	while (res == OBFUSCATION_MORE && arrived < n) {
		arrived = min_size(arrived + step, n);
		res = obfuscation_handshake(&o, wire, arrived, &len);
		must(res == expected(clear, arrived, &expected_len));
		must(o.done == (res == OBFUSCATION_DONE));
	}
	if (res == OBFUSCATION_DONE) {
		must(len == expected_len && len <= arrived);
		rc4_apply(&o.in, wire + arrived, n - arrived);
		must(memcmp(wire, clear, n) == 0);
		check_answer(&o, clear + 1, clear[0]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *wire;
	struct rc4 peer;

	if (size < 1 + CLEAR_SIZE || !obfuscation_begins(data[1]))
		return 0;
	wire = exact_copy(data + 1, size - 1);
	peer = stream(0x22, wire + 1);
	rc4_apply(&peer, wire + CLEAR_SIZE, size - 1 - CLEAR_SIZE);
	shake_hands(wire, data + 1, size - 1, (size_t)data[0] + 1);
	free(wire);
	return 0;
}
