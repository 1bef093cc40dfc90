/*
 * serve/obfuscation.c against golden bytes, in every split, cut at every
 * length. The bytes are those of ed2k-wire(5), "Obfuscation".
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "proto/opcodes.h"
#include "serve/wire/obfuscation.h"

#define USER_HASH "ca25dac4a60e5e72ca419b24d2eb6f8a"
#define HANDSHAKE "5a11223344 1bd49ae831 9a45c8d31ced7e"
#define ANSWER    "fcf341facb6ad0a769"

/* The first 32 bytes behind either, encrypted and clear. */
#define HELLO_ON_WIRE                                                          \
	"cfc43512747f864d72f5be192e5ad2d9 8cfba33d331f67e5417ffa6e0bd7d979"
#define HELLO                                                                  \
	"e35d00000001103eb1b958ce0e6cb26a becc97a4a76f1acb0071073612070000"
#define HELLO_ANSWER_ON_WIRE                                                   \
	"a900e46f45010a3ab80df95bcecfc857 d75247e16ca495515a439739a4651961"
#define HELLO_ANSWER                                                           \
	"e3630000004cca25dac4a60e5e72ca41 9b24d2eb6f8a00000000361207000000"

static uint8_t user_hash[HASH_SIZE];

static int
setup(void **state)
{
	(void)state;
	unhex(user_hash, sizeof user_hash, USER_HASH);
	return 0;
}

static struct obfuscation
begin(void)
{
	return (struct obfuscation){.user_hash = user_hash};
}

/* Encrypt or decrypt with the stream of a direction, from its beginning. */
static void
apply(uint8_t direction, const uint8_t random[4], uint8_t *bytes, size_t n)
{
	uint8_t text[21], key[16], dropped[1024] = {0};
	struct rc4 r;

	memcpy(text, user_hash, 16);
	text[16] = direction;
	memcpy(text + 17, random, 4);
	crypto_md5(key, text, sizeof text);
	rc4_init(&r, key);
	rc4_apply(&r, dropped, sizeof dropped);
	rc4_apply(&r, bytes, n);
}

/* A handshake as sent. Returns its length. */
static size_t
make(uint8_t out[512], uint8_t supported, uint8_t preferred, uint8_t padding)
{
	size_t n = unhex(out, 512, "5a01020304 c46f5e83");

	out[n++] = supported;
	out[n++] = preferred;
	out[n++] = padding;
	memset(out + n, 0xEE, padding);
	n += padding;
	apply(0x22, out + 1, out + 5, n - 5);
	return n;
}

/* The result for these bytes, all at once. */
static enum obfuscation_result
result_of(const uint8_t *bytes, size_t n, size_t *len)
{
	uint8_t *copy = exact_copy(bytes, n);
	struct obfuscation o = begin();
	enum obfuscation_result res = obfuscation_handshake(&o, copy, n, len);

	assert_int_equal(o.done, res == OBFUSCATION_DONE);
	free(copy);
	return res;
}

static void
only_the_first_bytes_of_frames_are_plain(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte < 256; byte++)
		assert_int_equal(obfuscation_begins((uint8_t)byte),
		    byte != 0xE3 && byte != 0xC5 && byte != 0xD4);
}

/* Fed so that a call sees what arrived up to `a`, up to `b`, and all. */
static void
feed_in_three(const uint8_t *bytes, size_t n, size_t a, size_t b)
{
	uint8_t *copy = exact_copy(bytes, n);
	struct obfuscation o = begin();
	enum obfuscation_result res;
	size_t len = 0;

	res = obfuscation_handshake(&o, copy, a, &len);
	if (res == OBFUSCATION_MORE)
		res = obfuscation_handshake(&o, copy, b, &len);
	if (res == OBFUSCATION_MORE)
		res = obfuscation_handshake(&o, copy, n, &len);
	assert_int_equal(res, OBFUSCATION_DONE);
	assert_int_equal(len, 17);
	assert_hex(copy + 5, 12, "c46f5e83000005a1a2a3a4a5");
	free(copy);
}

static void
the_golden_handshake_is_read_in_every_split(void **state)
{
	uint8_t bytes[64];
	size_t n = unhex(bytes, sizeof bytes, HANDSHAKE);

	(void)state;
	assert_int_equal(n, 17);
	for (size_t a = 0; a <= n; a++)
		for (size_t b = a; b <= n; b++)
			feed_in_three(bytes, n, a, b);
}

static void
cut_at_any_length_it_wants_more(void **state)
{
	static const uint8_t paddings[] = {0, 5, 255};
	uint8_t bytes[512];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof paddings; i++) {
		size_t n = make(bytes, 0, 0, paddings[i]);

		assert_int_equal(n, 12u + paddings[i]);
		for (size_t cut = 0; cut < n; cut++)
			assert_int_equal(
			    result_of(bytes, cut, &len), OBFUSCATION_MORE);
		assert_int_equal(result_of(bytes, n, &len), OBFUSCATION_DONE);
		assert_int_equal(len, n);
	}
}

