/* base/crypto.c against published vectors. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "base/crypto.h"

/* RFC 1320, RFC 1321 and RFC 3174 */
static void
hashes_of_abc_are_the_published_ones(void **state)
{
	uint8_t md4[MD4_SIZE], md5[MD5_SIZE], sha1[SHA1_SIZE];
	struct md4 pieces;

	(void)state;
	crypto_md4(md4, "abc", 3);
	assert_hex(md4, sizeof md4, "a448017aaf21d8525fc10ae87aa6729d");
	md4_begin(&pieces);
	md4_add(&pieces, "a", 1);
	md4_add(&pieces, "bc", 2);
	md4_end(&pieces, md4);
	assert_hex(md4, sizeof md4, "a448017aaf21d8525fc10ae87aa6729d");
	crypto_md4(md4, NULL, 0);
	assert_hex(md4, sizeof md4, "31d6cfe0d16ae931b73c59d7e0c089c0");
	crypto_md5(md5, "abc", 3);
	assert_hex(md5, sizeof md5, "900150983cd24fb0d6963f7d28e17f72");
	crypto_sha1(sha1, "abc", 3);
	assert_hex(
	    sha1, sizeof sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
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
		struct rc4 r;

		for (uint8_t i = 0; i < 16; i++)
			key[i] = (uint8_t)(i + 1);
		rc4_init(&r, key);
		rc4_apply(&r, out, cut);
		rc4_apply(&r, out + cut, 32 - cut);
		assert_hex(out, sizeof out, stream);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hashes_of_abc_are_the_published_ones),
	    cmocka_unit_test(rc4_gives_the_keystream_of_rfc_6229_in_any_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
