/*
 * serve/sha1.c against published vectors, and against OpenSSL at every length
 * around the borders of chunks. SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "serve/sha1.h"

#include <openssl/evp.h>

static void
digests_are_the_published_ones(void **state)
{
	uint8_t out[SHA1_SIZE];

	(void)state;
	sha1(out, "abc", 3);
	assert_hex(out, sizeof out, "a9993e364706816aba3e25717850c26c9cd0d89d");
	sha1(out, NULL, 0);
	assert_hex(out, sizeof out, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

static void
openssl_agrees_at_every_length(void **state)
{
	static uint8_t data[1000];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * i >> 3);
	for (size_t n = 0; n <= sizeof data; n++) {
		uint8_t ours[SHA1_SIZE], theirs[SHA1_SIZE];
		uint8_t *copy = exact_copy(data, n);

		sha1(ours, copy, n);
		assert_true(
		    EVP_Q_digest(NULL, "SHA1", NULL, copy, n, theirs, NULL));
		assert_memory_equal(ours, theirs, SHA1_SIZE);
		free(copy);
	}
}

static void
a_length_beyond_32_bits_of_bits_is_counted(void **state)
{
	size_t n = (size_t)1 << 29;
	uint8_t *zeros = calloc(1, n), out[SHA1_SIZE];

	(void)state;
	assert_non_null(zeros);
	sha1(out, zeros, n);
	free(zeros);
	assert_hex(out, sizeof out, "5b088492c9f4778f409b7ae61477dec124c99033");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(digests_are_the_published_ones),
	    cmocka_unit_test(openssl_agrees_at_every_length),
	    cmocka_unit_test(a_length_beyond_32_bits_of_bits_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
