/*
 * The compiled list of denied addresses; see ipfilter.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/ipfilter.h"

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
ipfilter_width(enum ip_family family)
{
	return family == IP_V4 ? 4 : IP_SIZE;
}

size_t
ipfilter_per_block(enum ip_family family)
{
	return IPFILTER_PAYLOAD / (2 * ipfilter_width(family));
}

uint64_t
ipfilter_blocks(enum ip_family family, uint32_t n)
{
	size_t per_block = ipfilter_per_block(family);

	return ((uint64_t)n + per_block - 1) / per_block;
}

uint64_t
ipfilter_file_size(const struct ipfilter_header *h)
{
	return (1 + ipfilter_blocks(IP_V4, h->n[IP_V4]) +
		   ipfilter_blocks(IP_V6, h->n[IP_V6])) *
	    IPFILTER_BLOCK;
}

static uint64_t
load_u64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

/*
 * One step of FNV-1a, over 64 bits at once. Different words lead to different
 * sums, and the shift brings the upper bits down, where the product would
 * leave them on top.
 */
static uint64_t
mix(uint64_t sum, uint64_t word)
{
	sum = (sum ^ word) * UINT64_C(0x100000001B3);
	return sum ^ sum >> 32;
}

uint64_t
ipfilter_checksum(
    const uint8_t payload[IPFILTER_PAYLOAD], uint64_t number, uint64_t id)
{
	uint64_t sum = UINT64_C(0xCBF29CE484222325);

	sum = mix(mix(sum, number), id);
	for (size_t i = 0; i < IPFILTER_PAYLOAD; i += 8)
		sum = mix(sum, load_u64(payload + i));
	return sum;
}

void
ipfilter_seal(uint8_t block[IPFILTER_BLOCK], uint64_t number, uint64_t id)
{
	struct writer w = writer_of(block + IPFILTER_PAYLOAD, 8);

	put_u64(&w, ipfilter_checksum(block, number, id));
}

static bool
is_sealed(const uint8_t block[IPFILTER_BLOCK], uint64_t number, uint64_t id)
{
	return load_u64(block + IPFILTER_PAYLOAD) ==
	    ipfilter_checksum(block, number, id);
}

void
ipfilter_put_header(
    uint8_t block[IPFILTER_BLOCK], const struct ipfilter_header *h)
{
	struct writer w = writer_of(block, IPFILTER_PAYLOAD);

	memset(block, 0, IPFILTER_BLOCK);
	put_bytes(&w, IPFILTER_MAGIC, IPFILTER_MAGIC_SIZE);
	put_u32(&w, h->version);
	put_u32(&w, h->n[IP_V4]);
	put_u32(&w, h->n[IP_V6]);
	put_u32(&w, 0);
	put_u64(&w, h->id);
	ipfilter_seal(block, 0, 0);
}

struct search {
	ipfilter_read *read;
	void *ctx;
	struct ipfilter_header header;
	uint8_t block[IPFILTER_BLOCK];
};

/* IPFILTER_ABSENT if all is well. */
static enum ipfilter_result
read_header(struct search *s, uint64_t size)
{
	struct reader r = reader_of(s->block + IPFILTER_MAGIC_SIZE,
	    IPFILTER_BLOCK - IPFILTER_MAGIC_SIZE);

	if (size < IPFILTER_BLOCK)
		return IPFILTER_FOREIGN;
	if (!s->read(s->ctx, 0, s->block))
		return IPFILTER_UNREADABLE;
	if (memcmp(s->block, IPFILTER_MAGIC, IPFILTER_MAGIC_SIZE) != 0)
		return IPFILTER_FOREIGN;
	s->header.version = get_u32(&r);
	if (s->header.version != IPFILTER_VERSION)
		return IPFILTER_VERSION_UNKNOWN;
	s->header.n[IP_V4] = get_u32(&r);
	s->header.n[IP_V6] = get_u32(&r);
	get_u32(&r);
	s->header.id = get_u64(&r);
	if (!is_sealed(s->block, 0, 0) ||
	    ipfilter_file_size(&s->header) != size)
		return IPFILTER_DAMAGED;
	return IPFILTER_ABSENT;
}

/* Is the key within one of n ranges of keys as wide? */
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

/* Look through the blocks of one family, of which `begin` is the first. */
static enum ipfilter_result
search_blocks(
    struct search *s, enum ip_family family, uint64_t begin, const uint8_t *key)
{
	size_t width = ipfilter_width(family);
	size_t per_block = ipfilter_per_block(family);
	uint32_t n = s->header.n[family];
	uint64_t low = 0, high = ipfilter_blocks(family, n);

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		/* at least one, or there would be no such block */
		size_t n_here =
		    (size_t)min_u64(per_block, n - middle * per_block);
		const uint8_t *last = s->block + (2 * n_here - 1) * width;

		if (!s->read(s->ctx, begin + middle, s->block))
			return IPFILTER_UNREADABLE;
		if (!is_sealed(s->block, begin + middle, s->header.id))
			return IPFILTER_DAMAGED;
		if (memcmp(key, s->block, width) < 0)
			high = middle;
		else if (memcmp(key, last, width) > 0)
			low = middle + 1;
		else
			return is_in_block(s->block, n_here, width, key)
			    ? IPFILTER_PRESENT
			    : IPFILTER_ABSENT;
	}
	return IPFILTER_ABSENT;
}

enum ipfilter_result
ipfilter_search(ipfilter_read *read, void *ctx, uint64_t size,
    const uint8_t address[IP_SIZE])
{
	struct search s = {.read = read, .ctx = ctx};
	enum ip_family family = ip_family_of(address);
	enum ipfilter_result res = read_header(&s, size);
	uint64_t begin = 1;

	if (res != IPFILTER_ABSENT)
		return res;
	if (family == IP_V6)
		begin += ipfilter_blocks(IP_V4, s.header.n[IP_V4]);
	return search_blocks(
	    &s, family, begin, address + IP_SIZE - ipfilter_width(family));
}
