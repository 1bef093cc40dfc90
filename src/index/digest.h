/*
 * MD4 and SHA-1 by OpenSSL. A library is opened once, and each thread has
 * digests of its own. Never linked into the server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_DIGEST_H
#define INDEX_DIGEST_H

#include "proto/opcodes.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest_library {
	OSSL_LIB_CTX *context;
	OSSL_PROVIDER *legacy, *standard;
	EVP_MD *md4, *sha1; /* fetched once: a fetch takes locks */
};

/*
 * 0, or after a log line an exit code: EX_UNAVAILABLE when OpenSSL's legacy
 * provider, where MD4 lives, is not installed.
 */
int digest_library_open(struct digest_library *l);

/* Safe to call twice, and on a zeroed struct. */
void digest_library_close(struct digest_library *l);

/* For one thread; the library must outlive it. */
struct digest {
	const struct digest_library *library;
	EVP_MD_CTX *md4, *sha1;
};

/* These return false when OpenSSL fails: it is out of memory. */
bool digest_open(struct digest *d, const struct digest_library *l);
void digest_close(struct digest *d);

/* One MD4 at a time, in pieces. */
bool digest_md4_begin(struct digest *d);
bool digest_md4_add(struct digest *d, const void *bytes, size_t n);
bool digest_md4_end(struct digest *d, uint8_t out[HASH_SIZE]);

/* All at once; n may be 0. */
bool digest_md4(
    struct digest *d, const void *bytes, size_t n, uint8_t out[HASH_SIZE]);

/* For struct aich_sha1; ctx is the struct digest. */
bool digest_sha1(
    void *ctx, uint8_t out[AICH_SIZE], const void *bytes, size_t n);

#endif
