/*
 * Hashing files; see hash.h.
 * SPDX-License-Identifier: ISC
 */
#include "share/hash.h"

#include "base/log.h"
#include "base/util.h"
#include "proto/aich_tree.h"
#include "proto/msg.h"

#include <errno.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

int
hasher_open(struct hasher *h)
{
	memset(h, 0, sizeof *h);
	/* a context of our own: nobody's openssl.cnf changes what we load */
	h->library = OSSL_LIB_CTX_new();
	if (h->library) {
		h->legacy = OSSL_PROVIDER_load(h->library, "legacy");
		h->standard = OSSL_PROVIDER_load(h->library, "default");
	}
	if (h->legacy)
		h->md4 = EVP_MD_fetch(h->library, "MD4", "provider=legacy");
	if (h->standard)
		h->sha1 = EVP_MD_fetch(h->library, "SHA1", "provider=default");
	h->md4_context = EVP_MD_CTX_new();
	h->sha1_context = EVP_MD_CTX_new();
	h->block = malloc(BLOCK_SIZE);
	if (h->md4 && h->sha1 && h->md4_context && h->sha1_context && h->block)
		return 0;
	log_error("OpenSSL's legacy provider, which has MD4, is missing; "
		  "install it with \"apt-get install openssl-provider-legacy\" "
		  "(Debian 12: libssl3)");
	hasher_close(h);
	return EX_UNAVAILABLE;
}

void
hasher_close(struct hasher *h)
{
	free(h->block);
	EVP_MD_CTX_free(h->md4_context);
	EVP_MD_CTX_free(h->sha1_context);
	EVP_MD_free(h->md4);
	EVP_MD_free(h->sha1);
	if (h->legacy)
		OSSL_PROVIDER_unload(h->legacy);
	if (h->standard)
		OSSL_PROVIDER_unload(h->standard);
	OSSL_LIB_CTX_free(h->library);
	memset(h, 0, sizeof *h);
}

static bool
md4_bytes(struct hasher *h, const void *bytes, size_t n, uint8_t out[HASH_SIZE])
{
	return EVP_DigestInit_ex2(h->md4_context, h->md4, NULL) &&
	    EVP_DigestUpdate(h->md4_context, bytes, n) &&
	    EVP_DigestFinal_ex(h->md4_context, out, NULL);
}

/* For struct aich_sha1. */
static bool
sha1_bytes(void *ctx, uint8_t out[AICH_SIZE], const void *bytes, size_t n)
{
	struct hasher *h = ctx;

	return EVP_DigestInit_ex2(h->sha1_context, h->sha1, NULL) &&
	    EVP_DigestUpdate(h->sha1_context, bytes, n) &&
	    EVP_DigestFinal_ex(h->sha1_context, out, NULL);
}

static enum hash_result
read_block(struct hasher *h, int fd, uint64_t offset, size_t len)
{
	for (size_t done = 0; done < len;) {
		ssize_t n = pread(
		    fd, h->block + done, len - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? HASH_SHORT : HASH_FAILED;
		done += (size_t)n;
	}
	return HASH_OK;
}

/* The MD4 of a part, and its node of the AICH tree, while the bytes are hot. */
static enum hash_result
hash_part(struct hasher *h, int fd, uint64_t size, size_t part,
    uint8_t md4[HASH_SIZE], uint8_t node[AICH_SIZE])
{
	const struct aich_sha1 sha1 = {sha1_bytes, h};
	uint64_t begin = part * PART_SIZE, len = aich_part_size(size, part);
	uint8_t blocks[AICH_BLOCKS_MAX][AICH_SIZE];
	size_t n_blocks = aich_block_count(len);

	if (!EVP_DigestInit_ex2(h->md4_context, h->md4, NULL))
		return HASH_FAILED;
	for (size_t i = 0; i < n_blocks; i++) {
		uint64_t at = i * BLOCK_SIZE;
		size_t n = (size_t)min_u64(len - at, BLOCK_SIZE);
		enum hash_result res = read_block(h, fd, begin + at, n);

		if (res != HASH_OK)
			return res;
		if (!EVP_DigestUpdate(h->md4_context, h->block, n) ||
		    !sha1_bytes(h, blocks[i], h->block, n))
			return HASH_FAILED;
	}
	return EVP_DigestFinal_ex(h->md4_context, md4, NULL) &&
		aich_part_hash(&sha1, size, part, blocks[0], node)
	    ? HASH_OK
	    : HASH_FAILED;
}

/* A file below one part: both hashes are those of the part. */
static enum hash_result
hash_small(struct hasher *h, int fd, uint64_t size, struct file_hash *out)
{
	return hash_part(h, fd, size, 0, out->hash, out->aich_root);
}

/* The parts of a file of one or more; MD4 may have an empty one at the end. */
static enum hash_result
hash_parts(struct hasher *h, int fd, uint64_t size, struct file_hash *out)
{
	const struct aich_sha1 sha1 = {sha1_bytes, h};
	size_t n = aich_part_count(size);

	out->parts = calloc(out->n_parts, HASH_SIZE);
	out->aich_parts = calloc(n, AICH_SIZE);
	if (!out->parts || !out->aich_parts)
		return HASH_FAILED;
	for (size_t i = 0; i < n; i++) {
		enum hash_result res =
		    hash_part(h, fd, size, i, out->parts + i * HASH_SIZE,
			out->aich_parts + i * AICH_SIZE);

		if (res != HASH_OK)
			return res;
	}
	if (n < out->n_parts &&
	    !md4_bytes(h, NULL, 0, out->parts + n * HASH_SIZE))
		return HASH_FAILED;
	return aich_root(&sha1, size, out->aich_parts, out->aich_root)
	    ? HASH_OK
	    : HASH_FAILED;
}

/* Red and blue over the part hashes. The last part may be empty. */
static bool
combine(struct hasher *h, uint64_t size, struct file_hash *out)
{
	size_t n = out->n_parts;

	if (!md4_bytes(h, out->parts, n * HASH_SIZE, out->hash))
		return false;
	out->has_alias = size % PART_SIZE == 0;
	if (!out->has_alias)
		return true;
	if (n > 2)
		return md4_bytes(
		    h, out->parts, (n - 1) * HASH_SIZE, out->alias);
	memcpy(out->alias, out->parts, HASH_SIZE);
	return true;
}

enum hash_result
hasher_file(struct hasher *h, int fd, uint64_t size, struct file_hash *out)
{
	enum hash_result res;

	memset(out, 0, sizeof *out);
	out->n_parts = msg_part_hash_count(size);
	out->n_aich_parts = aich_part_hash_count(size);
	if (out->n_parts == 0)
		res = hash_small(h, fd, size, out);
	else
		res = hash_parts(h, fd, size, out);
	if (res == HASH_OK && out->n_parts > 0 && !combine(h, size, out))
		res = HASH_FAILED;
	if (res != HASH_OK) {
		file_hash_free(out);
	} else if (out->n_aich_parts == 0) {
		free(out->aich_parts); /* that of a single part is the root */
		out->aich_parts = NULL;
	}
	return res;
}

void
file_hash_free(struct file_hash *f)
{
	free(f->parts);
	free(f->aich_parts);
	memset(f, 0, sizeof *f);
}
