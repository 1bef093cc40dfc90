/*
 * MD4, MD5, SHA-1 and RC4. None of them can fail. These are OpenSSL's plain
 * functions: unlike those behind EVP they need no provider, no file and no
 * memory, so they work in a sandbox, and a connection that uses none of them
 * pays nothing. They are as fast: MD4 1.3 and SHA-1 1.9 GB/s either way.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <openssl/md4.h>
#include <openssl/rc4.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

#define MD4_SIZE  16
#define MD5_SIZE  16
#define SHA1_SIZE 20

void crypto_md4(uint8_t out[MD4_SIZE], const void *data, size_t n);
void crypto_md5(uint8_t out[MD5_SIZE], const void *data, size_t n);
void crypto_sha1(uint8_t out[SHA1_SIZE], const void *data, size_t n);

/* An MD4 in pieces. */
struct md4 {
	MD4_CTX context;
};

void md4_begin(struct md4 *m);
void md4_add(struct md4 *m, const void *data, size_t n);
void md4_end(struct md4 *m, uint8_t out[MD4_SIZE]);

/*
 * What it is between two blocks of 64 bytes, for a caller that hashes further
 * blocks by itself: n bytes of them are in the state that is put back.
 */
void md4_get_state(const struct md4 *m, uint32_t state[MD4_SIZE / 4]);
void md4_put_state(struct md4 *m, const uint32_t state[MD4_SIZE / 4], size_t n);

/* The same for SHA-1. */
struct sha1 {
	SHA_CTX context;
};

void sha1_begin(struct sha1 *s);
void sha1_add(struct sha1 *s, const void *data, size_t n);
void sha1_end(struct sha1 *s, uint8_t out[SHA1_SIZE]);
void sha1_get_state(const struct sha1 *s, uint32_t state[SHA1_SIZE / 4]);
void sha1_put_state(
    struct sha1 *s, const uint32_t state[SHA1_SIZE / 4], size_t n);

/* One direction of an RC4 stream. */
struct rc4 {
	RC4_KEY key;
};

void rc4_init(struct rc4 *r, const uint8_t key[16]);
void rc4_apply(struct rc4 *r, uint8_t *data, size_t n); /* in place */

#endif
