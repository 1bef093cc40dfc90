/*
 * The eD2k hash and the AICH hashes of a file, in one pass, by OpenSSL's MD4
 * and SHA-1. Never linked into the server.
 *
 * A file below one part (9,728,000 bytes): its MD4. Else the MD4 over the MD4s
 * of its parts, to which eMule adds, when the size is an exact multiple of the
 * part, the MD4 of nothing ("red"). Tools that do not add it find another hash
 * for such files ("blue"); we keep that one as an alias. AICH is told in
 * proto/aich_tree.h.
 * Source: eMule KnownFile.cpp; ed2k-wire(5), "File hashes".
 * SPDX-License-Identifier: ISC
 */
#ifndef SHARE_HASH_H
#define SHARE_HASH_H

#include "proto/opcodes.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hasher {
	OSSL_LIB_CTX *library;
	OSSL_PROVIDER *legacy, *standard;
	EVP_MD *md4, *sha1;
	EVP_MD_CTX *md4_context, *sha1_context;
	uint8_t *block; /* BLOCK_SIZE bytes */
};

struct file_hash {
	uint8_t hash[HASH_SIZE];
	uint8_t alias[HASH_SIZE]; /* "blue" */
	bool has_alias;           /* does it differ from hash? */
	uint8_t *parts;           /* n_parts of 16 bytes; owned; NULL if none */
	size_t n_parts;           /* msg_part_hash_count(size) */
	uint8_t aich_root[AICH_SIZE];
	uint8_t *aich_parts; /* n_aich_parts of 20 bytes; owned; NULL if none */
	size_t n_aich_parts; /* aich_part_hash_count(size) */
};

/*
 * 0, or after a log line an exit code: EX_UNAVAILABLE when OpenSSL's legacy
 * provider, where MD4 lives, is not installed.
 */
int hasher_open(struct hasher *h);
void hasher_close(struct hasher *h);

enum hash_result {
	HASH_OK,
	HASH_SHORT,  /* the file ended before `size` bytes: it was cut */
	HASH_FAILED, /* read error; errno tells */
};

/*
 * Hash `size` (> 0) bytes of fd from offset 0. On HASH_OK the caller frees
 * out with file_hash_free; otherwise out is empty.
 */
enum hash_result hasher_file(
    struct hasher *h, int fd, uint64_t size, struct file_hash *out);
void file_hash_free(struct file_hash *f);

#endif
