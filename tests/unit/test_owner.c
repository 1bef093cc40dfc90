/* base/owner.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "base/owner.h"

/* How many sizes of network both have in common; 0: none. */
static const struct {
	const char *a, *b;
	unsigned n_same;
} pairs[] = {
    {"192.0.2.7", "::ffff:192.0.2.7", 1},
    {"192.0.2.7", "192.0.2.6", 0},
    {"2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", 3},
    {"2001:db8:0:1::1", "2001:db8:0:2::1", 2},
    {"2001:db8:0:1::1", "2001:db8:0:0:ffff::1", 2},
    {"2001:db8:0:1::1", "2001:db8:0:ff::1", 2},
    {"2001:db8:0:1::1", "2001:db8:0:100::1", 1},
    {"2001:db8:0:1::1", "2001:db8:0:ffff::1", 1},
    {"2001:db8:0:1::1", "2001:db8:1:1::1", 0},
    /* the net that IPv4 is mapped into is not one of all IPv4 */
    {"::1", "0.0.0.1", 0},
    {"::fffe:192.0.2.7", "192.0.2.7", 0},
};

static uint64_t
owner(const char *text)
{
	uint8_t address[ADDRESS_SIZE];

	assert_true(address_parse(text, address));
	return owner_of(address);
}

static unsigned
count_same(uint64_t a, uint64_t b)
{
	unsigned n = 0;

	for (unsigned size = 0; size < owner_sizes(a); size++)
		n += owner_network(a, size) == owner_network(b, size);
	return n;
}

static void
owners_are_addresses_of_ipv4_and_networks_of_ipv6(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		uint64_t a = owner(pairs[i].a), b = owner(pairs[i].b);

		assert_int_equal(count_same(a, b), pairs[i].n_same);
		assert_int_equal(count_same(b, a), pairs[i].n_same);
	}
}

static void
only_an_unknown_address_has_no_owner(void **state)
{
	(void)state;
	assert_int_equal(owner("::"), 0);
	assert_int_not_equal(owner("::1"), 0);
	assert_int_not_equal(owner("0.0.0.0"), 0);
}

static void
a_wider_network_may_have_more(void **state)
{
	(void)state;
	assert_int_equal(owner_limit(16, 0), 16);
	assert_int_equal(owner_limit(16, 1), 32);
	assert_int_equal(owner_limit(16, 2), 64);
	assert_true(owner_limit(UINT32_MAX, 2) == UINT64_C(0x3FFFFFFFC));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(owners_are_addresses_of_ipv4_and_networks_of_ipv6),
	    cmocka_unit_test(only_an_unknown_address_has_no_owner),
	    cmocka_unit_test(a_wider_network_may_have_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
