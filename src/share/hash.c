/*
 * Hashing files; see hash.h.
 * SPDX-License-Identifier: ISC
 */
#include "share/hash.h"

#include "base/log.h"
#include "base/util.h"
#include "proto/msg.h"

#include <errno.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define READ_SIZE ((size_t)1 << 20)

int
hasher_open(struct hasher *h)
{
	memset(h, 0, sizeof *h);
	/* a context of our own: nobody's openssl.cnf changes what we load */
	h->library = OSSL_LIB_CTX_new();
	if (h->library)
		h->legacy = OSSL_PROVIDER_load(h->library, "legacy");
	if (h->legacy)
		h->md4 = EVP_MD_fetch(h->library, "MD4", "provider=legacy");
	h->context = EVP_MD_CTX_new();
	h->buffer = malloc(READ_SIZE);
	if (h->md4 && h->context && h->buffer)
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
	free(h->buffer);
	EVP_MD_CTX_free(h->context);
	EVP_MD_free(h->md4);
	if (h->legacy)
		OSSL_PROVIDER_unload(h->legacy);
	OSSL_LIB_CTX_free(h->library);
	memset(h, 0, sizeof *h);
}

static bool
md4_bytes(struct hasher *h, const void *bytes, size_t n, uint8_t out[HASH_SIZE])
{
	return EVP_DigestInit_ex2(h->context, h->md4, NULL) &&
	    EVP_DigestUpdate(h->context, bytes, n) &&
	    EVP_DigestFinal_ex(h->context, out, NULL);
}

/* The MD4 of len bytes from offset. */
static enum hash_result
md4_part(struct hasher *h, int fd, uint64_t offset, uint64_t len,
    uint8_t out[HASH_SIZE])
{
	if (!EVP_DigestInit_ex2(h->context, h->md4, NULL))
		return HASH_FAILED;
	while (len > 0) {
		size_t want = (size_t)min_u64(len, READ_SIZE);
		ssize_t n = pread(fd, h->buffer, want, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? HASH_SHORT : HASH_FAILED;
		EVP_DigestUpdate(h->context, h->buffer, (size_t)n);
		offset += (uint64_t)n;
		len -= (uint64_t)n;
	}
	return EVP_DigestFinal_ex(h->context, out, NULL) ? HASH_OK
							 : HASH_FAILED;
}

/* Red and blue over the part hashes. The last part may be empty. */
static void
combine(struct hasher *h, uint64_t size, struct file_hash *out)
{
	size_t n = out->n_parts;

	md4_bytes(h, out->parts, n * HASH_SIZE, out->hash);
	out->has_alias = size % PART_SIZE == 0;
	if (!out->has_alias)
		return;
	if (n == 2)
		memcpy(out->alias, out->parts, HASH_SIZE);
	else
		md4_bytes(h, out->parts, (n - 1) * HASH_SIZE, out->alias);
}

enum hash_result
hasher_file(struct hasher *h, int fd, uint64_t size, struct file_hash *out)
{
	enum hash_result res = HASH_OK;

	memset(out, 0, sizeof *out);
	out->n_parts = msg_part_hash_count(size);
	if (out->n_parts == 0)
		return md4_part(h, fd, 0, size, out->hash);
	out->parts = calloc(out->n_parts, HASH_SIZE);
	if (!out->parts)
		return HASH_FAILED;
	for (size_t i = 0; i < out->n_parts && res == HASH_OK; i++) {
		uint64_t offset = i * PART_SIZE;

		res = md4_part(h, fd, offset, min_u64(size - offset, PART_SIZE),
		    out->parts + i * HASH_SIZE);
	}
	if (res == HASH_OK)
		combine(h, size, out);
	else
		file_hash_free(out);
	return res;
}

void
file_hash_free(struct file_hash *f)
{
	free(f->parts);
	memset(f, 0, sizeof *f);
}
