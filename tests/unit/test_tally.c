/* board/tally.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "board/tally.h"

#define T0 UINT64_C(5000000)

/* 192.0.2.7 and 192.0.2.8 */
#define V4_7 UINT64_C(0xFFFFC0000207)
#define V4_8 UINT64_C(0xFFFFC0000208)
/* 2001:db8::/64 */
#define V6 UINT64_C(0x20010DB800000000)

static struct tally tally;

static int
begin(void **state)
{
	(void)state;
	memset(&tally, 0, sizeof tally);
	return 0;
}

/* How many of n are counted. */
static int
count(uint64_t owner, int n, uint32_t limit, uint64_t now_ms)
{
	int counted = 0;

	for (int i = 0; i < n; i++)
		counted += tally_count(&tally, owner, limit, now_ms);
	return counted;
}

static void
an_owner_has_its_limit_each_minute(void **state)
{
	(void)state;
	assert_int_equal(count(V4_7, 20, 10, T0), 10);
	assert_int_equal(count(V4_8, 20, 10, T0), 10);
	assert_int_equal(count(V4_7, 20, 10, T0 + 59999), 0);
	assert_int_equal(count(V4_7, 20, 10, T0 + 60000), 10);
	/* a clock that is a little behind begins no minute */
	assert_int_equal(count(V4_7, 20, 10, T0 + 59990), 0);
}

static void
an_unknown_owner_has_no_limit(void **state)
{
	(void)state;
	assert_int_equal(count(0, 1000, 1, T0), 1000);
}

static void
networks_have_two_and_four_times_as_much(void **state)
{
	int n = 0;

	(void)state;
	for (uint64_t i = 0; i < 256; i++)
		n += count(V6 + i, 20, 10, T0);
	assert_int_equal(n, 20);
	for (uint64_t i = 256; i < 65536; i++)
		n += count(V6 + i, 20, 10, T0);
	assert_int_equal(n, 40);
	assert_int_equal(count(V6 + 65536, 20, 10, T0), 10);
	assert_int_equal(count(V6, 100, 10, T0 + 60000), 10);
}

static void
a_refusal_takes_nothing_from_the_neighbours(void **state)
{
	(void)state;
	assert_int_equal(count(V6, 1000, 10, T0), 10);
	assert_int_equal(count(V6 + 1, 1000, 10, T0), 10);
	assert_int_equal(count(V6 + 256, 1000, 10, T0), 10);
	assert_int_equal(count(V6 + 512, 1000, 10, T0), 10);
	assert_int_equal(count(V6 + 768, 1000, 10, T0), 0);
}

/* Nor can one with many addresses flood the table, to be forgotten in it. */
static void
a_network_that_is_full_is_not_forgotten(void **state)
{
	(void)state;
	assert_int_equal(count(V4_7, 20, 10, T0), 10);
	for (uint64_t i = 0; i < 65536; i++)
		count(V6 + i, 1, 10, T0 + 1);
	assert_int_equal(count(V6 + 99, 1, 10, T0 + 2), 0);
	assert_int_equal(count(V4_7, 20, 10, T0 + 2), 0);
}

/* As many owners as there may be connections are told apart. */
static void
many_owners_have_room(void **state)
{
	int n = 0;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++)
		assert_int_equal(count(V4_7 + i * 65537, 2, 2, T0), 2);
	for (uint64_t i = 0; i < 1000; i++)
		n += count(V4_7 + i * 65537, 1, 2, T0 + 1);
	assert_int_equal(n, 0);
}

/* Is it the first one? How many more there were before is *more. */
static bool
is_first(uint64_t owner, uint64_t now_ms, uint32_t *more)
{
	*more = 77;
	return tally_first(&tally, owner, now_ms, more);
}

static void
the_first_one_of_a_minute_says_how_many_more_there_were(void **state)
{
	uint32_t more;

	(void)state;
	assert_true(is_first(V4_7, T0, &more));
	assert_int_equal(more, 0);
	for (uint64_t i = 0; i < 500; i++)
		assert_false(is_first(V4_7, T0 + i, &more));
	assert_true(is_first(V4_8, T0, &more));
	assert_int_equal(more, 0);
	assert_false(is_first(V4_7, T0 + 59999, &more));
	assert_true(is_first(V4_7, T0 + 60000, &more));
	assert_int_equal(more, 501);
	assert_true(is_first(V4_7, T0 + 120000, &more));
	assert_int_equal(more, 0);
}

static void
a_network_has_one_first_one_in_all(void **state)
{
	uint32_t more;
	int n = 0;

	(void)state;
	for (uint64_t i = 0; i < 65536; i++)
		n += is_first(V6 + i, T0, &more);
	assert_int_equal(n, 1);
	assert_true(is_first(V6 + 65536, T0, &more));
	assert_true(is_first(V6 + 5, T0 + 60000, &more));
	assert_int_equal(more, 65535);
}

static void
an_unknown_owner_is_always_the_first(void **state)
{
	uint32_t more;

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_true(is_first(0, T0, &more));
	assert_int_equal(more, 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
	    TEST(an_owner_has_its_limit_each_minute),
	    TEST(an_unknown_owner_has_no_limit),
	    TEST(networks_have_two_and_four_times_as_much),
	    TEST(a_refusal_takes_nothing_from_the_neighbours),
	    TEST(a_network_that_is_full_is_not_forgotten),
	    TEST(many_owners_have_room),
	    TEST(the_first_one_of_a_minute_says_how_many_more_there_were),
	    TEST(a_network_has_one_first_one_in_all),
	    TEST(an_unknown_owner_is_always_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
