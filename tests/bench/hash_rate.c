/*
 * The baseline of the hash benchmark: MD4 and SHA-1 by OpenSSL over one block
 * in memory, over and over, on one core. No file, no tree.
 *
 *   hash_rate BYTES
 *
 * SPDX-License-Identifier: ISC
 */
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdint.h>
#include <stdlib.h>

int
main(int argc, char *argv[])
{
	static uint8_t block[184320];
	uint8_t out[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *whole = EVP_MD_CTX_new(), *leaf = EVP_MD_CTX_new();
	EVP_MD *md4, *sha1;

	if (argc != 2)
		return 2;
	if (!OSSL_PROVIDER_load(NULL, "legacy") ||
	    !OSSL_PROVIDER_load(NULL, "default"))
		return 1;
	md4 = EVP_MD_fetch(NULL, "MD4", NULL);
	sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
	if (!md4 || !sha1 || !EVP_DigestInit_ex2(whole, md4, NULL))
		return 1;
	for (int64_t left = atoll(argv[1]); left > 0;
	     left -= (int64_t)sizeof block)
		if (!EVP_DigestUpdate(whole, block, sizeof block) ||
		    !EVP_DigestInit_ex2(leaf, sha1, NULL) ||
		    !EVP_DigestUpdate(leaf, block, sizeof block) ||
		    !EVP_DigestFinal_ex(leaf, out, NULL))
			return 1;
	return EVP_DigestFinal_ex(whole, out, NULL) ? 0 : 1;
}
