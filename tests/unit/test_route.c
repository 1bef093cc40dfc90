/* Lines of /proc/net/route: ports/route.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "ports/route.h"

#include <stdio.h>

/* As the kernel prints it: addresses in the byte order of the host. */
static const char *
line_of(const char *to, const char *via, unsigned flags, const char *mask)
{
	static char line[128];
	const char *texts[] = {to, via, mask};
	uint32_t words[3];

	for (size_t i = 0; i < 3; i++) {
		uint8_t bytes[ADDRESS_SIZE];

		assert_true(address_parse(texts[i], bytes));
		memcpy(&words[i], bytes + 12, sizeof words[i]);
	}
	sprintf(line, "eth0\t%08X\t%08X\t%04X\t0\t0\t100\t%08X\t0\t0\t0\n",
	    words[0], words[1], flags, words[2]);
	return line;
}

static void
the_router_of_a_default_route_is_read(void **state)
{
	uint8_t gateway[ADDRESS_SIZE];
	char text[ADDRESS_TEXT];

	(void)state;
	assert_true(route_parse(
	    line_of("0.0.0.0", "192.168.77.1", 3, "0.0.0.0"), gateway));
	assert_string_equal(address_format(text, gateway), "192.168.77.1");
}

static void
other_routes_and_no_routes_are_passed_over(void **state)
{
	uint8_t gateway[ADDRESS_SIZE];

	(void)state;
	assert_false(route_parse("Iface\tDestination\tGateway \tFlags\tRefCnt\t"
				 "Use\tMetric\tMask\t\tMTU\tWindow\tIRTT \n",
	    gateway));
	assert_false(route_parse("", gateway));
	assert_false(route_parse("eth0\t00000000\t0101A8C0\n", gateway));
	/* half of the Internet, as a tunnel has it */
	assert_false(route_parse(
	    line_of("0.0.0.0", "10.8.0.1", 3, "128.0.0.0"), gateway));
	assert_false(route_parse(
	    line_of("10.0.0.0", "192.168.77.1", 3, "255.0.0.0"), gateway));
	/* to a link without a router, and to nowhere */
	assert_false(
	    route_parse(line_of("0.0.0.0", "0.0.0.0", 1, "0.0.0.0"), gateway));
	assert_false(route_parse(
	    line_of("0.0.0.0", "1.2.3.4", 0x201, "0.0.0.0"), gateway));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_router_of_a_default_route_is_read),
	    cmocka_unit_test(other_routes_and_no_routes_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
