/*
 * index/lanes.c: each way to hash that this processor has, against OpenSSL.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "index/lanes.h"

#include "base/util.h"

#include <string.h>

#define BLOCKS_MAX 40

struct streams {
	struct md4 md4[LANES];
	struct sha1 sha1[LANES];
	struct lanes_stream stream[LANES];
};

static uint8_t bytes[LANES][64 * BLOCKS_MAX];
static uint32_t seed = 1;

static uint32_t
next_random(void)
{
	return seed = seed * 1664525 + 1013904223;
}

static void
begin(struct streams *s)
{
	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < LANES; i++) {
		md4_begin(&s->md4[i]);
		sha1_begin(&s->sha1[i]);
		s->stream[i] =
		    (struct lanes_stream){&s->md4[i], &s->sha1[i], bytes[i]};
	}
}

static void
assert_way_is_right(const struct lanes *way)
{
	static struct streams expected, found;

	begin(&expected);
	begin(&found);
	for (int round = 0; round < 500; round++) {
		size_t n_streams = next_random() / 7 % LANES + 1;
		size_t n = next_random() / 7 % (BLOCKS_MAX + 1);

		for (size_t i = 0; i < LANES; i++)
			for (size_t j = 0; j < sizeof bytes[i]; j++)
				bytes[i][j] = (uint8_t)(next_random() >> 24);
		lanes_add(&lanes_openssl, expected.stream, n_streams, n);
		lanes_add(way, found.stream, n_streams, n);
		assert_memory_equal(expected.md4, found.md4, sizeof found.md4);
		assert_memory_equal(
		    expected.sha1, found.sha1, sizeof found.sha1);
	}
}

static void
every_way_finds_what_openssl_finds(void **state)
{
	struct lanes way;
	unsigned n = 0;

	(void)state;
	for (; lanes_way(n, &way); n++) {
		way.from[LANES_MD4] = way.from[LANES_SHA1] = 1;
		print_message("%s\n", way.name);
		assert_way_is_right(&way);
	}
	assert_true(n > 0);
}

static void
what_is_chosen_is_right(void **state)
{
	struct lanes way;

	(void)state;
	lanes_choose(&way);
	print_message("MD4 from %zu streams on, SHA-1 from %zu\n",
	    way.from[LANES_MD4], way.from[LANES_SHA1]);
	for (int i = 0; i < LANES_N_HASHES; i++)
		assert_true(way.function[i] || way.from[i] > LANES);
	assert_way_is_right(&way);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_way_finds_what_openssl_finds),
	    cmocka_unit_test(what_is_chosen_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
