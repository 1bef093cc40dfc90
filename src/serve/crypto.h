/*
 * OpenSSL, loaded at need. A plain connection that asks for no recovery data
 * never maps it: that would cost it more than all the rest of its start. So the
 * library is opened by dlopen(3), and only here.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_CRYPTO_H
#define SERVE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MD5_SIZE  16
#define SHA1_SIZE 20

struct evp_cipher_ctx_st;

/* One direction of an RC4 stream. Zeroed before its first use. */
struct rc4 {
	struct evp_cipher_ctx_st *context;
};

/* Load MD5 and SHA-1. False, after a log line, when it cannot be had. */
bool crypto_load(void);

/* Load RC4 too, which is in the legacy provider. */
bool crypto_load_rc4(void);

/* These need crypto_load. False only when the library fails. */
bool crypto_md5(uint8_t out[MD5_SIZE], const void *data, size_t n);
bool crypto_sha1(uint8_t out[SHA1_SIZE], const void *data, size_t n);

/* These need crypto_load_rc4. The key is 16 bytes; n is at most INT_MAX. */
bool rc4_init(struct rc4 *r, const uint8_t key[16]);
bool rc4_apply(struct rc4 *r, uint8_t *data, size_t n); /* in place */
void rc4_close(struct rc4 *r);                          /* safe to call twice */

#endif
