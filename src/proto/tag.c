/*
 * Tags; see tag.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/tag.h"

#include <string.h>

enum tag_type {
	TYPE_HASH = 0x01,
	TYPE_STRING = 0x02,
	TYPE_U32 = 0x03,
	TYPE_FLOAT = 0x04,
	TYPE_BOOL = 0x05,
	TYPE_BOOL_ARRAY = 0x06,
	TYPE_BLOB = 0x07,
	TYPE_U16 = 0x08,
	TYPE_U8 = 0x09,
	TYPE_SHORT_BLOB = 0x0A,
	TYPE_U64 = 0x0B,
	TYPE_STRING_1 = 0x11, /* a string of 1 byte, without a length field */
	TYPE_STRING_16 = 0x20,
};

static void
get_string(struct reader *r, struct tag *out, size_t len)
{
	out->kind = TAG_STRING;
	out->string = get_slice(r, len);
	out->string_len = out->string ? len : 0;
}

static void
get_number(struct reader *r, struct tag *out, size_t width)
{
	out->kind = TAG_NUMBER;
	out->number = width == 1 ? get_u8(r)
	    : width == 2         ? get_u16(r)
	    : width == 4         ? get_u32(r)
				 : get_u64(r);
}

enum tag_result
tag_next(struct reader *r, struct tag *out)
{
	uint8_t type = get_u8(r);

	memset(out, 0, sizeof *out);
	out->kind = TAG_OTHER;
	if (type & 0x80) {
		type &= 0x7F;
		out->id = get_u8(r);
	} else {
		uint16_t len = get_u16(r);
		const uint8_t *name = get_slice(r, len);

		out->id = name && len == 1 ? name[0] : 0;
	}
	switch (type) {
	case TYPE_STRING:
		get_string(r, out, get_u16(r));
		break;
	case TYPE_BOOL:
	case TYPE_U8:
		get_number(r, out, 1);
		break;
	case TYPE_U16:
		get_number(r, out, 2);
		break;
	case TYPE_U32:
		get_number(r, out, 4);
		break;
	case TYPE_U64:
		get_number(r, out, 8);
		break;
	case TYPE_HASH:
		get_slice(r, 16);
		break;
	case TYPE_FLOAT:
		get_slice(r, 4);
		break;
	case TYPE_BOOL_ARRAY:
		/* n / 8 + 1 bytes for multiples of 8, too, as others read it */
		get_slice(r, (size_t)get_u16(r) / 8 + 1);
		break;
	case TYPE_BLOB:
		get_slice(r, get_u32(r));
		break;
	case TYPE_SHORT_BLOB:
		get_slice(r, get_u8(r));
		break;
	default:
		if (type >= TYPE_STRING_1 && type <= TYPE_STRING_16)
			get_string(r, out, (size_t)type - TYPE_STRING_1 + 1);
		else
			return r->bad ? TAG_BAD : TAG_UNKNOWN;
		break;
	}
	return r->bad ? TAG_BAD : TAG_OK;
}

static void
put_tag_head(struct writer *w, uint8_t type, uint8_t id)
{
	put_u8(w, type);
	put_u16(w, 1);
	put_u8(w, id);
}

void
put_tag_string(struct writer *w, uint8_t id, const char *s)
{
	size_t len = strlen(s);

	put_tag_head(w, TYPE_STRING, id);
	if (len > UINT16_MAX) {
		w->bad = true;
		return;
	}
	put_u16(w, (uint16_t)len);
	put_bytes(w, s, len);
}

void
put_tag_u8(struct writer *w, uint8_t id, uint8_t v)
{
	put_tag_head(w, TYPE_U8, id);
	put_u8(w, v);
}

void
put_tag_u32(struct writer *w, uint8_t id, uint32_t v)
{
	put_tag_head(w, TYPE_U32, id);
	put_u32(w, v);
}
