/*
 * What every fuzz target includes. A target is LLVMFuzzerTestOneInput: libFuzzer
 * calls it with inputs that it makes up (make fuzz), replay.c with those of the
 * corpus (make check). It says what must hold for every input there is.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* End the program, which is how a find is told, unless this holds. */
#define must(x) ((x) ? (void)0 : must_failed(__FILE__, __LINE__, #x))

static inline _Noreturn void
must_failed(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: must hold: %s\n", file, line, what);
	abort();
}

/*
 * A copy of n bytes in a heap block of just that size, so that a sanitizer
 * sees a read or write past its end. For the caller to free.
 */
static inline void *
exact_copy(const void *bytes, size_t n)
{
	void *copy = malloc(n);

	must(copy || n == 0);
	if (n > 0)
		memcpy(copy, bytes, n);
	return copy;
}

#endif
