/*
 * How it is told what came of asking a router: ports/outcome.h.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "ports/outcome.h"

#include <stdio.h>

static struct outcome
behind_a_router(void)
{
	struct outcome o = {.method = "upnp"};

	assert_true(address_parse("192.168.77.1", o.router.gateway));
	assert_true(address_parse("192.168.77.2", o.router.inside));
	assert_true(address_parse("203.0.113.7", o.address));
	return o;
}

static void
add_open(struct outcome *o, uint16_t inside, uint16_t outside, uint32_t seconds)
{
	o->open[o->n_open++] = (struct mapping){inside, outside, seconds};
}

static void
assert_told(const struct outcome *o, const char *message, const char *lines)
{
	static const struct outside nothing_before;
	char text[OUTSIDE_SIZE_MAX], said[MESSAGE_MAX];

	outcome_message(o, said);
	assert_string_equal(said, message);
	outcome_lines(o, &nothing_before, text);
	assert_string_equal(text, lines);
}

static void
open_ports_are_told_with_both_addresses(void **state)
{
	struct outcome o = behind_a_router();

	(void)state;
	add_open(&o, 4662, 4662, 3600);
	add_open(&o, 4661, 5000, 3600);
	assert_told(&o,
	    "opened by upnp for 3600 s (TCP): 203.0.113.7:4662 to "
	    "192.168.77.2:4662, 203.0.113.7:5000 to 192.168.77.2:4661",
	    "method=upnp\naddress=203.0.113.7\ninside=192.168.77.2\n"
	    "port.4662=4662\nport.4661=5000\n");
}

static void
what_is_open_ends_with_the_first_of_its_ports(void **state)
{
	struct outcome o = behind_a_router();

	(void)state;
	assert_int_equal(outcome_seconds(&o), 0);
	add_open(&o, 1, 1, 0);
	assert_int_equal(outcome_seconds(&o), 0);
	add_open(&o, 2, 2, 200);
	assert_int_equal(outcome_seconds(&o), 200);
	add_open(&o, 3, 3, 100);
	add_open(&o, 4, 4, 300);
	add_open(&o, 5, 5, 0);
	assert_int_equal(outcome_seconds(&o), 100);
}

static void
a_lease_without_end_is_called_that(void **state)
{
	struct outcome o = behind_a_router();

	(void)state;
	add_open(&o, 4662, 4662, 0);
	assert_told(&o,
	    "opened by upnp without end (TCP): 203.0.113.7:4662 to "
	    "192.168.77.2:4662",
	    "method=upnp\naddress=203.0.113.7\ninside=192.168.77.2\n"
	    "port.4662=4662\n");
}

static void
a_port_that_is_refused_is_advised_on(void **state)
{
	struct outcome o = behind_a_router();

	(void)state;
	add_open(&o, 4662, 4662, 60);
	port_list_add(&o.refused, 4661);
	port_list_add(&o.refused, 4660);
	outcome_add_reason(&o, "%s: %s", "UPnP", "port 4661 is refused");
	outcome_add_reason(&o, "%s: %s", "UPnP", "port 4660 is refused");
	assert_told(&o,
	    "opened by upnp for 60 s (TCP): 203.0.113.7:4662 to "
	    "192.168.77.2:4662; but UPnP: port 4661 is refused; UPnP: port "
	    "4660 is refused; by hand: let the router 192.168.77.1 forward TCP "
	    "port 4661 and 4660 to 192.168.77.2",
	    "method=upnp\naddress=203.0.113.7\ninside=192.168.77.2\n"
	    "port.4662=4662\n");
}

static void
without_a_router_there_is_no_advice(void **state)
{
	struct outcome o = {.method = "upnp"};

	(void)state;
	port_list_add(&o.refused, 4662);
	outcome_add_reason(&o, "no default route leads to a router");
	assert_told(&o, "nothing opened: no default route leads to a router",
	    "error=no default route leads to a router\n");
}

static void
a_public_address_needs_no_router(void **state)
{
	struct outcome o = behind_a_router();

	(void)state;
	o.method = "none";
	memcpy(o.router.inside, o.address, ADDRESS_SIZE);
	add_open(&o, 4662, 4662, 0);
	assert_told(&o, "nothing to open: 203.0.113.7 is a public address",
	    "method=none\naddress=203.0.113.7\ninside=203.0.113.7\n"
	    "port.4662=4662\n");
}

static void
an_error_keeps_what_an_earlier_run_opened(void **state)
{
	static const char before_text[] =
	    "method=nat-pmp\naddress=203.0.113.7\ninside=192.168.77.2\n"
	    "port.4662=4662\nport.4661=5000\nexpires=1795370001\n";
	struct outcome o = behind_a_router();
	struct outside before;
	char lines[OUTSIDE_SIZE_MAX];

	(void)state;
	outside_parse(&before, before_text, strlen(before_text), 1795370000);
	port_list_add(&o.refused, 4662);
	outcome_add_reason(&o, "NAT-PMP: no answer");
	outcome_lines(&o, &before, lines);
	assert_string_equal(lines,
	    "error=NAT-PMP: no answer\nmethod=nat-pmp\nport.4662=4662\n"
	    "port.4661=5000\n");
	/* and once more */
	outside_parse(&before, lines, strlen(lines), 1795370000);
	assert_int_equal(before.state, OUTSIDE_REFUSED);
	outcome_lines(&o, &before, lines);
	assert_string_equal(lines,
	    "error=NAT-PMP: no answer\nmethod=nat-pmp\nport.4662=4662\n"
	    "port.4661=5000\n");
}

