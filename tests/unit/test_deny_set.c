/*
 * index/deny_set.h: the ranges that lines become, and that the search in what is
 * written agrees with them.
 * SPDX-License-Identifier: ISC
 */
#include "deny_rig.h"

/* What is denied has to read like this, a range each. */
static void
assert_denied(const char *const (*ranges)[2], size_t n)
{
	size_t at[IP_FAMILIES] = {0};

	for (size_t i = 0; i < n; i++) {
		struct ip_range r;
		enum ip_family family;

		address_of(r.first, ranges[i][0]);
		address_of(r.last, ranges[i][1]);
		family = ip_family_of(r.first);
		assert_true(at[family] < set.deny[family].n);
		assert_memory_equal(
		    &set.deny[family].ranges[at[family]++], &r, sizeof r);
	}
	assert_int_equal(at[IP_V4], set.deny[IP_V4].n);
	assert_int_equal(at[IP_V6], set.deny[IP_V6].n);
}

static void
neighbours_and_overlaps_become_one_range(void **state)
{
	static const char *const lines[] = {"10.0.1.0/24", "10.0.0.0/24",
	    "10.0.0.128 - 10.0.1.5", "10.0.3.0/24", "10.0.3.7", "2001:db8::/33",
	    "2001:db8:8000::/33", "255.255.255.255", "255.255.255.254", NULL};
	static const char *const ranges[][2] = {
	    {"10.0.0.0", "10.0.1.255"},
	    {"10.0.3.0", "10.0.3.255"},
	    {"255.255.255.254", "255.255.255.255"},
	    {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
	};

	(void)state;
	compile_lines(lines);
	assert_denied(ranges, ARRAY_LEN(ranges));
	assert_int_equal(deny_set_ipv4_count(&set), 512 + 256 + 2);
}

static void
what_is_allowed_is_cut_out_wherever_it_stands(void **state)
{
	static const char *const lines[] = {"allow 10.0.0.0", "10.0.0.0/24",
	    "allow 10.0.0.255", "allow 10.0.0.16/28", "allow 10.0.0.24/29",
	    "10.0.1.0/24", "allow 10.0.0.254 - 10.0.1.0", "10.9.0.0/24",
	    "allow 10.8.0.0 - 10.9.1.7", "allow 192.0.2.1", "::/0", "allow ::1",
	    "allow ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "allow ::", NULL};
	static const char *const ranges[][2] = {
	    {"10.0.0.1", "10.0.0.15"},
	    {"10.0.0.32", "10.0.0.253"},
	    {"10.0.1.1", "10.0.1.255"},
	    {"::2", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
	};

	(void)state;
	compile_lines(lines);
	assert_denied(ranges, ARRAY_LEN(ranges));
}

static void
everything_of_a_family_is_denied_in_that_family_only(void **state)
{
	static const char *const v6[] = {"::/0", NULL};
	static const char *const v4[] = {"0.0.0.0/0", "0.0.0.0/1", NULL};

	(void)state;
	compile_lines(v6);
	assert_int_equal(look_up_text("::"), DENY_LIST_PRESENT);
	assert_int_equal(look_up_text("2001:db8::1"), DENY_LIST_PRESENT);
	assert_int_equal(look_up_text("192.0.2.1"), DENY_LIST_ABSENT);
	assert_int_equal(deny_set_ipv4_count(&set), 0);
	compile_lines(v4);
	assert_int_equal(look_up_text("::"), DENY_LIST_ABSENT);
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_PRESENT);
	assert_int_equal(look_up_text("255.255.255.255"), DENY_LIST_PRESENT);
	assert_int_equal(deny_set_ipv4_count(&set), UINT64_C(1) << 32);
}

static void
nothing_denied_is_a_list_too(void **state)
{
	static const char *const lines[] = {
	    "allow 0.0.0.0/0", "10.0.0.0/8", "allow ::/0", NULL};

	(void)state;
	compile_lines(lines);
	assert_int_equal(file.n, DENY_LIST_BLOCK);
	assert_int_equal(look_up_text("10.0.0.1"), DENY_LIST_ABSENT);
	assert_int_equal(look_up_text("::1"), DENY_LIST_ABSENT);
}

static void
the_points_are_in_order_and_reach_both_ends(void **state)
{
	uint8_t a[IP_SIZE], b[IP_SIZE];

	(void)state;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		for (size_t i = 1; i < POINTS; i++) {
			point(a, family, i - 1);
			point(b, family, i);
			assert_true(memcmp(a, b, IP_SIZE) < 0);
			assert_int_equal(ip_family_of(b), family);
		}
		memset(a, 0xFF, IP_SIZE);
		assert_memory_equal(a + (family == IP_V4 ? 12 : 0),
		    b + (family == IP_V4 ? 12 : 0), deny_list_width(family));
	}
}

/* Add n random ranges of up to `span` points, and note them. */
static void
add_random(enum ip_family family, bool allow, uint32_t n, uint32_t span,
    uint8_t *covered)
{
	while (n-- > 0) {
		size_t i = random_below(POINTS);
		size_t j = min_size(i + random_below(span), POINTS - 1);
		struct ip_range r;

		point(r.first, family, i);
		point(r.last, family, j);
		assert_true(deny_set_add(&set, &r, allow));
		memset(covered + i, 1, j - i + 1);
	}
}

/* Sorted, and with a gap between neighbours. */
static void
assert_merged(const struct ip_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct ip_range *r = &list->ranges[i];

		assert_true(memcmp(r->first, r->last, IP_SIZE) <= 0);
		if (i > 0) {
			uint8_t next[IP_SIZE];
			size_t k = IP_SIZE;

			memcpy(next, r[-1].last, IP_SIZE);
			while (k-- > 0 && ++next[k] == 0)
				;
			assert_true(memcmp(next, r->first, IP_SIZE) < 0);
		}
	}
}

