/*
 * MD4 and SHA-1; see digest.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/digest.h"

#include "base/log.h"

#include <openssl/provider.h>
#include <string.h>
#include <sysexits.h>

int
digest_library_open(struct digest_library *l)
{
	memset(l, 0, sizeof *l);
	/* a context of our own: nobody's openssl.cnf changes what we load */
	l->context = OSSL_LIB_CTX_new();
	if (l->context) {
		l->legacy = OSSL_PROVIDER_load(l->context, "legacy");
		l->standard = OSSL_PROVIDER_load(l->context, "default");
	}
	if (l->legacy)
		l->md4 = EVP_MD_fetch(l->context, "MD4", "provider=legacy");
	if (l->standard)
		l->sha1 = EVP_MD_fetch(l->context, "SHA1", "provider=default");
	if (l->md4 && l->sha1)
		return 0;
	log_error("OpenSSL's legacy provider, which has MD4, is missing; "
		  "install it with \"apt-get install openssl-provider-legacy\" "
		  "(Debian 12: libssl3)");
	digest_library_close(l);
	return EX_UNAVAILABLE;
}

void
digest_library_close(struct digest_library *l)
{
	EVP_MD_free(l->md4);
	EVP_MD_free(l->sha1);
	if (l->legacy)
		OSSL_PROVIDER_unload(l->legacy);
	if (l->standard)
		OSSL_PROVIDER_unload(l->standard);
	OSSL_LIB_CTX_free(l->context);
	memset(l, 0, sizeof *l);
}

bool
digest_open(struct digest *d, const struct digest_library *l)
{
	d->library = l;
	d->md4 = EVP_MD_CTX_new();
	d->sha1 = EVP_MD_CTX_new();
	return d->md4 && d->sha1;
}

void
digest_close(struct digest *d)
{
	EVP_MD_CTX_free(d->md4);
	EVP_MD_CTX_free(d->sha1);
	memset(d, 0, sizeof *d);
}

bool
digest_md4_begin(struct digest *d)
{
	return EVP_DigestInit_ex2(d->md4, d->library->md4, NULL);
}

bool
digest_md4_add(struct digest *d, const void *bytes, size_t n)
{
	return EVP_DigestUpdate(d->md4, bytes, n);
}

bool
digest_md4_end(struct digest *d, uint8_t out[HASH_SIZE])
{
	return EVP_DigestFinal_ex(d->md4, out, NULL);
}

bool
digest_md4(
    struct digest *d, const void *bytes, size_t n, uint8_t out[HASH_SIZE])
{
	return digest_md4_begin(d) && digest_md4_add(d, bytes, n) &&
	    digest_md4_end(d, out);
}

bool
digest_sha1(void *ctx, uint8_t out[AICH_SIZE], const void *bytes, size_t n)
{
	struct digest *d = ctx;

	return EVP_DigestInit_ex2(d->sha1, d->library->sha1, NULL) &&
	    EVP_DigestUpdate(d->sha1, bytes, n) &&
	    EVP_DigestFinal_ex(d->sha1, out, NULL);
}
