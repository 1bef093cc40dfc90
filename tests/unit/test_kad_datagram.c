/*
 * Kad datagrams: obfuscated as real nodes did it, and packed ones.
 * SPDX-License-Identifier: ISC
 */
#include "kad_rig.h"

#include "base/crypto.h"
#include "kad/datagram.h"

#include <zlib.h>

#define N1 "a1c758556ef08f360f9be0194d216295"

static void
a_request_is_obfuscated_with_the_id_of_the_receiver(void **state)
{
	uint8_t bytes[KAD_OBFUSCATION_SIZE + 2];

	(void)state;
	bytes[16] = 0xE4;
	bytes[17] = 0x01;
	kad_obfuscate(bytes, 2, id_of(N1), 0, 0xFB7057C4, 0x003AAB);
	assert_hex(
	    bytes, sizeof bytes, "00 ab3a 3301b564 d5 0dedcdf7 64c49daa 1d11");
}

static void
the_verify_key_of_the_receiver_is_given_back(void **state)
{
	uint8_t bytes[KAD_OBFUSCATION_SIZE + 35];

	(void)state;
	unhex(bytes + 16, 35,
	    "e421042d410ba172f4c1f167c59bb8dde917cc"
	    "5558c7a1368ff06e19e09b0f9562214d");
	kad_obfuscate(bytes, 35, id_of(N1), 0x7853C2F0, 0xFB7057C4, 0x8C9BB1);
	assert_hex(bytes, sizeof bytes,
	    "8cb19be04eaf9feaa5bedd518c6cf8b5344c814a3c648323c30505b95ab7c0af"
	    "ec5ceb27a151a1ad8b55ec4087d1799bb5db15");
}

static void
a_first_byte_is_never_one_of_another_protocol(void **state)
{
	uint8_t bytes[KAD_OBFUSCATION_SIZE + 2] = {0};

	(void)state;
	for (uint32_t i = 0; i < 256; i++) {
		kad_obfuscate(bytes, 2, id_of(N1), 0, 1, i << 16);
		assert_true(kad_is_obfuscated(bytes[0]));
		assert_int_equal(bytes[0] & 3, 0);
	}
}

#define ANSWER                                                                 \
	"9644e82dbfbc199475ac89ebc2aeed47e7f00b5156fc383136a170f42d6808fc"     \
	"fe1a2a"

static void
an_answer_is_read_with_the_key_that_we_gave(void **state)
{
	uint8_t bytes[64];
	size_t n = unhex(bytes, sizeof bytes, ANSWER);
	struct kad_clear clear;

	(void)state;
	assert_true(kad_deobfuscate(bytes, n, 0x979929C5, &clear));
	assert_int_equal(clear.sender_key, 0x20E907CB);
	assert_hex(clear.datagram, clear.len,
	    "e44b2d410ba172f4c1f167c59bb8dde917cc01");
}

static void
an_answer_with_another_key_is_refused(void **state)
{
	uint8_t bytes[64];
	size_t n = unhex(bytes, sizeof bytes, ANSWER);
	struct kad_clear clear;

	(void)state;
	assert_false(kad_deobfuscate(bytes, n, 0x979929C6, &clear));
}

/* What a node writes that knows our key: the reverse of kad_deobfuscate. */
static size_t
answer(uint8_t *out, uint32_t key, uint32_t echoed, uint8_t padding,
    const uint8_t *plain, size_t len)
{
	uint8_t bytes[6] = {0, 0, 0, 0, 7, 8}, rc4_key[MD5_SIZE];
	struct writer w = writer_of(out, 1000);
	struct writer k = writer_of(bytes, 4);
	struct rc4 rc4;

	put_u8(&w, 2);
	put_u16(&w, 0x0807);
	put_u32(&w, 0x395F2EC1);
	put_u8(&w, padding);
	memset(put_slice(&w, padding), 0xAA, padding);
	put_u32(&w, echoed);
	put_u32(&w, 99);
	put_bytes(&w, plain, len);
	put_u32(&k, key);
	crypto_md5(rc4_key, bytes, sizeof bytes);
	rc4_init(&rc4, rc4_key);
	rc4_apply(&rc4, out + 3, w.pos - 3);
	return w.pos;
}

static void
padding_is_skipped(void **state)
{
	uint8_t bytes[1000];
	struct kad_clear clear;

	(void)state;
	for (unsigned n = 0; n < 256; n += 15) {
		size_t len = answer(
		    bytes, 5, 5, (uint8_t)n, (const uint8_t *)"\xE4\x59", 2);

		assert_true(kad_deobfuscate(bytes, len, 5, &clear));
		assert_hex(clear.datagram, clear.len, "e459");
	}
}

