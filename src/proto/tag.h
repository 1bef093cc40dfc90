/*
 * Tags: the typed, named values in hello messages.
 *
 *   old form    u8 type, u16 name length, name, value
 *   short form  u8 type | 0x80, u8 id, value
 *
 * We read both. We write only the old form, with types string and u32, which
 * all clients can read, and u8 where MLDonkey wants it.
 * Source: aMule Tag.cpp, eMule Packets.cpp, MLDonkey donkeyMftp.ml.
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_TAG_H
#define PROTO_TAG_H

#include "proto/cursor.h"

#include <stdint.h>

struct tag {
	uint8_t id; /* 0 when the name is not one byte: unknown */
	enum {
		TAG_NUMBER, /* u8, u16, u32, u64, bool */
		TAG_STRING,
		TAG_OTHER, /* skipped */
	} kind;
	uint64_t number;
	const uint8_t *string; /* borrowed from the reader; not terminated */
	size_t string_len;
};

enum tag_result {
	TAG_OK,
	TAG_BAD,     /* the bytes end inside the tag */
	TAG_UNKNOWN, /* of unknown length: what follows cannot be read */
};

enum tag_result tag_next(struct reader *r, struct tag *out);

void put_tag_string(struct writer *w, uint8_t id, const char *s);
void put_tag_u8(struct writer *w, uint8_t id, uint8_t v);
void put_tag_u32(struct writer *w, uint8_t id, uint32_t v);

#endif
