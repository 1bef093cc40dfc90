/*
 * Lists of denied addresses in memory: lines read, compiled, and looked up in
 * what was written.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_DENY_RIG_H
#define TESTS_DENY_RIG_H

#include "harness.h"

#include "index/deny_line.h"
#include "index/deny_set.h"

#include <arpa/inet.h>
#include <stdio.h>

static struct deny_line line;

/* Parse a copy that ends where its block does. */
static inline enum deny_line_kind
parse_bytes(const void *s, size_t n)
{
	char *copy = exact_copy(s, n);

	deny_line_parse(copy, n, &line);
	free(copy);
	assert_int_equal(line.kind == DENY_LINE_BAD, line.fault != NULL);
	if (line.kind != DENY_LINE_EMPTY && line.kind != DENY_LINE_BAD)
		assert_true(
		    memcmp(line.range.first, line.range.last, IP_SIZE) <= 0);
	return line.kind;
}

static inline enum deny_line_kind
parse(const char *s)
{
	return parse_bytes(s, strlen(s));
}

static inline void
address_of(uint8_t out[IP_SIZE], const char *s)
{
	char mapped[64];

	snprintf(mapped, sizeof mapped, strchr(s, ':') ? "%s" : "::ffff:%s", s);
	assert_int_equal(inet_pton(AF_INET6, mapped, out), 1);
}

static inline void
assert_range(const char *first, const char *last)
{
	uint8_t expected[IP_SIZE];

	address_of(expected, first);
	assert_memory_equal(line.range.first, expected, IP_SIZE);
	address_of(expected, last);
	assert_memory_equal(line.range.last, expected, IP_SIZE);
}

/* The same numbers in every run: a linear congruence of Knuth's. */
static uint64_t seed;

static inline uint32_t
random_below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)((seed >> 33) % n);
}

static struct deny_set set;

/* What was written. */
static struct {
	uint8_t *bytes;
	size_t n, reads;
	uint64_t stop_at; /* the block whose reading fails */
} file;

static inline bool
write_file(void *ctx, const uint8_t block[DENY_LIST_BLOCK])
{
	(void)ctx;
	file.bytes = realloc(file.bytes, file.n + DENY_LIST_BLOCK);
	assert_non_null(file.bytes);
	memcpy(file.bytes + file.n, block, DENY_LIST_BLOCK);
	file.n += DENY_LIST_BLOCK;
	return true;
}

static inline bool
read_file(void *ctx, uint64_t number, uint8_t block[DENY_LIST_BLOCK])
{
	(void)ctx;
	file.reads++;
	assert_true(number < file.n / DENY_LIST_BLOCK);
	if (number == file.stop_at)
		return false;
	memcpy(block, file.bytes + number * DENY_LIST_BLOCK, DENY_LIST_BLOCK);
	return true;
}

static inline enum deny_list_result
look_up(const uint8_t address[IP_SIZE])
{
	file.reads = 0;
	return deny_list_search(read_file, NULL, file.n, address);
}

static inline enum deny_list_result
look_up_text(const char *s)
{
	uint8_t address[IP_SIZE];

	address_of(address, s);
	return look_up(address);
}

static inline void
forget(void)
{
	deny_set_free(&set);
	free(file.bytes);
	memset(&file, 0, sizeof file);
	file.stop_at = UINT64_MAX;
}

static inline void
compile(void)
{
	assert_true(deny_set_compile(&set));
	assert_true(deny_set_write(&set, write_file, NULL));
}

static inline void
add_line(const char *s)
{
	assert_true(parse(s) == DENY_LINE_DENY || line.kind == DENY_LINE_ALLOW);
	assert_true(
	    deny_set_add(&set, &line.range, line.kind == DENY_LINE_ALLOW));
}

static inline void
compile_lines(const char *const *lines)
{
	forget();
	for (; *lines; lines++)
		add_line(*lines);
	compile();
}

/*
 * The oracle: addresses at both ends of the family and at two places within it,
 * in order, each with a flag. A range goes from one of them to another.
 */
#define WINDOW 1500
#define POINTS (4 * WINDOW)

static inline void
point(uint8_t out[IP_SIZE], enum ip_family family, size_t i)
{
	static const uint8_t v4[4][4] = {
	    {0}, {127, 255, 253, 0}, {192, 0, 2, 0}, {255, 255, 250, 36}};
	size_t window = i / WINDOW, carry = i % WINDOW;

	memset(out, 0, IP_SIZE);
	if (family == IP_V4) {
		out[10] = out[11] = 0xFF;
		memcpy(out + 12, v4[window], 4);
	} else if (window == 3) {
		memset(out, 0xFF, 14);
		out[14] = 0xFA;
		out[15] = 0x24;
	} else if (window > 0) {
		/* the second runs over a border of eight bytes */
		out[0] = (uint8_t)(0x20 * window);
		memset(out + 8, window == 1 ? 0xFF : 0, 7);
	}
	for (size_t k = IP_SIZE; carry > 0 && k-- > 0;) {
		carry += out[k];
		out[k] = (uint8_t)carry;
		carry >>= 8;
	}
}

#endif
