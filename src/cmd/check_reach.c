/*
 * The parts of `check` that look from where peers come; see check.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/host.h"
#include "base/log.h"
#include "base/scope.h"
#include "base/util.h"
#include "cmd/check.h"
#include "store/identity.h"
#include "index/probe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* More sockets on one port than this are not looked at. */
#define SOCKETS_MAX 8

#define START_SERVER "\"systemctl enable --now ed2k-serve.socket\""
#define START_MAPPER "\"systemctl enable --now ed2k-map-ports.timer\""

/* The sockets that listen on one port. */
struct sockets {
	uint16_t port;
	size_t n;
	uint8_t addresses[SOCKETS_MAX][ADDRESS_SIZE];
	bool any, any_ipv4; /* one is bound to every address, or all of IPv4 */
	bool outside;       /* one can be reached from outside this host */
};

static void
gather(void *ctx, const struct listener *l)
{
	struct sockets *s = ctx;

	if (l->port != s->port || s->n == SOCKETS_MAX)
		return;
	memcpy(s->addresses[s->n++], l->address, ADDRESS_SIZE);
	if (listener_is_any(l)) {
		s->any_ipv4 |= address_is_ipv4(l->address);
		s->any |= !address_is_ipv4(l->address);
	}
	s->outside |=
	    listener_is_any(l) || scope_of(l->address) != SCOPE_LOOPBACK;
}

/* "0.0.0.0, ::1" */
static const char *
list_addresses(char *out, size_t cap, const struct sockets *s)
{
	char text[ADDRESS_TEXT];
	size_t used = 0;

	for (size_t i = 0; i < s->n && used < cap; i++) {
		bool known = address_is_known(s->addresses[i]);

		address_format(text, s->addresses[i]);
		used += (size_t)snprintf(out + used, cap - used, "%s%s",
		    i > 0 ? ", " : "", known ? text : "::");
	}
	return out;
}

/* Is it the user hash that a server with this database may have? */
static bool
is_our_hash(struct check *c, const uint8_t user_hash[HASH_SIZE])
{
	uint8_t own[HASH_SIZE];

	if (!c->is_open)
		return false;
	if (memcmp(user_hash, c->user_hash, HASH_SIZE) == 0)
		return true;
	/* "--identity own", where there can be one */
	return access("/etc/machine-id", R_OK) == 0 &&
	    identity_user_hash(&c->store, IDENTITY_OWN, own) == 0 &&
	    memcmp(user_hash, own, HASH_SIZE) == 0;
}

/* Which port do peers dial for a port of ours, as far as we know? */
static uint16_t
outside_port(const struct check *c, uint16_t port)
{
	uint16_t mapped = c->outside.state == OUTSIDE_HOLDS
	    ? outside_port_of(&c->outside, port)
	    : 0;

	return mapped ? mapped : port;
}

/* Peers come back where the server says: is that a port of those? */
static void
check_told_port(struct check *c, const char *where, uint16_t told)
{
	for (size_t i = 0; i < c->n_ports; i++)
		if (outside_port(c, c->ports[i].port) == told)
			return;
	report(&c->report, REPORT_WARNING, "conversation",
	    "the server at %s tells peers to come back to port %u; if that is "
	    "not where they reach it, run ed2k-serve with \"-p %u\"",
	    where, told, outside_port(c, c->ports[0].port));
}

/* It said hello. */
static void
report_hello(struct check *c, const char *where, enum probe_result res,
    const struct probe *p)
{
	const char *path = log_quote_str(c->sample_path);

	if (!c->is_open) {
		report(&c->report, REPORT_WARNING, "conversation",
		    "%s answers as %s; without the database nobody can say if "
		    "it is this share",
		    where, log_quote_str(p->name));
		return;
	}
	if (!is_our_hash(c, p->user_hash)) {
		report(&c->report, REPORT_PROBLEM, "conversation",
		    "at %s another eD2k program answers, %s, or ed2k-serve "
		    "with another database; stop it, or name the server's "
		    "database with -d",
		    where, log_quote_str(p->name));
		return;
	}
	c->answered = true;
	if (res == PROBE_ANSWERED && c->has_sample)
		report(&c->report, REPORT_OK, "conversation",
		    "%s answers as this share and offers %s", where, path);
	else if (res == PROBE_ANSWERED)
		report(&c->report, REPORT_OK, "conversation",
		    "%s answers as this share", where);
	else
		report(&c->report, REPORT_PROBLEM, "conversation",
		    "%s answers as this share but %s %s; its log says why "
		    "(\"journalctl -t ed2k-serve\"): perhaps its user may not "
		    "read the file",
		    where,
		    res == PROBE_NO_FILE ? "does not offer"
					 : "says nothing about",
		    path);
	check_told_port(c, where, p->port);
}

