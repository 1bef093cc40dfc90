/*
 * index/deny_set.h and store/deny_list.h: a compiled list says of every
 * address what its ranges say one by one; with changed bytes it says that or
 * that it is damaged; and whatever it says, nothing is read outside of it.
 *
 * Input: ranges until one of kind STOP; then changes to the list, each of u8
 * block, u16 offset, u8 bits to turn.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "base/util.h"
#include "proto/cursor.h"
#include "index/deny_set.h"

#define RANGES_MAX 2048
#define PROBES_MAX 32

enum kind {
	DENY,  /* u16 from, u16 to */
	ALLOW, /* the same */
	MANY,  /* u16 from, u8 count: denies every other address */
	STOP,
};

static struct {
	struct ip_range range;
	bool allow;
} ranges[RANGES_MAX];
static size_t n_ranges;
static struct deny_set set;

/* What the file is worth. */
enum trust {
	INTACT,
	DAMAGED, /* by accident, which its checksums tell */
	SEALED,  /* by somebody who made new ones */
};

/* The file. */
struct list {
	uint8_t *bytes;
	size_t size;
	unsigned n_reads;
};

/* One of 65,536 addresses at the low or the high end of either family. */
static void
make_address(uint8_t out[IP_SIZE], unsigned where, uint16_t low)
{
	memset(out, where & 1 ? 0xFF : 0x00, IP_SIZE);
	if (where & 2) {
		memset(out, 0x00, 10);
		memset(out + 10, 0xFF, 2);
	}
	out[14] = (uint8_t)(low >> 8);
	out[15] = (uint8_t)low;
}

static void
add(unsigned where, uint16_t from, uint16_t to, bool allow)
{
	struct ip_range *r;

	if (n_ranges == RANGES_MAX)
		return;
	ranges[n_ranges].allow = allow;
	r = &ranges[n_ranges++].range;
	make_address(r->first, where, from < to ? from : to);
	make_address(r->last, where, from < to ? to : from);
	must(deny_set_add(&set, r, allow));
}

static void
read_ranges(struct reader *r)
{
	n_ranges = 0;
	while (reader_left(r) > 0) {
		uint8_t op = get_u8(r);
		unsigned where = op >> 2;
		uint16_t from = get_u16(r);

		switch ((enum kind)(op & 3)) {
		case DENY:
		case ALLOW:
			add(where, from, get_u16(r), (op & 3) == ALLOW);
			break;
		case MANY:
			for (unsigned n = get_u8(r); n > 0; n--, from += 2)
				add(where, from, from, false);
			break;
		case STOP:
			return;
		}
	}
}

/* What the ranges say, one by one. */
static bool
is_denied(const uint8_t address[IP_SIZE])
{
	bool denied = false;

	for (size_t i = 0; i < n_ranges; i++) {
		const struct ip_range *r = &ranges[i].range;

		if (memcmp(address, r->first, IP_SIZE) < 0 ||
		    memcmp(address, r->last, IP_SIZE) > 0)
			continue;
		if (ranges[i].allow)
			return false;
		denied = true;
	}
	return denied;
}

static bool
append(void *ctx, const uint8_t block[DENY_LIST_BLOCK])
{
	struct list *l = ctx;

	l->bytes = realloc(l->bytes, l->size + DENY_LIST_BLOCK);
	must(l->bytes);
	memcpy(l->bytes + l->size, block, DENY_LIST_BLOCK);
	l->size += DENY_LIST_BLOCK;
	return true;
}

static bool
read_block(void *ctx, uint64_t number, uint8_t block[DENY_LIST_BLOCK])
{
	struct list *l = ctx;

	must(number < l->size / DENY_LIST_BLOCK && ++l->n_reads <= 34);
	memcpy(block, l->bytes + number * DENY_LIST_BLOCK, DENY_LIST_BLOCK);
	return true;
}

static enum deny_list_result
search(struct list *l, const uint8_t address[IP_SIZE])
{
	l->n_reads = 0;
	return deny_list_search(read_block, l, l->size, address);
}

/* Look up this address and the two behind it. */
static void
look_up(struct list *l, const uint8_t at[IP_SIZE], enum trust trust)
{
	uint8_t address[IP_SIZE];

	memcpy(address, at, IP_SIZE);
	for (int i = 0; i < 3; i++, address[15]++) {
		enum deny_list_result res = search(l, address);

		must(res != DENY_LIST_UNREADABLE);
		if (trust == SEALED ||
		    (trust == DAMAGED && res > DENY_LIST_PRESENT))
			continue;
		must(res ==
		    (is_denied(address) ? DENY_LIST_PRESENT
					: DENY_LIST_ABSENT));
	}
}

/* Look up around both ends of ranges, of many only some. */
static void
look_up_all(struct list *l, enum trust trust)
{
	for (size_t i = 0; i < n_ranges; i += 1 + n_ranges / PROBES_MAX) {
		look_up(l, ranges[i].range.first, trust);
		look_up(l, ranges[i].range.last, trust);
	}
}

/* Give every block the checksum that it ought to have: somebody did it. */
static void
seal(struct list *l)
{
	struct reader id = reader_of(l->bytes + 24, 8);
	uint64_t of_list = get_u64(&id);

	for (uint64_t i = 0; i < l->size / DENY_LIST_BLOCK; i++)
		deny_list_seal(
		    l->bytes + i * DENY_LIST_BLOCK, i, i == 0 ? 0 : of_list);
}

static void
damage(struct list *l, struct reader *r)
{
	while (reader_left(r) > 0) {
		size_t block = get_u8(r) % (l->size / DENY_LIST_BLOCK);
		size_t offset = get_u16(r) % DENY_LIST_BLOCK;

		l->bytes[block * DENY_LIST_BLOCK + offset] ^= get_u8(r);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader r = reader_of(data, size);
	struct list l = {0};

	read_ranges(&r);
	must(deny_set_compile(&set));
	must(deny_set_write(&set, append, &l));
	deny_set_free(&set);
	look_up_all(&l, INTACT);
	if (reader_left(&r) > 0) {
		damage(&l, &r);
		look_up_all(&l, DAMAGED);
		seal(&l);
		look_up_all(&l, SEALED);
		l.size -= DENY_LIST_BLOCK; /* cut short */
		look_up_all(&l, SEALED);
	}
	free(l.bytes);
	return 0;
}
