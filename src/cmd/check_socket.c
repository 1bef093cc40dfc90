/*
 * The part of `check` that looks at the ports of this host, and talks to the
 * servers behind them as a peer would; see check.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/host.h"
#include "base/log.h"
#include "base/scope.h"
#include "base/util.h"
#include "cmd/check.h"
#include "reach/probe.h"
#include "store/identity.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* How many sockets on one port are looked at. */
#define SOCKETS_MAX 8

/* Peers wait for 40 s; this is enough for a machine under load. */
#define ANSWER_SECONDS 5

#define START_SERVER "\"systemctl enable --now ed2k-serve.socket\""

/* The sockets that listen on one port. */
struct sockets {
	uint16_t port;
	size_t n;
	uint8_t addresses[SOCKETS_MAX][ADDRESS_SIZE];
	bool any, any_ipv4; /* one is bound to all addresses; to all IPv4 */
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

/* Can a server with this database have this user hash? */
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

/* Is the port that the server names to peers one of ours? */
static void
check_named_port(struct check *c, const char *where, uint16_t named)
{
	for (size_t i = 0; i < c->n_ports; i++)
		if (outside_port(c, c->ports[i].port) == named)
			return;
	check_warning(c, "conversation",
	    "the server at %s tells peers to come back to port %u; if that is "
	    "not where they reach it, run ed2k-serve with \"-p %u\"",
	    where, named, outside_port(c, c->ports[0].port));
}

/* A program said hello. */
static void
report_hello(struct check *c, const char *where, enum probe_result res,
    const struct probe *p)
{
	const char *path = log_quote_str(c->sample_path);

	if (!c->is_open) {
		check_warning(c, "conversation",
		    "%s answers as %s; without the database it is not known "
		    "whether that is this share",
		    where, log_quote_str(p->name));
		return;
	}
	if (!is_our_hash(c, p->user_hash)) {
		check_problem(c, "conversation",
		    "at %s another eD2k program answers, %s, or ed2k-serve "
		    "with another database; stop it, or name the server's "
		    "database with -d",
		    where, log_quote_str(p->name));
		return;
	}
	c->answered = true;
	if (res == PROBE_ANSWERED && c->has_sample)
		check_ok(c, "conversation",
		    "%s answers as this share and offers %s", where, path);
	else if (res == PROBE_ANSWERED)
		check_ok(c, "conversation", "%s answers as this share", where);
	else
		check_problem(c, "conversation",
		    "%s answers as this share but %s %s; its log says why "
		    "(\"journalctl -t ed2k-serve\"): perhaps its user may not "
		    "read the file",
		    where,
		    res == PROBE_NO_FILE ? "does not offer"
					 : "says nothing about",
		    path);
	check_named_port(c, where, p->port);
}

/* It did not say hello; error: errno of connecting. */
static void
report_no_hello(
    struct check *c, const char *where, enum probe_result res, int error)
{
	static const char *const texts[] = {
	    [PROBE_REFUSED] =
		"refuses connections, as when a socket has IPv6 alone; eD2k "
		"clients use IPv4: let it have both, as ed2k-serve.socket does "
		"by BindIPv6Only=both",
	    [PROBE_FAILED] = "cannot be connected to: ",
	    [PROBE_CLOSED] = "closes the connection; if it is ed2k-serve, its "
			     "log says why (\"journalctl -t ed2k-serve\")",
	    [PROBE_SILENT] = "says nothing for 5 s; is it ed2k-serve, and is "
			     "this machine very busy?",
	    [PROBE_FOREIGN] = "does not speak eD2k; another program has the "
			      "port: stop it, or give ed2k-serve another port",
	};

	_Static_assert(ANSWER_SECONDS == 5, "as a text above says");
	check_problem(c, "conversation", "%s %s%s", where, texts[res],
	    res == PROBE_FAILED ? strerror(error) : "");
}

static void
converse(struct check *c, const uint8_t address[ADDRESS_SIZE], uint16_t port)
{
	char where[ADDRESS_PORT_TEXT];
	struct probe probe;
	enum probe_result res = probe_run(&probe, address, port,
	    c->has_sample ? c->sample : NULL, ANSWER_SECONDS);
	int error = errno;

	address_format_port(where, address, port);
	if (res <= PROBE_NOT_ANSWERED)
		report_hello(c, where, res, &probe);
	else if (res != PROBE_FAILED || error != EADDRNOTAVAIL)
		report_no_hello(c, where, res, error);
	/* else there is no ::1: this host has no IPv6 */
}

/* Talk to every socket: at the address it is bound to, or at loopback. */
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
		check_warning(c, "socket",
		    "cannot find out who listens: /proc/net/tcp: %s",
		    strerror(errno));
		return;
	}
	if (s.n == 0) {
		check_report(c, port->if_closed, "socket",
		    "nobody listens on port %u; " START_SERVER
		    " starts the server",
		    s.port);
		return;
	}
	list_addresses(list, sizeof list, &s);
	if (s.outside)
		check_ok(c, "socket", "port %u is open on %s", s.port, list);
	else
		check_problem(c, "socket",
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
