/*
 * Bounded little-endian fields; see cursor.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/cursor.h"

#include <string.h>

struct reader
reader_of(const void *data, size_t len)
{
	return (struct reader){.data = data, .len = len};
}

struct writer
writer_of(void *data, size_t cap)
{
	return (struct writer){.data = data, .cap = cap};
}

size_t
reader_left(const struct reader *r)
{
	return r->bad ? 0 : r->len - r->pos;
}

const uint8_t *
get_slice(struct reader *r, size_t n)
{
	const uint8_t *p;

	if (r->bad || n > r->len - r->pos) {
		r->bad = true;
		return NULL;
	}
	p = r->data + r->pos;
	r->pos += n;
	return p;
}

/* An n-byte little-endian number, n at most 8. */
static uint64_t
get_le(struct reader *r, size_t n)
{
	const uint8_t *p = get_slice(r, n);
	uint64_t v = 0;

	for (size_t i = 0; p && i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

uint8_t
get_u8(struct reader *r)
{
	return (uint8_t)get_le(r, 1);
}

uint16_t
get_u16(struct reader *r)
{
	return (uint16_t)get_le(r, 2);
}

uint32_t
get_u32(struct reader *r)
{
	return (uint32_t)get_le(r, 4);
}

uint64_t
get_u64(struct reader *r)
{
	return get_le(r, 8);
}

void
get_bytes(struct reader *r, void *out, size_t n)
{
	const uint8_t *p = get_slice(r, n);

	if (p)
		memcpy(out, p, n);
	else
		memset(out, 0, n);
}

uint8_t *
put_slice(struct writer *w, size_t n)
{
	uint8_t *p;

	if (w->bad || n > w->cap - w->pos) {
		w->bad = true;
		return NULL;
	}
	p = w->data + w->pos;
	w->pos += n;
	return p;
}

static void
put_le(struct writer *w, uint64_t v, size_t n)
{
	uint8_t *p = put_slice(w, n);

	for (size_t i = 0; p && i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

void
put_u8(struct writer *w, uint8_t v)
{
	put_le(w, v, 1);
}

void
put_u16(struct writer *w, uint16_t v)
{
	put_le(w, v, 2);
}

void
put_u32(struct writer *w, uint32_t v)
{
	put_le(w, v, 4);
}

void
put_u64(struct writer *w, uint64_t v)
{
	put_le(w, v, 8);
}

void
put_bytes(struct writer *w, const void *in, size_t n)
{
	uint8_t *p = put_slice(w, n);

	if (p && n > 0)
		memcpy(p, in, n);
}
