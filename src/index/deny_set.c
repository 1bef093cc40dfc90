/*
 * Ranges of addresses, merged and written; see deny_set.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/deny_set.h"

#include "base/util.h"

#include <stdlib.h>
#include <string.h>

static bool
list_add(struct ip_list *list, const struct ip_range *range)
{
	if (list->n == list->cap) {
		size_t cap = list->cap > 0 ? 2 * list->cap : 1024;
		struct ip_range *grown =
		    reallocarray(list->ranges, cap, sizeof *grown);

		if (!grown)
			return false;
		list->ranges = grown;
		list->cap = cap;
	}
	list->ranges[list->n++] = *range;
	return true;
}

static void
list_free(struct ip_list *list)
{
	free(list->ranges);
	*list = (struct ip_list){0};
}

bool
deny_set_add(struct deny_set *set, const struct ip_range *range, bool allow)
{
	enum ip_family family = ip_family_of(range->first);

	/* the file has 32 bits for their number */
	if (set->deny[family].n >= UINT32_MAX / 2 ||
	    set->allow[family].n >= UINT32_MAX / 2)
		return false;
	return list_add(
	    allow ? &set->allow[family] : &set->deny[family], range);
}

/* Add 1 or -1. False when that overflows. */
static bool
step(uint8_t out[IP_SIZE], const uint8_t in[IP_SIZE], int by)
{
	size_t i = IP_SIZE;

	memcpy(out, in, IP_SIZE);
	while (i-- > 0) {
		out[i] = (uint8_t)(out[i] + by);
		if (out[i] != (by > 0 ? 0x00 : 0xFF))
			return true;
	}
	return false;
}

static int
compare(const void *a, const void *b)
{
	const struct ip_range *ra = a, *rb = b;

	return memcmp(ra->first, rb->first, IP_SIZE);
}

/* Does b, which begins no earlier than a, overlap or continue it? */
static bool
touches(const struct ip_range *a, const struct ip_range *b)
{
	uint8_t next[IP_SIZE];

	return !step(next, a->last, 1) || memcmp(b->first, next, IP_SIZE) <= 0;
}

/* Sort, and merge ranges that overlap or are neighbours. */
static void
merge(struct ip_list *list)
{
	size_t n = 0;

	if (list->n == 0)
		return;
	qsort(list->ranges, list->n, sizeof list->ranges[0], compare);
	for (size_t i = 1; i < list->n; i++) {
		struct ip_range *kept = &list->ranges[n];
		const struct ip_range *r = &list->ranges[i];

		if (!touches(kept, r))
			list->ranges[++n] = *r;
		else if (memcmp(r->last, kept->last, IP_SIZE) > 0)
			memcpy(kept->last, r->last, IP_SIZE);
	}
	list->n = n + 1;
}

/*
 * Add to `out` what is left of r when the holes from *i on are cut out. Holes
 * are sorted and merged.
 */
static bool
cut_range(struct ip_list *out, struct ip_range r, const struct ip_list *holes,
    size_t *i)
{
	while (*i < holes->n &&
	    memcmp(holes->ranges[*i].last, r.first, IP_SIZE) < 0)
		++*i;
	/* the last hole may reach into the next range, so *i stays at it */
	for (; *i < holes->n; ++*i) {
		const struct ip_range *hole = &holes->ranges[*i];
		struct ip_range before = {0};

		if (memcmp(hole->first, r.last, IP_SIZE) > 0)
			break;
		if (memcmp(hole->first, r.first, IP_SIZE) > 0) {
			memcpy(before.first, r.first, IP_SIZE);
			step(before.last, hole->first, -1);
			if (!list_add(out, &before))
				return false;
		}
		if (memcmp(hole->last, r.last, IP_SIZE) >= 0)
			return true;
		step(r.first, hole->last, 1);
	}
	return list_add(out, &r);
}

static bool
cut(struct ip_list *list, const struct ip_list *holes)
{
	struct ip_list out = {0};
	size_t hole = 0;

	if (holes->n == 0)
		return true;
	for (size_t i = 0; i < list->n; i++) {
		if (!cut_range(&out, list->ranges[i], holes, &hole)) {
			list_free(&out);
			return false;
		}
	}
	list_free(list);
	*list = out;
	return true;
}

bool
deny_set_compile(struct deny_set *set)
{
	for (size_t i = 0; i < IP_FAMILIES; i++) {
		merge(&set->deny[i]);
		merge(&set->allow[i]);
		if (!cut(&set->deny[i], &set->allow[i]))
			return false;
		list_free(&set->allow[i]);
	}
	return true;
}

static uint64_t
ipv4_number(const uint8_t address[IP_SIZE])
{
	return (uint64_t)address[12] << 24 | (uint64_t)address[13] << 16 |
	    (uint64_t)address[14] << 8 | address[15];
}

uint64_t
deny_set_ipv4_count(const struct deny_set *set)
{
	const struct ip_list *list = &set->deny[IP_V4];
	uint64_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		n += ipv4_number(list->ranges[i].last) -
		    ipv4_number(list->ranges[i].first) + 1;
	return n;
}

/* Fill block `index` of a family. */
static void
put_ranges(uint8_t block[DENY_LIST_BLOCK], enum ip_family family,
    const struct ip_list *list, uint64_t index)
{
	size_t width = deny_list_width(family),
	       per = deny_list_per_block(family);
	size_t begin = (size_t)index * per;
	size_t n = min_size(per, list->n - begin);

	memset(block, 0, DENY_LIST_BLOCK);
	for (size_t i = 0; i < n; i++) {
		const struct ip_range *r = &list->ranges[begin + i];

		memcpy(block, r->first + IP_SIZE - width, width);
		memcpy(block + width, r->last + IP_SIZE - width, width);
		block += 2 * width;
	}
}

/* Write all blocks with ranges; without `write`, only compute their id. */
static bool
write_ranges(const struct deny_set *set, const struct deny_list_header *h,
    deny_list_write *write, void *ctx, uint64_t *id)
{
	uint8_t block[DENY_LIST_BLOCK];
	uint64_t number = 1;

	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		uint64_t n = deny_list_blocks(family, h->n[family]);

		for (uint64_t i = 0; i < n; i++, number++) {
			put_ranges(block, family, &set->deny[family], i);
			if (id)
				*id = deny_list_checksum(block, number, *id);
			if (!write)
				continue;
			deny_list_seal(block, number, h->id);
			if (!write(ctx, block))
				return false;
		}
	}
	return true;
}

bool
deny_set_write(const struct deny_set *set, deny_list_write *write, void *ctx)
{
	uint8_t block[DENY_LIST_BLOCK];
	struct deny_list_header h = {.version = DENY_LIST_VERSION,
	    .n = {(uint32_t)set->deny[IP_V4].n, (uint32_t)set->deny[IP_V6].n}};

	write_ranges(set, &h, NULL, NULL, &h.id);
	deny_list_put_header(block, &h);
	return write(ctx, block) && write_ranges(set, &h, write, ctx, NULL);
}

void
deny_set_free(struct deny_set *set)
{
	for (size_t i = 0; i < IP_FAMILIES; i++) {
		list_free(&set->deny[i]);
		list_free(&set->allow[i]);
	}
}
