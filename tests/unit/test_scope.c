/*
 * Who can reach an address, at the edges of each range.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "base/scope.h"

#include <stdio.h>

static void
each_range_begins_and_ends_where_it_should(void **state)
{
	static const struct {
		const char *text;
		enum scope scope;
	} cases[] = {
	    {"0.255.255.255", SCOPE_NOBODY},
	    {"1.0.0.0", SCOPE_PUBLIC},
	    {"9.255.255.255", SCOPE_PUBLIC},
	    {"10.0.0.0", SCOPE_PRIVATE},
	    {"10.255.255.255", SCOPE_PRIVATE},
	    {"11.0.0.0", SCOPE_PUBLIC},
	    {"100.63.255.255", SCOPE_PUBLIC},
	    {"100.64.0.0", SCOPE_SHARED},
	    {"100.127.255.255", SCOPE_SHARED},
	    {"100.128.0.0", SCOPE_PUBLIC},
	    {"126.255.255.255", SCOPE_PUBLIC},
	    {"127.0.0.1", SCOPE_LOOPBACK},
	    {"127.255.255.255", SCOPE_LOOPBACK},
	    {"128.0.0.0", SCOPE_PUBLIC},
	    {"169.253.255.255", SCOPE_PUBLIC},
	    {"169.254.0.0", SCOPE_LINK},
	    {"169.255.0.0", SCOPE_PUBLIC},
	    {"172.15.255.255", SCOPE_PUBLIC},
	    {"172.16.0.0", SCOPE_PRIVATE},
	    {"172.31.255.255", SCOPE_PRIVATE},
	    {"172.32.0.0", SCOPE_PUBLIC},
	    {"192.0.0.255", SCOPE_NOBODY},
	    {"192.0.1.0", SCOPE_PUBLIC},
	    {"192.0.2.0", SCOPE_DOCUMENTATION},
	    {"192.0.3.0", SCOPE_PUBLIC},
	    {"192.167.255.255", SCOPE_PUBLIC},
	    {"192.168.0.0", SCOPE_PRIVATE},
	    {"192.168.255.255", SCOPE_PRIVATE},
	    {"192.169.0.0", SCOPE_PUBLIC},
	    {"198.17.255.255", SCOPE_PUBLIC},
	    {"198.18.0.0", SCOPE_NOBODY},
	    {"198.19.255.255", SCOPE_NOBODY},
	    {"198.20.0.0", SCOPE_PUBLIC},
	    {"198.51.100.9", SCOPE_DOCUMENTATION},
	    {"203.0.113.7", SCOPE_DOCUMENTATION},
	    {"223.255.255.255", SCOPE_PUBLIC},
	    {"224.0.0.0", SCOPE_NOBODY},
	    {"255.255.255.255", SCOPE_NOBODY},
	    {"::", SCOPE_NOBODY},
	    {"::1", SCOPE_LOOPBACK},
	    {"::2", SCOPE_NOBODY},
	    {"::ffff:10.1.2.3", SCOPE_PRIVATE},
	    {"1fff:ffff::", SCOPE_NOBODY},
	    {"2000::", SCOPE_PUBLIC},
	    {"2001:db7:ffff::", SCOPE_PUBLIC},
	    {"2001:db8::1", SCOPE_DOCUMENTATION},
	    {"2001:db9::", SCOPE_PUBLIC},
	    {"3ffe:ffff::", SCOPE_PUBLIC},
	    {"3fff:fff::1", SCOPE_DOCUMENTATION},
	    {"3fff:1000::", SCOPE_PUBLIC},
	    {"4000::", SCOPE_NOBODY},
	    {"fbff::1", SCOPE_NOBODY},
	    {"fc00::1", SCOPE_PRIVATE},
	    {"fdff::1", SCOPE_PRIVATE},
	    {"fe80::1", SCOPE_LINK},
	    {"febf::1", SCOPE_LINK},
	    {"fec0::1", SCOPE_NOBODY},
	    {"ff02::1", SCOPE_NOBODY},
	};
	uint8_t address[ADDRESS_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(address_parse(cases[i].text, address));
		if (scope_of(address) != cases[i].scope)
			fail_msg("%s is %s", cases[i].text,
			    scope_name(scope_of(address)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_range_begins_and_ends_where_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
