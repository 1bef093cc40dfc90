/*
 * Unpacking; see inflate.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/inflate.h"

#include <stdalign.h>
#include <zlib.h>

/*
 * What zlib asks for at the start is 7 KiB. It asks for a window of 32 KiB when
 * the output does not fit, and then is told that there is none.
 */
struct arena {
	alignas(max_align_t) uint8_t bytes[16384];
	size_t used;
};

static voidpf
take(voidpf opaque, uInt items, uInt size)
{
	struct arena *arena = opaque;
	size_t align = alignof(max_align_t);
	size_t n = ((size_t)items * size + align - 1) / align * align;
	uint8_t *p = arena->bytes + arena->used;

	if (n > sizeof arena->bytes - arena->used)
		return Z_NULL;
	arena->used += n;
	return p;
}

static void
leave(voidpf opaque, voidpf address)
{
	(void)opaque;
	(void)address;
}

size_t
kad_inflate(const uint8_t *in, size_t len, uint8_t out[KAD_INFLATED_MAX])
{
	struct arena arena = {.used = 0};
	z_stream z = {.zalloc = take, .zfree = leave, .opaque = &arena};
	int result;

	if (len > UINT16_MAX || inflateInit(&z) != Z_OK)
		return 0;
	z.next_in = (z_const Bytef *)(uintptr_t)in;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = KAD_INFLATED_MAX;
	result = inflate(&z, Z_FINISH);
	return result == Z_STREAM_END && z.avail_in == 0
	    ? KAD_INFLATED_MAX - z.avail_out
	    : 0;
}
