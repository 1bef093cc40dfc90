/*
 * Decimal numbers; see number.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/number.h"

#include <string.h>

bool
number_parse_bytes(
    const char *s, size_t n, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v))
			return false;
	if (n == 0 || v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool
number_parse(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	return number_parse_bytes(s, strlen(s), min, max, out);
}
