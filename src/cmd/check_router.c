/*
 * The parts of `check` that find out where peers outside this host reach it;
 * see check.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/host.h"
#include "base/log.h"
#include "base/scope.h"
#include "cmd/check.h"

#include <inttypes.h>
#include <time.h>

#define START_MAPPER "\"systemctl enable --now ed2k-map-ports.timer\""

/* Does the router forward to each port? */
static void
check_mapped_ports(struct check *c)
{
	char address[ADDRESS_TEXT];

	address_format(address, c->outside.address);
	for (size_t i = 0; i < c->n_ports; i++) {
		const struct check_port *port = &c->ports[i];
		uint16_t mapped = outside_port_of(&c->outside, port->port);

		if (mapped)
			check_ok(c, "router",
			    "from outside, %s:%u leads to port %u", address,
			    mapped, port->port);
		else
			check_report(c, port->if_closed, "router",
			    "the router, %s, forwards nothing to port %u; add "
			    "it to PORTS= of ed2k-map-ports.service, and see "
			    "\"journalctl -t ed2k-map-ports\"",
			    address, port->port);
	}
}

/* An address that peers cannot use, and what can be done about it. */
static void
report_unreachable(struct check *c, enum check_level level, const char *what,
    const uint8_t address[ADDRESS_SIZE])
{
	enum scope scope = scope_of(address);
	char text[ADDRESS_TEXT];
	const char *remedy;

	if (scope == SCOPE_SHARED)
		remedy = "no port can be opened there, so ask the provider for "
			 "a public IPv4 address, or serve from a host that has "
			 "one";
	else if (scope == SCOPE_PRIVATE)
		remedy = "another router is before it; let that one forward "
			 "the ports too, or make this one a bridge";
	else
		remedy = "check its connection to the Internet";
	check_report(c, level, "router", "%s, %s, is %s; %s", what,
	    address_format(text, address), scope_name(scope), remedy);
}

static void
report_router_unreachable(struct check *c, const uint8_t address[ADDRESS_SIZE])
{
	report_unreachable(
	    c, CHECK_PROBLEM, "the router's own address", address);
}

/* Nothing is known of a router; is one needed? */
static void
check_own_address(struct check *c)
{
	uint8_t own[ADDRESS_SIZE];
	char text[ADDRESS_TEXT];

	if (!host_address(false, own))
		check_problem(c, "router",
		    "no route leads to the Internet by IPv4, which eD2k "
		    "clients use; check the network");
	else if (scope_of(own) == SCOPE_PUBLIC)
		check_ok(c, "router",
		    "this host has a public address itself: %s",
		    address_format(text, own));
	else if (scope_of(own) != SCOPE_PRIVATE)
		report_unreachable(
		    c, CHECK_WARNING, "the address of this host", own);
	else
		check_warning(c, "router",
		    "this host has a private address, %s, which peers outside "
		    "cannot reach, and aMule and eMule ignore; let the router "
		    "forward TCP port %u to it, by " START_MAPPER " or by hand",
		    address_format(text, own), c->ports[0].port);
}

void
check_router(struct check *c)
{
	const struct outside *outside = &c->outside;
	const char *path = log_quote_str(c->outside_path);

	switch (outside->state) {
	case OUTSIDE_HOLDS:
		if (scope_of(outside->address) == SCOPE_PUBLIC)
			check_mapped_ports(c);
		else
			report_router_unreachable(c, outside->address);
		return;
	case OUTSIDE_ENDED:
		check_problem(c, "router",
		    "what the router opened ended %" PRIu64
		    " s ago and was not renewed; see \"systemctl status "
		    "ed2k-map-ports.timer\"",
		    (uint64_t)time(NULL) - outside->expires);
		return;
	case OUTSIDE_REFUSED:
		if (address_is_known(outside->refused))
			report_router_unreachable(c, outside->refused);
		else
			check_problem(c, "router",
			    "the router opened nothing: %s; \"journalctl -t "
			    "ed2k-map-ports\" says what to do by hand",
			    log_quote_str(outside->error));
		return;
	case OUTSIDE_NONE:
		break;
	case OUTSIDE_STRANGE:
		check_warning(c, "router",
		    "%s was not written by ed2k-map-ports and is ignored; "
		    "remove it, and " START_MAPPER " writes a new one",
		    path);
		break;
	case OUTSIDE_FAILED:
		check_warning(
		    c, "router", "cannot read %s; check its mode", path);
		break;
	}
	check_own_address(c);
}

void
check_ipv6(struct check *c)
{
	uint8_t own[ADDRESS_SIZE];
	char text[ADDRESS_TEXT];

	if (!host_address(true, own) || scope_of(own) != SCOPE_PUBLIC)
		check_ok(c, "ipv6",
		    "this host has no global IPv6 address; eD2k clients use "
		    "IPv4, so nothing is lost");
	else
		check_ok(c, "ipv6",
		    "peers that speak IPv6 can use %s, unless a firewall is "
		    "before it; eD2k clients use IPv4, and links have no room "
		    "for it",
		    address_format(text, own));
}