static void
both_streams_go_on_behind_the_handshake(void **state)
{
	uint8_t bytes[64], answer[64], more[32];
	struct obfuscation o = begin();
	struct writer w = writer_of(answer, sizeof answer);
	size_t n = unhex(bytes, sizeof bytes, HANDSHAKE), len;
	static const uint8_t padding[] = {0xB1, 0xB2, 0xB3};

	(void)state;
	assert_int_equal(
	    obfuscation_handshake(&o, bytes, n, &len), OBFUSCATION_DONE);
	unhex(more, sizeof more, HELLO_ON_WIRE);
	rc4_apply(&o.in, more, sizeof more);
	assert_hex(more, sizeof more, HELLO);

	obfuscation_put_answer(&w, padding, sizeof padding);
	assert_hex(answer, w.pos, "c46f5e830003b1b2b3");
	rc4_apply(&o.out, answer, w.pos);
	assert_hex(answer, w.pos, ANSWER);
	unhex(more, sizeof more, HELLO_ANSWER);
	rc4_apply(&o.out, more, sizeof more);
	assert_hex(more, sizeof more, HELLO_ANSWER_ON_WIRE);
}

/* A peer that does not wait for our answer, in every split. */
static void
bytes_behind_the_handshake_are_decrypted_once(void **state)
{
	uint8_t bytes[64];
	size_t n = unhex(bytes, sizeof bytes, HANDSHAKE HELLO_ON_WIRE);

	(void)state;
	for (size_t cut = 0; cut <= n; cut++) {
		uint8_t *copy = exact_copy(bytes, n);
		struct obfuscation o = begin();
		enum obfuscation_result res;
		size_t len = 0;

		res = obfuscation_handshake(&o, copy, cut, &len);
		assert_int_equal(
		    res, cut < 17 ? OBFUSCATION_MORE : OBFUSCATION_DONE);
		if (res == OBFUSCATION_MORE)
			res = obfuscation_handshake(&o, copy, n, &len);
		else
			rc4_apply(&o.in, copy + cut, n - cut);
		assert_int_equal(res, OBFUSCATION_DONE);
		assert_int_equal(len, 17);
		assert_hex(copy + len, n - len, HELLO);
		free(copy);
	}
}

static void
a_wrong_magic_is_told_at_its_fourth_byte(void **state)
{
	uint8_t bytes[64];
	size_t n = unhex(bytes, sizeof bytes, HANDSHAKE), len;

	(void)state;
	for (size_t i = 1; i < 9; i++) { /* of the key, or of the magic */
		bytes[i] ^= 1;
		assert_int_equal(result_of(bytes, 8, &len), OBFUSCATION_MORE);
		assert_int_equal(result_of(bytes, 9, &len), OBFUSCATION_BAD);
		assert_int_equal(result_of(bytes, n, &len), OBFUSCATION_BAD);
		bytes[i] ^= 1;
	}
	user_hash[3] ^= 1; /* meant for another server */
	assert_int_equal(result_of(bytes, n, &len), OBFUSCATION_BAD);
	user_hash[3] ^= 1;
	assert_int_equal(result_of(bytes, n, &len), OBFUSCATION_DONE);
}

static void
what_is_no_handshake_is_bad(void **state)
{
	static const char http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
	uint8_t zeros[512] = {0};
	size_t len;

	(void)state;
	assert_int_equal(result_of((const void *)http, sizeof http - 1, &len),
	    OBFUSCATION_BAD);
	assert_int_equal(result_of(zeros, sizeof zeros, &len), OBFUSCATION_BAD);
}

/* eMule and aMule do not even look at what is preferred. */
static void
a_peer_must_know_our_method_but_need_not_prefer_it(void **state)
{
	static const struct {
		uint8_t supported, preferred;
		enum obfuscation_result result;
	} cases[] = {
	    {0, 0, OBFUSCATION_DONE},
	    {0, 1, OBFUSCATION_DONE},
	    {3, 0, OBFUSCATION_DONE},
	    {1, 1, OBFUSCATION_BAD},
	    {255, 255, OBFUSCATION_BAD},
	};
	uint8_t bytes[512];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t n =
		    make(bytes, cases[i].supported, cases[i].preferred, 200);

		assert_int_equal(result_of(bytes, n, &len), cases[i].result);
		if (cases[i].result == OBFUSCATION_BAD)
			assert_int_equal(
			    result_of(bytes, 11, &len), OBFUSCATION_BAD);
	}
}

static void
our_padding_is_from_0_to_16_bytes(void **state)
{
	static const uint8_t padding[OBFUSCATION_PADDING_MAX] = {1, 2, 3};

	(void)state;
	for (uint8_t n = 0; n <= OBFUSCATION_PADDING_MAX; n++) {
		uint8_t *out = malloc(6u + n);
		struct writer w = writer_of(out, 6u + n);

		obfuscation_put_answer(&w, padding, n);
		assert_false(w.bad);
		assert_int_equal(w.pos, 6 + n);
		assert_int_equal(out[5], n);
		free(out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_the_first_bytes_of_frames_are_plain),
	    cmocka_unit_test(the_golden_handshake_is_read_in_every_split),
	    cmocka_unit_test(cut_at_any_length_it_wants_more),
	    cmocka_unit_test(both_streams_go_on_behind_the_handshake),
	    cmocka_unit_test(bytes_behind_the_handshake_are_decrypted_once),
	    cmocka_unit_test(a_wrong_magic_is_told_at_its_fourth_byte),
	    cmocka_unit_test(what_is_no_handshake_is_bad),
	    cmocka_unit_test(
		a_peer_must_know_our_method_but_need_not_prefer_it),
	    cmocka_unit_test(our_padding_is_from_0_to_16_bytes),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
