/*
 * MD4 and SHA-1 of several streams at once, one in each lane of the processor's
 * vectors. A single stream leaves most of a processor idle, for each step needs
 * the result of the one before; the parts of files are independent streams.
 *
 * OpenSSL stays the judge: no function is used that finds anything else. This
 * is plain C with the vector extensions of gcc and clang. x86-64 has it for
 * SSE2, AVX2 and AVX-512, other processors for what the compiler may use.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_LANES_H
#define INDEX_LANES_H

#include "base/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Streams at once, at most. */
#define LANES 8

/*
 * Hash n blocks of 64 bytes of each stream: data[i] begins those of stream i,
 * state[word][i] is its state before and after.
 */
typedef void lanes_function(
    uint32_t state[][LANES], const uint8_t *const data[LANES], size_t n);

enum lanes_hash {
	LANES_MD4,
	LANES_SHA1,
	LANES_N_HASHES
};

/* A way to hash. */
struct lanes {
	const char *name;
	lanes_function *function[LANES_N_HASHES];
	/*
	 * From so many streams on the function is faster than OpenSSL with one
	 * stream after the other. LANES + 1: it never is.
	 */
	size_t from[LANES_N_HASHES];
};

/* One stream after the other. */
extern const struct lanes lanes_openssl;

/* The nth way that this processor can go; false when there are no more. */
bool lanes_way(unsigned n, struct lanes *out);

/*
 * The fastest functions of all ways. Each is tried for less than a millisecond.
 * One that does not find what OpenSSL finds is left out, after a warning.
 */
void lanes_choose(struct lanes *out);

/* A stream: both hashes of the same bytes. */
struct lanes_stream {
	struct md4 *md4;
	struct sha1 *sha1;
	const uint8_t *data;
};

/*
 * Add n blocks of 64 bytes to each of 1 to LANES streams. What was added to
 * each before is a multiple of 64 bytes.
 */
void lanes_add(const struct lanes *way, const struct lanes_stream *streams,
    size_t n_streams, size_t n);

#endif
