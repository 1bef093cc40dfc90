/*
 * What a router says, and how much of it is believed: ports/trust.h.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "ports/trust.h"

static bool
trusts_reply(const char *hex, enum trust_opcode opcode)
{
	uint8_t bytes[64];
	size_t n = unhex(bytes, sizeof bytes, hex);
	uint8_t *copy = exact_copy(bytes, n);
	bool trusted = trust_nat_pmp(copy, n, opcode);

	free(copy);
	return trusted;
}

static void
a_reply_of_nat_pmp_is_whole_at_its_full_length_only(void **state)
{
	static const struct {
		enum trust_opcode opcode;
		const char *hex;
		size_t n;
	} replies[] = {
	    {TRUST_ADDRESS, "00800000 00000001 01020304", 12},
	    {TRUST_MAP_TCP, "00820000 00000001 12361236 0000003c", 16},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		uint8_t bytes[16];

		assert_int_equal(
		    unhex(bytes, sizeof bytes, replies[i].hex), replies[i].n);
		for (size_t n = 0; n <= replies[i].n; n++) {
			uint8_t *copy = exact_copy(bytes, n);

			assert_int_equal(
			    trust_nat_pmp(copy, n, replies[i].opcode),
			    n == replies[i].n);
			free(copy);
		}
	}
}

static void
a_reply_to_another_question_is_none(void **state)
{
	(void)state;
	assert_false(
	    trusts_reply("00820000 00000001 12361236 0000003c", TRUST_ADDRESS));
	assert_false(
	    trusts_reply("00800000 00000001 01020304 0000003c", TRUST_MAP_TCP));
	assert_false(
	    trusts_reply("00810000 00000001 12361236 0000003c", TRUST_MAP_TCP));
	/* a request */
	assert_false(
	    trusts_reply("00020000 12361236 0000003c 00000000", TRUST_MAP_TCP));
}

static void
an_error_of_nat_pmp_may_be_short(void **state)
{
	(void)state;
	assert_true(trusts_reply("00820002", TRUST_MAP_TCP));
	assert_true(trusts_reply("02800001 00000001", TRUST_ADDRESS));
	assert_false(trusts_reply("008200", TRUST_MAP_TCP));
	assert_false(trusts_reply("", TRUST_MAP_TCP));
}

static void
urls_lead_to_the_gateway_or_to_private_addresses(void **state)
{
	static const char *const near[] = {
	    "http://1.2.3.4/",
	    "http://1.2.3.4:5000/rootDesc.xml",
	    "http://192.168.1.254:80/a?b=c&d",
	    "http://10.0.0.9/",
	    "http://172.31.255.255:1/",
	    "http://100.64.0.1/",
	    "http://169.254.1.1/",
	};
	static const char *const others[] = {
	    "",
	    "http://",
	    "http:///",
	    "http://1.2.3.4",
	    "http://1.2.3.5/",
	    "http://8.8.8.8:80/",
	    "http://127.0.0.1:631/",
	    "http://0.0.0.0/",
	    "http://239.255.255.250/",
	    "http://localhost/",
	    "http://router.lan/",
	    "http://10.0.0.9.example.org/",
	    "http://10.0.0.9@example.org/",
	    "http://10.0.0/",
	    "http://010.0.0.9/",
	    "http://10.0.0.256/",
	    "http://10.0.0.9999999/",
	    "http://[fe80::1]/",
	    "https://10.0.0.9/",
	    "ftp://10.0.0.9/",
	    " http://10.0.0.9/",
	    "http://10.0.0.9/a b",
	    "http://10.0.0.9/\r\nHost: x",
	    "http://10.0.0.9/\x1b[2J",
	    "http://10.0.0.9/\xc3\xa4",
	    "http://10.0.0.9/\x7f",
	};
	uint8_t gateway[ADDRESS_SIZE];

	(void)state;
	assert_true(address_parse("1.2.3.4", gateway));
	for (size_t i = 0; i < ARRAY_LEN(near); i++)
		if (!trust_url(near[i], gateway))
			fail_msg("refused \"%s\"", near[i]);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (trust_url(others[i], gateway))
			fail_msg("trusted \"%s\"", others[i]);
}

static void
names_of_services_have_plain_letters(void **state)
{
	(void)state;
	assert_true(
	    trust_service("urn:schemas-upnp-org:service:WANIPConnection:1"));
	assert_false(trust_service(""));
	assert_false(trust_service("urn:a:1\"\r\nHost: x"));
	assert_false(trust_service("urn:<a>"));
	assert_false(trust_service("urn:a 1"));
}

static void
addresses_are_ipv4_and_nothing_else(void **state)
{
	static const char *const lies[] = {"", "1.2.3", "1.2.3.4 ", " 1.2.3.4",
	    "1.2.3.400", "1.2.3.4.5", "01.2.3.4", "::1", "::ffff:1.2.3", "-",
	    "1.2.3.4;expires=1", "1.2.3.4\x1b[2J", "1.2.3.4\n", "$(touch x)"};
	uint8_t out[ADDRESS_SIZE];
	char text[ADDRESS_TEXT];

	(void)state;
	assert_true(trust_address("1.2.3.4", out));
	assert_string_equal(address_format(text, out), "1.2.3.4");
	for (size_t i = 0; i < ARRAY_LEN(lies); i++)
		if (trust_address(lies[i], out))
			fail_msg("trusted \"%s\"", lies[i]);
}

static void
a_port_is_ours_if_all_of_its_entry_says_so(void **state)
{
	static const struct trust_entry ours = {"10.0.0.2", "4662", "60"};
	static const struct trust_entry others[] = {
	    {"10.0.0.3", "4662", "60"},
	    {"", "4662", "60"},
	    {"10.0.0.2", "4663", "60"},
	    {"10.0.0.2", "", "60"},
	    {"10.0.0.2", "4662 ", "60"},
	    {"10.0.0.2", "4662", ""},
	    {"10.0.0.2", "4662", "-1"},
	    {"10.0.0.2", "4662", "60; reboot"},
	    {"10.0.0.2", "4662", "4294967296"},
	    {"10.0.0.2", "4662", "999999999999999"},
	};
	uint8_t inside[ADDRESS_SIZE];
	uint32_t seconds = 1;

	(void)state;
	assert_true(address_parse("10.0.0.2", inside));
	assert_true(trust_entry_leads_to(&ours, inside, 4662, &seconds));
	assert_int_equal(seconds, 60);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (trust_entry_leads_to(&others[i], inside, 4662, &seconds))
			fail_msg("trusted number %zu", i);
	assert_int_equal(seconds, 60);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_reply_of_nat_pmp_is_whole_at_its_full_length_only),
	    cmocka_unit_test(a_reply_to_another_question_is_none),
	    cmocka_unit_test(an_error_of_nat_pmp_may_be_short),
	    cmocka_unit_test(urls_lead_to_the_gateway_or_to_private_addresses),
	    cmocka_unit_test(names_of_services_have_plain_letters),
	    cmocka_unit_test(addresses_are_ipv4_and_nothing_else),
	    cmocka_unit_test(a_port_is_ours_if_all_of_its_entry_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
