/*
 * SHA-1 (FIPS 180-4), the digest that AICH hashes are made of. Not OpenSSL's:
 * recovery data is asked for in mid-connection, when the process is in its
 * sandbox and can load no library any more.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_SHA1_H
#define SERVE_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20

void sha1(uint8_t out[SHA1_SIZE], const void *data, size_t n);

#endif
