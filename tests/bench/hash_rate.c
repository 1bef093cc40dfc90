/*
 * The baseline of the hash benchmark: MD4 and SHA-1 by OpenSSL over one block
 * in memory, over and over, on one core. No file, no tree.
 *
 *   hash_rate BYTES
 *
 * SPDX-License-Identifier: ISC
 */
#include "base/crypto.h"

#include <stdlib.h>

int
main(int argc, char *argv[])
{
	static uint8_t block[184320];
	uint8_t hash[MD4_SIZE], leaf[SHA1_SIZE];
	struct md4 whole;

	if (argc != 2)
		return 2;
	md4_begin(&whole);
	for (int64_t left = atoll(argv[1]); left > 0;
	     left -= (int64_t)sizeof block) {
		md4_add(&whole, block, sizeof block);
		crypto_sha1(leaf, block, sizeof block);
	}
	md4_end(&whole, hash);
	return 0;
}
