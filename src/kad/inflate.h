/*
 * Unpacking what a datagram packed, without memory of the heap. Pure.
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_INFLATE_H
#define KAD_INFLATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The largest payload that we unpack: the largest one that we get has 521
 * bytes, and a datagram of 64 KiB could become 64 MiB.
 */
#define KAD_INFLATED_MAX 4096

/*
 * Unpack one whole RFC 1950 stream. Returns the length, 0 when it is damaged,
 * incomplete, empty or too long.
 */
size_t kad_inflate(
    const uint8_t *in, size_t len, uint8_t out[KAD_INFLATED_MAX]);

#endif
