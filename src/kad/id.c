/*
 * Kad ids; see id.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/id.h"

static uint64_t
big_endian(const uint8_t bytes[8])
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | bytes[i];
	return v;
}

struct kad_id
kad_id_of_hash(const uint8_t hash[HASH_SIZE])
{
	return (struct kad_id){big_endian(hash), big_endian(hash + 8)};
}

void
kad_id_to_hash(struct kad_id id, uint8_t hash[HASH_SIZE])
{
	for (int i = 0; i < 8; i++) {
		hash[i] = (uint8_t)(id.high >> (56 - 8 * i));
		hash[8 + i] = (uint8_t)(id.low >> (56 - 8 * i));
	}
}

static uint64_t
get_words(struct reader *r)
{
	uint64_t high = get_u32(r);

	return high << 32 | get_u32(r);
}

struct kad_id
kad_get_id(struct reader *r)
{
	uint64_t high = get_words(r);

	return (struct kad_id){high, get_words(r)};
}

void
kad_put_id(struct writer *w, struct kad_id id)
{
	put_u32(w, (uint32_t)(id.high >> 32));
	put_u32(w, (uint32_t)id.high);
	put_u32(w, (uint32_t)(id.low >> 32));
	put_u32(w, (uint32_t)id.low);
}
