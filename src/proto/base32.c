/*
 * Base32; see base32.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/base32.h"

void
base32_encode(char *out, const uint8_t *in, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (; n >= 5; n -= 5, in += 5) {
		uint64_t v = 0;

		for (size_t i = 0; i < 5; i++)
			v = v << 8 | in[i];
		for (unsigned shift = 40; shift > 0; shift -= 5)
			*out++ = digits[v >> (shift - 5) & 31];
	}
	*out = '\0';
}
