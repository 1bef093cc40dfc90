/*
 * OpenSSL by dlopen; see crypto.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/crypto.h"

#include "base/log.h"

#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

/* The library whose headers this was compiled with. */
#define LIBRARY "libcrypto.so.3"

/* Every function used, with the type that its header gives it. */
#define FUNCTIONS(X)                                                           \
	X(OPENSSL_init_crypto)                                                 \
	X(OSSL_LIB_CTX_new)                                                    \
	X(OSSL_PROVIDER_load)                                                  \
	X(EVP_Q_digest)                                                        \
	X(EVP_CIPHER_fetch)                                                    \
	X(EVP_CIPHER_CTX_new)                                                  \
	X(EVP_CIPHER_CTX_free)                                                 \
	X(EVP_EncryptInit_ex2)                                                 \
	X(EVP_EncryptUpdate)

static struct {
	bool loaded;
	OSSL_LIB_CTX *context; /* of our own: openssl.cnf has no say */
	EVP_CIPHER *rc4;
#define DECLARE(name) __typeof__(&name) name##_;
	FUNCTIONS(DECLARE)
} lib;

static bool
find_functions(void *handle)
{
	/* POSIX has dlsym give functions as void *, C does not: hence memory */
#define FIND(name)                                                             \
	if (!(*(void **)&lib.name##_ = dlsym(handle, #name)))                  \
		return false;
	FUNCTIONS(FIND)
	return true;
}

static bool
load_library(void)
{
	void *handle;

	if (lib.loaded)
		return true;
	handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	/*
	 * Without the first call openssl.cnf would be read all the same, and
	 * only at the first digest: too late for a process in a sandbox.
	 */
	if (handle && find_functions(handle) &&
	    lib.OPENSSL_init_crypto_(OPENSSL_INIT_NO_LOAD_CONFIG, NULL)) {
		lib.context = lib.OSSL_LIB_CTX_new_();
		lib.loaded = lib.context &&
		    lib.OSSL_PROVIDER_load_(lib.context, "default");
	}
	if (!lib.loaded)
		log_error("cannot load %s; install it with \"apt-get install "
			  "libssl3\" (Debian 13: libssl3t64)",
		    LIBRARY);
	return lib.loaded;
}

bool
crypto_load_rc4(void)
{
	if (!load_library())
		return false;
	if (!lib.rc4 && lib.OSSL_PROVIDER_load_(lib.context, "legacy"))
		lib.rc4 = lib.EVP_CIPHER_fetch_(lib.context, "RC4", NULL);
	if (!lib.rc4)
		log_error("OpenSSL's legacy provider, which has RC4, is "
			  "missing; install it with \"apt-get install "
			  "openssl-provider-legacy\" (Debian 12: libssl3)");
	return lib.rc4 != NULL;
}

bool
crypto_md5(uint8_t out[MD5_SIZE], const void *data, size_t n)
{
	return lib.EVP_Q_digest_(lib.context, "MD5", NULL, data, n, out, NULL);
}

bool
rc4_init(struct rc4 *r, const uint8_t key[16])
{
	r->context = lib.EVP_CIPHER_CTX_new_();
	return r->context &&
	    lib.EVP_EncryptInit_ex2_(r->context, lib.rc4, key, NULL, NULL);
}

bool
rc4_apply(struct rc4 *r, uint8_t *data, size_t n)
{
	int len;

	return lib.EVP_EncryptUpdate_(r->context, data, &len, data, (int)n) &&
	    (size_t)len == n;
}

void
rc4_close(struct rc4 *r)
{
	if (r->context)
		lib.EVP_CIPHER_CTX_free_(r->context);
	r->context = NULL;
}