/* It did not; error is that of connecting. */
static void
report_no_hello(
    struct check *c, const char *where, enum probe_result res, int error)
{
	char text[256];

	switch (res) {
	case PROBE_CLOSED:
		snprintf(text, sizeof text,
		    "closes the connection; if it is ed2k-serve, its log says "
		    "why (\"journalctl -t ed2k-serve\")");
		break;
	case PROBE_SILENT:
		snprintf(text, sizeof text,
		    "says nothing for %d s; is it ed2k-serve, and is this "
		    "machine very busy?",
		    PROBE_SECONDS);
		break;
	case PROBE_FOREIGN:
		snprintf(text, sizeof text,
		    "does not speak eD2k; another program has the port: stop "
		    "it, or give ed2k-serve another port");
		break;
	case PROBE_REFUSED:
		snprintf(text, sizeof text,
		    "refuses connections, as when a socket has IPv6 alone; "
		    "eD2k clients use IPv4: let it have both, as "
		    "ed2k-serve.socket does by BindIPv6Only=both");
		break;
	default:
		snprintf(text, sizeof text, "cannot be connected to: %s",
		    strerror(error));
		break;
	}
	report(
	    &c->report, REPORT_PROBLEM, "conversation", "%s %s", where, text);
}

static void
converse(struct check *c, const uint8_t address[ADDRESS_SIZE], uint16_t port)
{
	char where[ADDRESS_PORT_TEXT];
	struct probe probe;
	enum probe_result res =
	    probe_run(&probe, address, port, c->has_sample ? c->sample : NULL);
	int error = errno;

	address_format_port(where, address, port);
	if (res <= PROBE_NOT_ANSWERED)
		report_hello(c, where, res, &probe);
	else if (res != PROBE_FAILED || error != EADDRNOTAVAIL)
		report_no_hello(c, where, res, error);
	/* else there is no ::1: this host has no IPv6 */
}

/* Every socket: by the address it is bound to, or by loopback. */
static void
converse_all(struct check *c, const struct sockets *s)
{
	uint8_t loopback[ADDRESS_SIZE],
	    ipv6_loopback[ADDRESS_SIZE] = {[15] = 1};

	address_parse("127.0.0.1", loopback);
	for (size_t i = 0; i < s->n; i++) {
		const uint8_t *address = s->addresses[i];
		struct listener l = {.port = s->port};

		memcpy(l.address, address, ADDRESS_SIZE);
		if (!listener_is_any(&l) && scope_of(address) != SCOPE_LINK)
			converse(c, address, s->port);
	}
	/* a socket of :: has both families, as a rule */
	if (s->any || s->any_ipv4)
		converse(c, loopback, s->port);
	if (s->any)
		converse(c, ipv6_loopback, s->port);
}

static void
check_port(struct check *c, const struct check_port *port)
{
	struct sockets s = {.port = port->port};
	char list[SOCKETS_MAX * (ADDRESS_TEXT + 2)];

	if (!host_each_listener(gather, &s)) {
		report(&c->report, REPORT_WARNING, "socket",
		    "the kernel does not tell who listens: /proc/net/tcp: %s",
		    strerror(errno));
		return;
	}
	if (s.n == 0) {
		report(&c->report, port->if_closed, "socket",
		    "nobody listens on port %u; " START_SERVER
		    " starts the server",
		    s.port);
		return;
	}
	list_addresses(list, sizeof list, &s);
	if (s.outside)
		report(&c->report, REPORT_OK, "socket", "port %u is open on %s",
		    s.port, list);
	else
		report(&c->report, REPORT_PROBLEM, "socket",
		    "port %u is open on %s alone, and no peer outside this "
		    "host can connect; let the super-server listen on all "
		    "addresses, as ed2k-serve.socket does",
		    s.port, list);
	converse_all(c, &s);
}

void
check_sockets(struct check *c)
{
	for (size_t i = 0; i < c->n_ports; i++)
		check_port(c, &c->ports[i]);
}

/* Is each port led to from outside? */
static void
check_mapped_ports(struct check *c, const char *address)
{
	for (size_t i = 0; i < c->n_ports; i++) {
		const struct check_port *port = &c->ports[i];
		uint16_t mapped = outside_port_of(&c->outside, port->port);

		if (mapped)
			report(&c->report, REPORT_OK, "router",
			    "from outside, %s:%u leads to port %u", address,
			    mapped, port->port);
		else
			report(&c->report, port->if_closed, "router",
			    "the router, %s, leads nobody to port %u; name it "
			    "in PORTS= of ed2k-map-ports.service, and see "
			    "\"journalctl -t ed2k-map-ports\"",
			    address, port->port);
	}
}

