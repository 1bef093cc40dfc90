/*
 * The compiled list of denied addresses; see deny_list.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/deny_list.h"

#include "base/address.h"
#include "base/util.h"
#include "proto/cursor.h"

#include <endian.h>
#include <string.h>

enum ip_family
ip_family_of(const uint8_t address[IP_SIZE])
{
	return address_is_ipv4(address) ? IP_V4 : IP_V6;
}

size_t
deny_list_width(enum ip_family family)
{
	return family == IP_V4 ? 4 : IP_SIZE;
}

size_t
deny_list_per_block(enum ip_family family)
{
	return DENY_LIST_PAYLOAD / (2 * deny_list_width(family));
}

uint64_t
deny_list_blocks(enum ip_family family, uint32_t n)
{
	size_t per_block = deny_list_per_block(family);

	return ((uint64_t)n + per_block - 1) / per_block;
}

uint64_t
deny_list_file_size(const struct deny_list_header *h)
{
	return (1 + deny_list_blocks(IP_V4, h->n[IP_V4]) +
		   deny_list_blocks(IP_V6, h->n[IP_V6])) *
	    DENY_LIST_BLOCK;
}

static uint64_t
load_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

/*
 * One step of FNV-1a, for 64 bits at once. Different words give different sums.
 * The shift mixes the upper bits into the lower ones, which the product does
 * not.
 */
static uint64_t
mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * UINT64_C(0x100000001B3);
	return sum ^ sum >> 32;
}

uint64_t
deny_list_checksum(
    const uint8_t payload[DENY_LIST_PAYLOAD], uint64_t number, uint64_t id)
{
	uint64_t sum = UINT64_C(0xCBF29CE484222325);

	sum = mix(mix(sum, number), id);
	for (size_t i = 0; i < DENY_LIST_PAYLOAD; i += 8)
		sum = mix(sum, load_u64(payload + i));
	return sum;
}

void
deny_list_seal(uint8_t block[DENY_LIST_BLOCK], uint64_t number, uint64_t id)
{
	struct writer w = writer_of(block + DENY_LIST_PAYLOAD, 8);

	put_u64(&w, deny_list_checksum(block, number, id));
}

static bool
is_sealed(const uint8_t block[DENY_LIST_BLOCK], uint64_t number, uint64_t id)
{
	return load_u64(block + DENY_LIST_PAYLOAD) ==
	    deny_list_checksum(block, number, id);
}

void
deny_list_put_header(
    uint8_t block[DENY_LIST_BLOCK], const struct deny_list_header *h)
{
	struct writer w = writer_of(block, DENY_LIST_PAYLOAD);

	memset(block, 0, DENY_LIST_BLOCK);
	put_bytes(&w, DENY_LIST_MAGIC, DENY_LIST_MAGIC_SIZE);
	put_u32(&w, h->version);
	put_u32(&w, h->n[IP_V4]);
	put_u32(&w, h->n[IP_V6]);
	put_u32(&w, 0);
	put_u64(&w, h->id);
	deny_list_seal(block, 0, 0);
}

struct search {
	deny_list_read *read;
	void *ctx;
	struct deny_list_header header;
	uint8_t block[DENY_LIST_BLOCK];
};

/* DENY_LIST_ABSENT when the header is good. */
static enum deny_list_result
read_header(struct search *s, uint64_t size)
{
	struct reader r = reader_of(s->block + DENY_LIST_MAGIC_SIZE,
	    DENY_LIST_BLOCK - DENY_LIST_MAGIC_SIZE);

	if (size < DENY_LIST_BLOCK)
		return DENY_LIST_FOREIGN;
	if (!s->read(s->ctx, 0, s->block))
		return DENY_LIST_UNREADABLE;
	if (memcmp(s->block, DENY_LIST_MAGIC, DENY_LIST_MAGIC_SIZE) != 0)
		return DENY_LIST_FOREIGN;
	s->header.version = get_u32(&r);
	if (s->header.version != DENY_LIST_VERSION)
		return DENY_LIST_VERSION_UNKNOWN;
	s->header.n[IP_V4] = get_u32(&r);
	s->header.n[IP_V6] = get_u32(&r);
	get_u32(&r);
	s->header.id = get_u64(&r);
	if (!is_sealed(s->block, 0, 0) ||
	    deny_list_file_size(&s->header) != size)
		return DENY_LIST_DAMAGED;
	return DENY_LIST_ABSENT;
}

/* Is the key in one of n ranges? All addresses have `width` bytes. */
static bool
is_in_block(const uint8_t *ranges, size_t n, size_t width, const uint8_t *key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const uint8_t *range = ranges + middle * 2 * width;

		if (memcmp(key, range, width) < 0)
			high = middle;
		else if (memcmp(key, range + width, width) > 0)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

/* Search the blocks of one family, of which `begin` is the first. */
static enum deny_list_result
search_blocks(
    struct search *s, enum ip_family family, uint64_t begin, const uint8_t *key)
{
	size_t width = deny_list_width(family);
	size_t per_block = deny_list_per_block(family);
	uint32_t n = s->header.n[family];
	uint64_t low = 0, high = deny_list_blocks(family, n);

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		/* at least one, or this block would not exist */
		size_t n_here =
		    (size_t)min_u64(per_block, n - middle * per_block);
		const uint8_t *last = s->block + (2 * n_here - 1) * width;

		if (!s->read(s->ctx, begin + middle, s->block))
			return DENY_LIST_UNREADABLE;
		if (!is_sealed(s->block, begin + middle, s->header.id))
			return DENY_LIST_DAMAGED;
		if (memcmp(key, s->block, width) < 0)
			high = middle;
		else if (memcmp(key, last, width) > 0)
			low = middle + 1;
		else
			return is_in_block(s->block, n_here, width, key)
			    ? DENY_LIST_PRESENT
			    : DENY_LIST_ABSENT;
	}
	return DENY_LIST_ABSENT;
}

enum deny_list_result
deny_list_search(deny_list_read *read, void *ctx, uint64_t size,
    const uint8_t address[IP_SIZE])
{
	struct search s = {.read = read, .ctx = ctx};
	enum ip_family family = ip_family_of(address);
	enum deny_list_result res = read_header(&s, size);
	uint64_t begin = 1;

	if (res != DENY_LIST_ABSENT)
		return res;
	if (family == IP_V6)
		begin += deny_list_blocks(IP_V4, s.header.n[IP_V4]);
	return search_blocks(
	    &s, family, begin, address + IP_SIZE - deny_list_width(family));
}
