/*
 * MD5, SHA-1 and RC4 as the server needs them: of a few bytes, or of a part of a
 * file, at once and without fail. These are OpenSSL's plain functions, linked
 * in: unlike those behind EVP they need no provider, no file and no memory, so
 * that they work in a sandbox and cost a connection that uses none nothing.
 * Whole shares are hashed by share/digest.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_CRYPTO_H
#define BASE_CRYPTO_H

#include <openssl/rc4.h>
#include <stddef.h>
#include <stdint.h>

#define MD5_SIZE  16
#define SHA1_SIZE 20

void crypto_md5(uint8_t out[MD5_SIZE], const void *data, size_t n);
void crypto_sha1(uint8_t out[SHA1_SIZE], const void *data, size_t n);

/* One direction of an RC4 stream. */
struct rc4 {
	RC4_KEY key;
};

void rc4_init(struct rc4 *r, const uint8_t key[16]);
void rc4_apply(struct rc4 *r, uint8_t *data, size_t n); /* in place */

#endif