/* An address that peers cannot use, and what can be done about it. */
static void
report_unreachable(struct check *c, const char *what,
    const uint8_t address[ADDRESS_SIZE], enum report_level level)
{
	enum scope scope = scope_of(address);
	char text[ADDRESS_TEXT];
	const char *remedy;

	if (scope == SCOPE_SHARED)
		remedy = "no port can be opened there, so ask the provider for "
			 "a public IPv4 address, or serve from a host that has "
			 "one";
	else if (scope == SCOPE_PRIVATE)
		remedy = "another router is before it: let that one forward "
			 "the ports as well, or make this one a bridge";
	else
		remedy = "look after its connection to the Internet";
	report(&c->report, level, "router", "%s, %s, is %s; %s", what,
	    address_format(text, address), scope_name(scope), remedy);
}

static void
check_mapping(struct check *c)
{
	char address[ADDRESS_TEXT];

	if (scope_of(c->outside.address) == SCOPE_PUBLIC)
		check_mapped_ports(
		    c, address_format(address, c->outside.address));
	else
		report_unreachable(c, "the router's own address",
		    c->outside.address, REPORT_PROBLEM);
}

/* Nobody asked a router; is one needed? */
static void
check_own_address(struct check *c)
{
	uint8_t own[ADDRESS_SIZE];
	char text[ADDRESS_TEXT];

	if (!host_address(false, own))
		report(&c->report, REPORT_PROBLEM, "router",
		    "no route leads to the Internet by IPv4, which eD2k clients "
		    "use; look after the network");
	else if (scope_of(own) == SCOPE_PUBLIC)
		report(&c->report, REPORT_OK, "router",
		    "this host has a public address itself: %s",
		    address_format(text, own));
	else if (scope_of(own) != SCOPE_PRIVATE)
		report_unreachable(
		    c, "the address of this host", own, REPORT_WARNING);
	else
		report(&c->report, REPORT_WARNING, "router",
		    "this host has a private address, %s, which peers outside "
		    "cannot reach, and aMule and eMule ignore; let the router "
		    "forward TCP port %u to it, by " START_MAPPER " or by hand",
		    address_format(text, own), c->ports[0].port);
}

static void
report_refused(struct check *c)
{
	if (address_is_known(c->outside.refused))
		report_unreachable(c, "the router's own address",
		    c->outside.refused, REPORT_PROBLEM);
	else
		report(&c->report, REPORT_PROBLEM, "router",
		    "the router opened nothing: %s; \"journalctl -t "
		    "ed2k-map-ports\" says what to do by hand",
		    log_quote_str(c->outside.error));
}

void
check_router(struct check *c)
{
	const char *path = log_quote_str(c->outside_path);
	uint64_t now = (uint64_t)time(NULL);

	switch (c->outside.state) {
	case OUTSIDE_HOLDS:
		check_mapping(c);
		break;
	case OUTSIDE_ENDED:
		report(&c->report, REPORT_PROBLEM, "router",
		    "what the router opened ended %" PRIu64
		    " s ago and was not renewed; see \"systemctl status "
		    "ed2k-map-ports.timer\"",
		    now - c->outside.expires);
		break;
	case OUTSIDE_REFUSED:
		report_refused(c);
		break;
	case OUTSIDE_NONE:
		check_own_address(c);
		break;
	case OUTSIDE_STRANGE:
		report(&c->report, REPORT_WARNING, "router",
		    "%s is nothing that ed2k-map-ports wrote, and is not "
		    "believed; remove it, and " START_MAPPER " makes another",
		    path);
		check_own_address(c);
		break;
	case OUTSIDE_FAILED:
		report(&c->report, REPORT_WARNING, "router",
		    "cannot read %s; see to its mode", path);
		check_own_address(c);
		break;
	}
}

void
check_ipv6(struct check *c)
{
	uint8_t own[ADDRESS_SIZE];
	char text[ADDRESS_TEXT];

	if (!host_address(true, own) || scope_of(own) != SCOPE_PUBLIC)
		report(&c->report, REPORT_OK, "ipv6",
		    "this host has no global IPv6 address; eD2k clients use "
		    "IPv4, so nothing is lost");
	else
		report(&c->report, REPORT_OK, "ipv6",
		    "peers that speak IPv6 can use %s, unless a firewall is "
		    "before it; eD2k clients use IPv4, and links have no room "
		    "for it",
		    address_format(text, own));
}
