/*
 * serve/wire/transport.c: the first byte decides, and frames come out of either
 * kind in every split. The bytes are those of ed2k-wire(5), "Obfuscation".
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "proto/opcodes.h"
#include "serve/wire/transport.h"

#define USER_HASH "ca25dac4a60e5e72ca419b24d2eb6f8a"
#define HANDSHAKE "5a112233441bd49ae8319a45c8d31ced7e"
#define HELLO_ON_WIRE                                                          \
	"cfc43512747f864d72f5be192e5ad2d98cfba33d331f67e5417ffa6e0bd7d979"
#define HELLO "e35d00000001103eb1b958ce0e6cb26abecc97a4a76f1acb0071073612070000"

static uint8_t user_hash[HASH_SIZE], bytes[64];
static size_t len;
static struct outbox outbox;
static struct transport t;

static void
begin(bool may_obfuscate)
{
	unhex(user_hash, sizeof user_hash, USER_HASH);
	outbox_init(&outbox, false);
	transport_init(&t, may_obfuscate ? user_hash : NULL, &outbox);
	len = 0;
}

static bool
receive(const uint8_t *more, size_t n)
{
	memcpy(bytes + len, more, n);
	len += n;
	return transport_receive(&t, bytes, &len, n);
}

static void
a_frame_makes_it_plain(void **state)
{
	uint8_t hello[32];
	size_t n = unhex(hello, sizeof hello, HELLO);

	(void)state;
	for (int may_obfuscate = 0; may_obfuscate < 2; may_obfuscate++) {
		begin(may_obfuscate);
		assert_false(t.open);
		assert_true(receive(hello, 1));
		assert_true(t.open && !t.obfuscated);
		assert_true(receive(hello + 1, n - 1));
		assert_hex(bytes, len, HELLO);
		assert_int_equal(outbox_waiting(&outbox), 0);
		assert_null(outbox.cipher);
	}
}

static void
a_handshake_is_answered_and_removed_in_every_split(void **state)
{
	uint8_t wire[64];
	size_t n = unhex(wire, sizeof wire, HANDSHAKE HELLO_ON_WIRE);

	(void)state;
	for (size_t a = 1; a < n; a++)
		for (size_t b = a + 1; b < n; b++) {
			begin(true);
			assert_true(receive(wire, a));
			assert_int_equal(t.open, a >= 17);
			assert_true(t.obfuscated);
			assert_true(receive(wire + a, b - a));
			assert_int_equal(t.open, b >= 17);
			assert_true(receive(wire + b, n - b));
			assert_true(t.open);
			assert_hex(bytes, len, HELLO);
			assert_ptr_equal(outbox.cipher, &t.obfuscation.out);
			assert_in_range(outbox_waiting(&outbox), 6,
			    6 + OBFUSCATION_PADDING_MAX);
			assert_hex(outbox.bytes, 5, "c46f5e8300");
		}
}

static void
without_obfuscation_any_first_byte_is_plain(void **state)
{
	uint8_t wire[64];
	size_t n = unhex(wire, sizeof wire, HANDSHAKE);

	(void)state;
	begin(false);
	assert_true(receive(wire, n));
	assert_true(t.open && !t.obfuscated);
	assert_hex(bytes, len, HANDSHAKE);
}

static void
other_bytes_are_refused_and_their_beginning_stays(void **state)
{
	static const char text[] = "PROXY TCP4 192.0.2.7";

	(void)state;
	begin(true);
	assert_false(receive((const uint8_t *)text, sizeof text - 1));
	assert_false(t.open);
	assert_memory_equal(bytes, "PROXY", 5);
	assert_int_equal(outbox_waiting(&outbox), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_frame_makes_it_plain),
	    cmocka_unit_test(
		a_handshake_is_answered_and_removed_in_every_split),
	    cmocka_unit_test(without_obfuscation_any_first_byte_is_plain),
	    cmocka_unit_test(other_bytes_are_refused_and_their_beginning_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
