/*
 * What every unit test includes: cmocka, whose headers want to come in this
 * order, and hex for golden bytes.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/util.h"

#include <stdlib.h>
#include <string.h>

/* Read hex digits, with spaces anywhere, into out. Returns the bytes. */
static inline size_t
unhex(uint8_t *out, size_t cap, const char *hex)
{
	size_t n = 0;

	while (*hex) {
		if (*hex == ' ') {
			hex++;
			continue;
		}
		assert_true(n < cap);
		assert_true(hex_decode(out + n, hex, 1));
		n++;
		hex += 2;
	}
	return n;
}

/*
 * A copy of n bytes in a heap block of just that size, so that a sanitizer
 * sees a read or write past its end. For the caller to free.
 */
static inline void *
exact_copy(const void *bytes, size_t n)
{
	void *copy = malloc(n);

	assert_true(copy || n == 0);
	if (n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

/* Are these n bytes the ones in hex? */
static inline void
assert_hex(const uint8_t *bytes, size_t n, const char *hex)
{
	static uint8_t expected[1 << 20];
	size_t n_expected = unhex(expected, sizeof expected, hex);

	assert_int_equal(n, n_expected);
	assert_memory_equal(bytes, expected, n);
}

#endif
