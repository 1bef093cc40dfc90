/*
 * Packed payloads. Pure; zlib's memory, at most 270 KB, is free again when the
 * functions return, and does not depend on what a server sends.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_SERVER_PACK_H
#define ANNOUNCE_SERVER_PACK_H

#include <stddef.h>
#include <stdint.h>

/* Returns the length; 0 when it does not fit, or there is no memory. */
size_t server_pack(const uint8_t *in, size_t n, uint8_t *out, size_t cap);

/*
 * Unpack the beginning of a stream: what is there of n bytes, and of that what
 * fits. Returns the length; 0 when it is damaged or empty.
 */
size_t server_unpack(const uint8_t *in, size_t n, uint8_t *out, size_t cap);

#endif
