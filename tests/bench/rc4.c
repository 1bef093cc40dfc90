/*
 * The baseline of the obfuscated benchmark: RC4 and nothing else, over and over
 * the same buffer.
 *
 *   rc4 BYTES
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
	static uint8_t buffer[64 * 1024];
	EVP_CIPHER_CTX *stream = EVP_CIPHER_CTX_new();
	int len;

	if (argc != 2)
		return 2;
	if (!OSSL_PROVIDER_load(NULL, "legacy") ||
	    !EVP_EncryptInit_ex(stream, EVP_rc4(), NULL, buffer, NULL))
		return 1;
	for (int64_t left = atoll(argv[1]); left > 0; left -= len)
		if (!EVP_EncryptUpdate(
			stream, buffer, &len, buffer, sizeof buffer))
			return 1;
	return 0;
}