/* The longest there can be is read back, and said, whole. */
static void
as_many_ports_as_there_may_be_fit(void **state)
{
	struct outcome open = behind_a_router(), refused = behind_a_router();
	struct outside outside, nothing_before = {0};
	char lines[OUTSIDE_SIZE_MAX], message[MESSAGE_MAX];

	(void)state;
	assert_true(address_parse("223.255.255.255", open.address));
	for (int i = 0; i < OUTSIDE_PORTS_MAX; i++) {
		uint16_t port = (uint16_t)(65535 - i);

		add_open(&open, port, port, UINT32_MAX);
		port_list_add(&refused.refused, port);
		outcome_add_reason(
		    &refused, "NAT-PMP: port %u cannot be had", port);
		outcome_add_reason(&refused,
		    "UPnP: port %u is another host's (error 718)", port);
	}
	outcome_lines(&open, &nothing_before, lines);
	strcat(lines, "expires=9223372036854775807\n");
	outside_parse(&outside, lines, strlen(lines), 1);
	assert_int_equal(outside.state, OUTSIDE_HOLDS);
	assert_int_equal(outside.n_ports, OUTSIDE_PORTS_MAX);
	outcome_message(&open, message);
	assert_non_null(strstr(message, ":65504 to 192.168.77.2:65504"));

	outcome_lines(&refused, &outside, lines);
	outside_parse(&outside, lines, strlen(lines), 1);
	assert_int_equal(outside.state, OUTSIDE_REFUSED);
	assert_int_equal(outside.n_ports, OUTSIDE_PORTS_MAX);
	outcome_message(&refused, message);
	assert_non_null(strstr(message, "65504 to 192.168.77.2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(open_ports_are_told_with_both_addresses),
	    cmocka_unit_test(what_is_open_ends_with_the_first_of_its_ports),
	    cmocka_unit_test(a_lease_without_end_is_called_that),
	    cmocka_unit_test(a_port_that_is_refused_is_advised_on),
	    cmocka_unit_test(without_a_router_there_is_no_advice),
	    cmocka_unit_test(a_public_address_needs_no_router),
	    cmocka_unit_test(an_error_keeps_what_an_earlier_run_opened),
	    cmocka_unit_test(as_many_ports_as_there_may_be_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
