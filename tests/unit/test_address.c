/* base/address.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "base/address.h"

static const struct {
	const char *text, *shown, *with_port;
} addresses[] = {
    {"192.0.2.7", "192.0.2.7", "192.0.2.7:4662"},
    {"::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7:4662"},
    {"0.0.0.0", "0.0.0.0", "0.0.0.0:4662"},
    {"2001:DB8:0::1", "2001:db8::1", "[2001:db8::1]:4662"},
    {"::1", "::1", "[::1]:4662"},
    {"::", "-", "-"},
    {"1111:2222:3333:4444:5555:6666:123.123.123.123",
	"1111:2222:3333:4444:5555:6666:7b7b:7b7b",
	"[1111:2222:3333:4444:5555:6666:7b7b:7b7b]:4662"},
    {"fe80::ffff:192.0.2.7", "fe80::ffff:c000:207",
	"[fe80::ffff:c000:207]:4662"},
};

static void
an_address_is_shown_in_one_way(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		uint8_t address[ADDRESS_SIZE];
		char text[ADDRESS_TEXT], with_port[ADDRESS_PORT_TEXT];

		assert_true(address_parse(addresses[i].text, address));
		assert_string_equal(
		    address_format(text, address), addresses[i].shown);
		assert_string_equal(
		    address_format_port(with_port, address, 4662),
		    addresses[i].with_port);
		/* a port that is not known leaves no trace */
		assert_string_equal(address_format_port(with_port, address, 0),
		    addresses[i].shown);
	}
}

static void
the_longest_address_fits(void **state)
{
	uint8_t address[ADDRESS_SIZE];
	char text[ADDRESS_PORT_TEXT];

	(void)state;
	memset(address, 0xFE, sizeof address);
	assert_string_equal(address_format_port(text, address, 65535),
	    "[fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe]:65535");
}

static void
what_is_no_address_is_refused(void **state)
{
	static const char *const bad[] = {"", "-", "localhost", "192.0.2",
	    "192.0.2.256", "192.0.2.07", " 192.0.2.7", "192.0.2.7 ",
	    "192.0.2.7:4662", "[::1]", "::1%lo", "::g", "1:2:3:4:5:6:7",
	    "1:2:3:4:5:6:7:8:9", "0x7f000001"};
	uint8_t address[ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(address_parse(bad[i], address));
}

static bool
parse_padded(const char *s, uint8_t out[ADDRESS_SIZE])
{
	char *copy = exact_copy(s, strlen(s));
	bool good = address_parse_padded(copy, strlen(s), out);

	free(copy);
	return good;
}

static void
numbers_of_ipv4_may_be_padded(void **state)
{
	static const char *const good[] = {
	    "192.0.2.7", "192.000.002.007", "192.0.02.7", "192.00.2.07"};
	static const char *const bad[] = {"", ".", "...", "192.0.2", "192.0.2.",
	    ".192.0.2.7", "192..0.2", "192.0.2.0007", "192.0.2.256",
	    "192.0.2.7.1", "192.0.2.7 ", "192.0.2.-7", "::ffff:192.0.2.007",
	    "1:2:3:4:5:6:7", "1111:2222:3333:4444:5555:6666:7777:8888:9999"};
	uint8_t address[ADDRESS_SIZE], known[ADDRESS_SIZE];

	(void)state;
	assert_true(address_parse("192.0.2.7", known));
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(parse_padded(good[i], address));
		assert_memory_equal(address, known, sizeof known);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (parse_padded(bad[i], address))
			fail_msg("taken: \"%s\"", bad[i]);
	assert_true(parse_padded("2001:db8::7", address));
	assert_true(address_parse("2001:db8::7", known));
	assert_memory_equal(address, known, sizeof known);
	assert_false(address_parse_padded("::1\0002", 5, address));
}

static void
ipv4_is_found_in_what_a_nat64_makes_of_it(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
	    {"64:ff9b::192.0.2.7", "192.0.2.7"},
	    {"64:ff9b::", "0.0.0.0"},
	    {"64:ff9b::ffff:ffff", "255.255.255.255"},
	    {"192.0.2.7", "192.0.2.7"},
	    {"64:ff9b:1::192.0.2.7", "64:ff9b:1::c000:207"},
	    {"64:ff9b::1:192.0.2.7", "64:ff9b::1:c000:207"},
	    {"2001:db8::192.0.2.7", "2001:db8::c000:207"},
	    {"::", "-"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t address[ADDRESS_SIZE];
		char text[ADDRESS_TEXT];

		assert_true(address_parse(cases[i].from, address));
		address_undo_nat64(address);
		assert_string_equal(address_format(text, address), cases[i].to);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_is_shown_in_one_way),
	    cmocka_unit_test(the_longest_address_fits),
	    cmocka_unit_test(what_is_no_address_is_refused),
	    cmocka_unit_test(numbers_of_ipv4_may_be_padded),
	    cmocka_unit_test(ipv4_is_found_in_what_a_nat64_makes_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