static void
padding_longer_than_the_datagram_is_refused(void **state)
{
	uint8_t bytes[1000];
	size_t len = answer(bytes, 5, 5, 200, (const uint8_t *)"\xE4\x59", 2);
	struct kad_clear clear;

	(void)state;
	for (size_t n = 0; n < len - 2; n++) {
		uint8_t *cut = exact_copy(bytes, n);

		assert_false(kad_deobfuscate(cut, n, 5, &clear));
		free(cut);
	}
}

static void
an_answer_that_does_not_echo_our_key_is_refused(void **state)
{
	uint8_t bytes[1000];
	size_t len = answer(bytes, 5, 6, 0, (const uint8_t *)"\xE4\x59", 2);
	struct kad_clear clear;

	(void)state;
	assert_false(kad_deobfuscate(bytes, len, 5, &clear));
}

static void
verify_keys_differ_by_address_and_secret_and_are_not_zero(void **state)
{
	uint8_t secret[KAD_SECRET_SIZE] = "1234567890123456";
	uint8_t other[KAD_SECRET_SIZE] = "1234567890123457";
	uint32_t key = kad_verify_key(secret, 0x500A1405);

	(void)state;
	assert_int_not_equal(key, 0);
	assert_int_equal(key, kad_verify_key(secret, 0x500A1405));
	assert_int_not_equal(key, kad_verify_key(secret, 0x500A1406));
	assert_int_not_equal(key, kad_verify_key(other, 0x500A1405));
}

static uint8_t packed[8192];

/* A datagram with a payload of n zeros, packed. */
static size_t
pack(size_t n)
{
	static uint8_t zeros[8192];
	uLongf len = sizeof packed - 2;

	packed[0] = KAD_PROTOCOL_PACKED;
	packed[1] = KAD_BOOTSTRAP_RES;
	assert_int_equal(compress2(packed + 2, &len, zeros, n, 9), Z_OK);
	return 2 + len;
}

static void
a_packed_payload_is_unpacked(void **state)
{
	uint8_t buffer[KAD_INFLATED_MAX];
	size_t len = pack(521);
	struct kad_message m;

	(void)state;
	assert_true(kad_get_message(packed, len, buffer, &m));
	assert_int_equal(m.opcode, KAD_BOOTSTRAP_RES);
	assert_int_equal(m.len, 521);
	assert_int_equal(m.payload[520], 0);
}

static void
more_than_4_kib_are_not_unpacked(void **state)
{
	uint8_t *buffer = malloc(KAD_INFLATED_MAX);
	struct kad_message m;

	(void)state;
	assert_true(
	    kad_get_message(packed, pack(KAD_INFLATED_MAX), buffer, &m));
	assert_int_equal(m.len, KAD_INFLATED_MAX);
	assert_false(
	    kad_get_message(packed, pack(KAD_INFLATED_MAX + 1), buffer, &m));
	assert_false(kad_get_message(packed, pack(8192), buffer, &m));
	free(buffer);
}

static void
a_damaged_or_longer_stream_is_refused(void **state)
{
	uint8_t buffer[KAD_INFLATED_MAX];
	size_t len = pack(100);
	struct kad_message m;

	(void)state;
	for (size_t n = 0; n < len; n++)
		assert_false(kad_get_message(packed, n, buffer, &m));
	assert_false(kad_get_message(packed, len + 1, buffer, &m));
	packed[len - 1] ^= 1; /* the checksum */
	assert_false(kad_get_message(packed, len, buffer, &m));
}

static void
other_protocols_are_no_message(void **state)
{
	uint8_t buffer[KAD_INFLATED_MAX];
	uint8_t bytes[] = {KAD_PROTOCOL, KAD_PING};
	struct kad_message m;

	(void)state;
	assert_true(kad_get_message(bytes, 2, buffer, &m));
	assert_int_equal(m.len, 0);
	assert_false(kad_get_message(bytes, 1, buffer, &m));
	assert_false(kad_get_message(bytes, 0, buffer, &m));
	bytes[0] = 0xC5;
	assert_false(kad_get_message(bytes, 2, buffer, &m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_request_is_obfuscated_with_the_id_of_the_receiver),
	    cmocka_unit_test(the_verify_key_of_the_receiver_is_given_back),
	    cmocka_unit_test(a_first_byte_is_never_one_of_another_protocol),
	    cmocka_unit_test(an_answer_is_read_with_the_key_that_we_gave),
	    cmocka_unit_test(an_answer_with_another_key_is_refused),
	    cmocka_unit_test(padding_is_skipped),
	    cmocka_unit_test(padding_longer_than_the_datagram_is_refused),
	    cmocka_unit_test(an_answer_that_does_not_echo_our_key_is_refused),
	    cmocka_unit_test(
		verify_keys_differ_by_address_and_secret_and_are_not_zero),
	    cmocka_unit_test(a_packed_payload_is_unpacked),
	    cmocka_unit_test(more_than_4_kib_are_not_unpacked),
	    cmocka_unit_test(a_damaged_or_longer_stream_is_refused),
	    cmocka_unit_test(other_protocols_are_no_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