static void
ranges_and_search_agree_with_brute_force(void **state)
{
	static uint8_t deny[POINTS], allow[POINTS];
	static const struct {
		uint32_t n_deny, deny_span, n_allow, allow_span;
	} mixes[] = {{1, 10, 0, 1}, {3, 6000, 2, 10}, {20, 300, 20, 300},
	    {200, 20, 50, 10}, {3000, 1, 0, 1}, {4000, 2, 500, 3},
	    {6000, 3, 3000, 1}};
	size_t n_most = 0;

	(void)state;
	seed = 2;
	for (int round = 0; round < 28; round++) {
		enum ip_family family = round % 2 ? IP_V6 : IP_V4;
		size_t mix = (size_t)round / 2 % ARRAY_LEN(mixes);
		uint8_t address[IP_SIZE];

		forget();
		memset(deny, 0, sizeof deny);
		memset(allow, 0, sizeof allow);
		add_random(family, false, mixes[mix].n_deny,
		    mixes[mix].deny_span, deny);
		add_random(family, true, mixes[mix].n_allow,
		    mixes[mix].allow_span, allow);
		/* something in the other family must not get in the way */
		add_line(family == IP_V4 ? "2001:db8::/32" : "10.0.0.0/8");
		compile();
		assert_merged(&set.deny[family]);
		n_most =
		    set.deny[family].n > n_most ? set.deny[family].n : n_most;
		for (size_t i = 0; i < POINTS; i++) {
			bool denied = deny[i] && !allow[i];

			/* all borders, and here and there in between */
			if (i % 16 > 0 && i + 1 < POINTS &&
			    denied == (deny[i - 1] && !allow[i - 1]) &&
			    denied == (deny[i + 1] && !allow[i + 1]))
				continue;
			point(address, family, i);
			if (look_up(address) !=
			    (denied ? DENY_LIST_PRESENT : DENY_LIST_ABSENT))
				fail_msg("round %d, point %zu", round, i);
			assert_in_range(file.reads, 1, 8);
		}
	}
	assert_true(n_most > 2 * deny_list_per_block(IP_V4));
	forget();
}

static void
full_blocks_are_searched_to_their_last_range(void **state)
{
	(void)state;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		uint32_t per = (uint32_t)deny_list_per_block(family);

		for (uint32_t n = per - 1; n <= 2 * per + 1; n += 1) {
			struct ip_range r;

			if (n > per + 1 && n < 2 * per - 1)
				n = 2 * per - 1;
			forget();
			for (uint32_t i = 0; i < n; i++) {
				point(r.first, family, 2 * i);
				memcpy(r.last, r.first, IP_SIZE);
				assert_true(deny_set_add(&set, &r, false));
			}
			compile();
			assert_int_equal(file.n,
			    DENY_LIST_BLOCK * (1 + (n + per - 1) / per));
			for (uint32_t i = 0; i < 2 * n; i++) {
				point(r.first, family, i);
				assert_int_equal(look_up(r.first),
				    i % 2 == 0 ? DENY_LIST_PRESENT
					       : DENY_LIST_ABSENT);
			}
		}
	}
	forget();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(neighbours_and_overlaps_become_one_range),
	    cmocka_unit_test(what_is_allowed_is_cut_out_wherever_it_stands),
	    cmocka_unit_test(
		everything_of_a_family_is_denied_in_that_family_only),
	    cmocka_unit_test(nothing_denied_is_a_list_too),
	    cmocka_unit_test(the_points_are_in_order_and_reach_both_ends),
	    cmocka_unit_test(ranges_and_search_agree_with_brute_force),
	    cmocka_unit_test(full_blocks_are_searched_to_their_last_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
