/*
 * OpenSSL's plain functions; see crypto.h. Version 3 calls them deprecated,
 * since they do without its providers, which is why we use them.
 * SPDX-License-Identifier: ISC
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/crypto.h"

#include <openssl/md5.h>

void
crypto_md4(uint8_t out[MD4_SIZE], const void *data, size_t n)
{
	struct md4 m;

	md4_begin(&m);
	md4_add(&m, data, n);
	md4_end(&m, out);
}

void
md4_begin(struct md4 *m)
{
	MD4_Init(&m->context);
}

void
md4_add(struct md4 *m, const void *data, size_t n)
{
	MD4_Update(&m->context, data, n);
}

void
md4_end(struct md4 *m, uint8_t out[MD4_SIZE])
{
	MD4_Final(out, &m->context);
}

/* Count n bytes; the two halves of a context count bits. */
static void
count(unsigned *low, unsigned *high, size_t n)
{
	uint64_t bits = ((uint64_t)*high << 32 | *low) + 8 * (uint64_t)n;

	*low = (unsigned)bits;
	*high = (unsigned)(bits >> 32);
}

void
md4_get_state(const struct md4 *m, uint32_t state[MD4_SIZE / 4])
{
	state[0] = m->context.A;
	state[1] = m->context.B;
	state[2] = m->context.C;
	state[3] = m->context.D;
}

void
md4_put_state(struct md4 *m, const uint32_t state[MD4_SIZE / 4], size_t n)
{
	m->context.A = state[0];
	m->context.B = state[1];
	m->context.C = state[2];
	m->context.D = state[3];
	count(&m->context.Nl, &m->context.Nh, n);
}

void
crypto_md5(uint8_t out[MD5_SIZE], const void *data, size_t n)
{
	MD5_CTX context;

	MD5_Init(&context);
	MD5_Update(&context, data, n);
	MD5_Final(out, &context);
}

void
crypto_sha1(uint8_t out[SHA1_SIZE], const void *data, size_t n)
{
	struct sha1 s;

	sha1_begin(&s);
	sha1_add(&s, data, n);
	sha1_end(&s, out);
}

void
sha1_begin(struct sha1 *s)
{
	SHA1_Init(&s->context);
}

void
sha1_add(struct sha1 *s, const void *data, size_t n)
{
	SHA1_Update(&s->context, data, n);
}

void
sha1_end(struct sha1 *s, uint8_t out[SHA1_SIZE])
{
	SHA1_Final(out, &s->context);
}

void
sha1_get_state(const struct sha1 *s, uint32_t state[SHA1_SIZE / 4])
{
	state[0] = s->context.h0;
	state[1] = s->context.h1;
	state[2] = s->context.h2;
	state[3] = s->context.h3;
	state[4] = s->context.h4;
}

void
sha1_put_state(struct sha1 *s, const uint32_t state[SHA1_SIZE / 4], size_t n)
{
	s->context.h0 = state[0];
	s->context.h1 = state[1];
	s->context.h2 = state[2];
	s->context.h3 = state[3];
	s->context.h4 = state[4];
	count(&s->context.Nl, &s->context.Nh, n);
}

void
rc4_init(struct rc4 *r, const uint8_t key[16])
{
	RC4_set_key(&r->key, 16, key);
}

void
rc4_apply(struct rc4 *r, uint8_t *data, size_t n)
{
	RC4(&r->key, n, data, data);
}
