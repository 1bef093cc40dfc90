/*
 * OpenSSL, loaded at need. A plain connection never maps it: that would cost it
 * more than all the rest of its start. So the library is opened by dlopen(3),
 * and only here.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_CRYPTO_H
#define SERVE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MD5_SIZE 16

struct evp_cipher_ctx_st;

/* One direction of an RC4 stream. Zeroed before its first use. */
struct rc4 {
	struct evp_cipher_ctx_st *context;
};

/*
 * Load MD5 and RC4; the latter is in the legacy provider. False, after a log
 * line, when they cannot be had. All below needs it, and nothing below opens a
 * file or maps code any more, so that it works in the sandbox.
 */
bool crypto_load_rc4(void);

/* False only when the library fails. */
bool crypto_md5(uint8_t out[MD5_SIZE], const void *data, size_t n);

/* The key is 16 bytes; n is at most INT_MAX. */
bool rc4_init(struct rc4 *r, const uint8_t key[16]);
bool rc4_apply(struct rc4 *r, uint8_t *data, size_t n); /* in place */
void rc4_close(struct rc4 *r);                          /* safe to call twice */

#endif
