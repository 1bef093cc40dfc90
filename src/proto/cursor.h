/*
 * Reading and writing little-endian fields with one sticky error: read all
 * fields, then check `bad` once. After the first failure nothing moves, reads
 * return zeros and writes do nothing, so no caller can act on half a field.
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_CURSOR_H
#define PROTO_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *data; /* borrowed */
	size_t len, pos;
	bool bad;
};

struct writer {
	uint8_t *data; /* borrowed */
	size_t cap, pos;
	bool bad;
};

struct reader reader_of(const void *data, size_t len);
struct writer writer_of(void *data, size_t cap);

/* Bytes left; 0 once bad. */
size_t reader_left(const struct reader *r);

uint8_t get_u8(struct reader *r);
uint16_t get_u16(struct reader *r);
uint32_t get_u32(struct reader *r);
uint64_t get_u64(struct reader *r);

/* Copy n bytes to out. When there are fewer, zero it and set bad. */
void get_bytes(struct reader *r, void *out, size_t n);

/* Skip n bytes and return where they begin; or set bad and return NULL. */
const uint8_t *get_slice(struct reader *r, size_t n);

void put_u8(struct writer *w, uint8_t v);
void put_u16(struct writer *w, uint16_t v);
void put_u32(struct writer *w, uint32_t v);
void put_u64(struct writer *w, uint64_t v);
void put_bytes(struct writer *w, const void *in, size_t n);

/* Skip n bytes, for the caller to fill; or set bad and return NULL. */
uint8_t *put_slice(struct writer *w, size_t n);

#endif
