/*
 * MD4 and SHA-1 of LANES streams at once; see lanes.h. lanes.c includes this
 * once for each kind of processor, with these macros:
 *
 *   WIDTH      lanes in one vector: 4 or 8
 *   TARGET     the attribute that allows the processor's instructions
 *   NAME(what) the name of a type or function of this kind
 *
 * Lane i of each vector belongs to stream i. The loops are unrolled by the
 * compiler, so that all indexes are constants and all of w is in registers.
 * The words of MD4 are little-endian, those of SHA-1 big-endian.
 * Source: RFC 1320 (MD4), RFC 3174 (SHA-1).
 * SPDX-License-Identifier: ISC
 */
#define vec    NAME(vec)
#define INLINE TARGET static inline __attribute__((always_inline))

typedef uint32_t vec __attribute__((vector_size(4 * WIDTH)));

/*
 * The next 64 bytes of WIDTH streams as 16 vectors: word i of all of them in
 * w[i]. A transposition, done a square of WIDTH words at a time.
 */
INLINE void
NAME(load)(vec w[16], const uint8_t *const data[WIDTH], size_t at)
{
#pragma GCC unroll 16
	for (int square = 0; square < 16; square += WIDTH) {
		vec *r = w + square, a[WIDTH];

		for (int i = 0; i < WIDTH; i++)
			memcpy(&r[i], data[i] + at + 4 * square, sizeof *r);
#if WIDTH == 4
		for (int i = 0; i < 4; i += 2) {
			a[i] =
			    __builtin_shufflevector(r[i], r[i + 1], 0, 4, 1, 5);
			a[i + 1] =
			    __builtin_shufflevector(r[i], r[i + 1], 2, 6, 3, 7);
		}
		for (int i = 0; i < 2; i++) {
			r[2 * i] =
			    __builtin_shufflevector(a[i], a[i + 2], 0, 1, 4, 5);
			r[2 * i + 1] =
			    __builtin_shufflevector(a[i], a[i + 2], 2, 3, 6, 7);
		}
#else
		vec b[WIDTH];

		for (int i = 0; i < 8; i += 2) {
			a[i] = __builtin_shufflevector(
			    r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
			a[i + 1] = __builtin_shufflevector(
			    r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
		}
		for (int i = 0; i < 8; i += 4)
			for (int j = 0; j < 2; j++) {
				b[i + 2 * j] = __builtin_shufflevector(a[i + j],
				    a[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
				b[i + 2 * j + 1] = __builtin_shufflevector(
				    a[i + j], a[i + j + 2], 2, 3, 10, 11, 6, 7,
				    14, 15);
			}
		for (int i = 0; i < 4; i++) {
			r[i] = __builtin_shufflevector(
			    b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
			r[i + 4] = __builtin_shufflevector(
			    b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
		}
#endif
	}
}

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))
/* clang-format off */
#define SWAP(x) \
	((ROTATE(x, 8) & 0x00FF00FF) | (ROTATE(x, 24) & 0xFF00FF00))
/* clang-format on */
#define IS_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

/* WIDTH lanes, the first of which is `lane`. */
INLINE void
NAME(md4_part)(uint32_t state[4][LANES], const uint8_t *const data[LANES],
    size_t n, size_t lane)
{
	static const unsigned shift[3][4] = {
	    {3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
	static const uint32_t constant[3] = {0, 0x5A827999, 0x6ED9EBA1};
	static const unsigned word[3][16] = {
	    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	    {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15},
	    {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15}};
	vec s[4], w[16];

	for (int i = 0; i < 4; i++)
		memcpy(&s[i], state[i] + lane, sizeof s[i]);
	for (size_t at = 0; at < 64 * n; at += 64) {
		vec a = s[0], b = s[1], c = s[2], d = s[3];

		NAME(load)(w, data + lane, at);
#pragma GCC unroll 48
		for (unsigned i = 0; i < 48; i++) {
			unsigned round = i / 16;
			vec *now = &w[word[round][i % 16]];
			vec t = a + constant[round];

			if (i < 16 && IS_BIG_ENDIAN)
				*now = SWAP(*now);
			t += *now;
			if (round == 0)
				t += d ^ (b & (c ^ d));
			else if (round == 1)
				t += (b & (c ^ d)) + (c & d);
			else
				t += b ^ c ^ d;
			a = d;
			d = c;
			c = b;
			b = ROTATE(t, shift[round][i % 4]);
		}
		s[0] += a;
		s[1] += b;
		s[2] += c;
		s[3] += d;
	}
	for (int i = 0; i < 4; i++)
		memcpy(state[i] + lane, &s[i], sizeof s[i]);
}

INLINE void
NAME(sha1_part)(uint32_t state[5][LANES], const uint8_t *const data[LANES],
    size_t n, size_t lane)
{
	static const uint32_t constant[4] = {
	    0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6};
	vec s[5], w[16];

	for (int i = 0; i < 5; i++)
		memcpy(&s[i], state[i] + lane, sizeof s[i]);
	for (size_t at = 0; at < 64 * n; at += 64) {
		vec a = s[0], b = s[1], c = s[2], d = s[3], e = s[4];

		NAME(load)(w, data + lane, at);
#pragma GCC unroll 80
		for (unsigned i = 0; i < 80; i++) {
			unsigned round = i / 20;
			vec *now = &w[i % 16];
			vec t = e + constant[round] + ROTATE(a, 5);

			if (i < 16 && !IS_BIG_ENDIAN)
				*now = SWAP(*now);
			if (i >= 16) {
				*now ^= w[(i + 13) % 16] ^ w[(i + 8) % 16] ^
				    w[(i + 2) % 16];
				*now = ROTATE(*now, 1);
			}
			if (round == 0)
				t += d ^ (b & (c ^ d));
			else if (round == 2)
				t += (b & c) + (d & (b ^ c));
			else
				t += b ^ c ^ d;
			t += *now;
			e = d;
			d = c;
			c = ROTATE(b, 30);
			b = a;
			a = t;
		}
		s[0] += a;
		s[1] += b;
		s[2] += c;
		s[3] += d;
		s[4] += e;
	}
	for (int i = 0; i < 5; i++)
		memcpy(state[i] + lane, &s[i], sizeof s[i]);
}

TARGET static void
NAME(md4)(uint32_t state[4][LANES], const uint8_t *const data[LANES], size_t n)
{
	for (size_t lane = 0; lane < LANES; lane += WIDTH)
		NAME(md4_part)(state, data, n, lane);
}

TARGET static void
NAME(sha1)(uint32_t state[5][LANES], const uint8_t *const data[LANES], size_t n)
{
	for (size_t lane = 0; lane < LANES; lane += WIDTH)
		NAME(sha1_part)(state, data, n, lane);
}

#undef ROTATE
#undef SWAP
#undef IS_BIG_ENDIAN
#undef INLINE
#undef vec
#undef NAME
#undef TARGET
#undef WIDTH
