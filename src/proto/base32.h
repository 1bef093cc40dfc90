/*
 * Base32 as RFC 4648 has it, without padding: the text form of AICH roots.
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_BASE32_H
#define PROTO_BASE32_H

#include <stddef.h>
#include <stdint.h>

/* Characters that n bytes take; n is a multiple of 5. */
#define BASE32_LEN(n) ((n) / 5 * 8)

/*
 * Write n bytes as upper-case base32 and a NUL: out holds BASE32_LEN(n) + 1. n
 * is a multiple of 5, as for SHA-1, so that no digit is left over.
 */
void base32_encode(char *out, const uint8_t *in, size_t n);

#endif
