/* base/network.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "base/network.h"

static bool
holds(const char *network, const char *address)
{
	char *copy = exact_copy(network, strlen(network));
	uint8_t bytes[ADDRESS_SIZE];
	struct network net;

	assert_null(network_parse(copy, strlen(network), &net));
	assert_true(address_parse(address, bytes));
	free(copy);
	return network_holds(&net, bytes);
}

static void
a_network_holds_what_begins_with_its_bits(void **state)
{
	static const struct {
		const char *network, *inside, *outside;
	} table[] = {
	    {"192.0.2.7", "192.0.2.7", "192.0.2.6"},
	    {"192.0.2.7", "::ffff:192.0.2.7", "::192.0.2.7"},
	    {"192.0.2.7/32", "192.0.2.7", "192.0.2.6"},
	    {"192.0.2.0/31", "192.0.2.1", "192.0.2.2"},
	    {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
	    {"192.0.2.0/23", "192.0.3.255", "192.0.1.255"},
	    {"128.0.0.0/1", "255.255.255.255", "127.255.255.255"},
	    {"0.0.0.0/0", "255.255.255.255", "2001:db8::1"},
	    {"::ffff:192.0.2.0/120", "192.0.2.255", "192.0.3.0"},
	    {"::1", "::1", "::2"},
	    {"2001:db8::/32", "2001:db8:ffff::", "2001:db9::"},
	    {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
	    {"::/0", "2001:db8::1", "192.0.2.7"},
	    {"64:ff9b::/95", "64:ff9b::1:0:0", "192.0.2.7"},
	    {"::/1", "7fff::", "8000::"},
	    {"::/127", "::1", "::2"},
	    {"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		assert_true(holds(table[i].network, table[i].inside));
		assert_false(holds(table[i].network, table[i].outside));
	}
}

static void
a_network_ends_with_all_bits_set(void **state)
{
	static const struct {
		const char *network, *last;
	} table[] = {
	    {"192.0.2.7", "192.0.2.7"},
	    {"192.0.2.0/23", "192.0.3.255"},
	    {"0.0.0.0/0", "255.255.255.255"},
	    {"2001:db8::/33", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"},
	    {"::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const char *text = table[i].network;
		uint8_t last[ADDRESS_SIZE], known[ADDRESS_SIZE];
		struct network net;

		assert_null(network_parse(text, strlen(text), &net));
		network_last(&net, last);
		assert_true(address_parse(table[i].last, known));
		assert_memory_equal(last, known, sizeof known);
	}
}

static void
what_is_no_network_has_a_fault(void **state)
{
	static const struct {
		const char *text, *fault;
	} table[] = {
	    {"", "no address"},
	    {" 192.0.2.7", "no address"},
	    {"192.0.2.7 ", "no address"},
	    {"192.0.2", "no address"},
	    {"/24", "no address"},
	    {"host/24", "no address"},
	    {"[::1]", "no address"},
	    {"fe80::1%lo", "no address"},
	    {"192.0.2.7000000000000000000000000000000000000000000",
		"no address"},
	    {"192.0.2.0/", "from 0 to 32"},
	    {"192.0.2.0/33", "from 0 to 32"},
	    {"192.0.2.0/0024", "from 0 to 32"},
	    {"192.0.2.0/-1", "from 0 to 32"},
	    {"192.0.2.0/24/24", "from 0 to 32"},
	    {"192.0.2.0/255.255.255.0", "from 0 to 32"},
	    {"2001:db8::/129", "from 0 to 128"},
	    {"2001:db8::/x", "from 0 to 128"},
	    {"192.0.2.7/24", "bits behind the mask"},
	    {"192.0.2.1/31", "bits behind the mask"},
	    {"0.0.0.1/0", "bits behind the mask"},
	    {"2001:db8::1/64", "bits behind the mask"},
	    {"::1/0", "bits behind the mask"},
	    {"::ffff:192.0.2.0/0", "bits behind the mask"},
	    /* nobody is known by such an address */
	    {"64:ff9b::192.0.2.7", "write the IPv4 address"},
	    {"64:ff9b::/96", "write the IPv4 address"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		size_t n = strlen(table[i].text);
		char *copy = exact_copy(table[i].text, n);
		struct network net;
		const char *fault = network_parse(copy, n, &net);

		free(copy);
		if (!fault || !strstr(fault, table[i].fault))
			fail_msg("%s: %s", table[i].text, fault);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_network_holds_what_begins_with_its_bits),
	    cmocka_unit_test(a_network_ends_with_all_bits_set),
	    cmocka_unit_test(what_is_no_network_has_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
