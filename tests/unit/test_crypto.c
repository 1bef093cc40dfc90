/* serve/crypto.c against published vectors. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "serve/crypto.h"

static int
setup(void **state)
{
	(void)state;
	return crypto_load_rc4() ? 0 : -1;
}

static void
md5_of_abc_is_the_published_one(void **state)
{
	uint8_t md5[MD5_SIZE];

	(void)state;
	assert_true(crypto_md5(md5, "abc", 3));
	assert_hex(md5, sizeof md5, "900150983cd24fb0d6963f7d28e17f72");
}

/* RFC 6229, 128-bit key 0102..10: the keystream from offset 0. */
static void
rc4_gives_the_keystream_of_rfc_6229_in_any_pieces(void **state)
{
	static const char stream[] = "9ac7cc9a609d1ef7b2932899cde41b97"
				     "5248c4959014126a6e8a84f11d1a9e1c";

	(void)state;
	for (size_t cut = 0; cut <= 32; cut++) {
		uint8_t key[16], out[32] = {0};
		struct rc4 r = {0};

		for (uint8_t i = 0; i < 16; i++)
			key[i] = (uint8_t)(i + 1);
		assert_true(rc4_init(&r, key));
		assert_true(rc4_apply(&r, out, cut));
		assert_true(rc4_apply(&r, out + cut, 32 - cut));
		assert_hex(out, sizeof out, stream);
		rc4_close(&r);
		rc4_close(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(md5_of_abc_is_the_published_one),
	    cmocka_unit_test(rc4_gives_the_keystream_of_rfc_6229_in_any_pieces),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
