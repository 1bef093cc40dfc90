/*
 * The bytes of the sample files whose hashes the golden frames have, of any
 * length: cells of 64 KiB, byte i of each is (7 * i + (i >> 8)) & 255, but its
 * first four are the number of the cell.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "harness.h"

#define SAMPLE_F1_SIZE 300000
#define SAMPLE_F1_HASH "a2096cf32831bc0ecc582ee00997a7ab"
#define SAMPLE_F1_ROOT "84d24781c59911276c7ebe7296b485755144567d"

#define SAMPLE_F2_SIZE 10000000
#define SAMPLE_F2_HASH "849c68a9fa74b2935d64d0920661584a"
#define SAMPLE_F2_ROOT "4bae0763db1b7270832d495a23572e182aea63d6"
#define SAMPLE_F2_AICH_PARTS                                                   \
	"3e4e74810cb6a0a457354869b782887ebc0ea3b2"                             \
	"5dc2bf597f91860cdfa64edc0254a4111d0b6aee"

/* What OP_AICHANSWER has behind the root for part 1 of F2. */
#define SAMPLE_F2_RECOVERY_1                                                   \
	"0300"                                                                 \
	"0300 3e4e74810cb6a0a457354869b782887ebc0ea3b2"                        \
	"0500 7af2d3e79a7e05b3f5aa505d1ace44dc9709d9c2"                        \
	"0400 ed86aa91f2653c4a17161c756cefee9be1080aae"                        \
	"0000"

/* n bytes from offset on. */
static inline void
sample_fill(uint8_t *out, uint64_t offset, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		uint64_t at = offset + k, i = at & 0xFFFF, cell = at >> 16;

		out[k] = (uint8_t)(i < 4 ? cell >> (8 * i) : 7 * i + (i >> 8));
	}
}

/* The first n bytes in a heap block, for the caller to free. */
static inline uint8_t *
sample_bytes(size_t n)
{
	uint8_t *out = malloc(n);

	assert_non_null(out);
	sample_fill(out, 0, n);
	return out;
}

#endif
