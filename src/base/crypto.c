/*
 * OpenSSL's plain functions; see crypto.h. Version 3 calls them deprecated,
 * since they do without its providers, which is why we use them.
 * SPDX-License-Identifier: ISC
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/crypto.h"

#include <openssl/md5.h>
#include <openssl/sha.h>

void
crypto_md4(uint8_t out[MD4_SIZE], const void *data, size_t n)
{
	struct md4 m;

	md4_begin(&m);
	md4_add(&m, data, n);
	md4_end(&m, out);
}

void
md4_begin(struct md4 *m)
{
	MD4_Init(&m->context);
}

void
md4_add(struct md4 *m, const void *data, size_t n)
{
	MD4_Update(&m->context, data, n);
}

void
md4_end(struct md4 *m, uint8_t out[MD4_SIZE])
{
	MD4_Final(out, &m->context);
}

void
crypto_md5(uint8_t out[MD5_SIZE], const void *data, size_t n)
{
	MD5_CTX context;

	MD5_Init(&context);
	MD5_Update(&context, data, n);
	MD5_Final(out, &context);
}

void
crypto_sha1(uint8_t out[SHA1_SIZE], const void *data, size_t n)
{
	SHA_CTX context;

	SHA1_Init(&context);
	SHA1_Update(&context, data, n);
	SHA1_Final(out, &context);
}

void
rc4_init(struct rc4 *r, const uint8_t key[16])
{
	RC4_set_key(&r->key, 16, key);
}

void
rc4_apply(struct rc4 *r, uint8_t *data, size_t n)
{
	RC4(&r->key, n, data, data);
}
