/*
 * Packed payloads; see pack.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/server/pack.h"

#include <zlib.h>

size_t
server_pack(const uint8_t *in, size_t n, uint8_t *out, size_t cap)
{
	uLongf len = cap;

	return compress2(out, &len, in, n, Z_BEST_COMPRESSION) == Z_OK ? len
								       : 0;
}

size_t
server_unpack(const uint8_t *in, size_t n, uint8_t *out, size_t cap)
{
	z_stream z = {0};
	int result;

	if (inflateInit(&z) != Z_OK)
		return 0;
	z.next_in = (z_const Bytef *)(uintptr_t)in;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)cap;
	result = inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	return result == Z_OK || result == Z_STREAM_END ? cap - z.avail_out : 0;
}
