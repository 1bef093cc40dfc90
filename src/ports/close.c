/*
 * `close` and `show`; see ports.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "ports/ports.h"
#include "ports/record.h"
#include "ports/route.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* The protocol by which the recorded ports were opened; NULL: by none. */
static const struct protocol *
protocol_of(const struct outside *outside)
{
	if (strcmp(outside->method, protocol_nat_pmp.method) == 0)
		return &protocol_nat_pmp;
	if (strcmp(outside->method, protocol_upnp.method) == 0)
		return &protocol_upnp;
	return NULL;
}

static int
close_by(const struct protocol *p, const struct outside *outside,
    struct router *router)
{
	struct port_list closed = {0}, left = {0};
	uint8_t address[ADDRESS_SIZE];
	bool found = p->find(router, address);
	char text[1024] = "";

	for (size_t i = 0; i < outside->n_ports; i++) {
		struct mapping m = {.inside = outside->ports[i].inside,
		    .outside = outside->ports[i].outside};
		struct port_list *list =
		    found && p->unmap(router, &m) ? &closed : &left;

		port_list_add(list, m.outside);
	}
	port_list_append(left.n > 0 ? &left : &closed, text, sizeof text);
	if (left.n > 0) {
		log_warning(
		    "the router does not say that it closed TCP port %s", text);
		return EX_UNAVAILABLE;
	}
	log_notice("closed TCP port %s", text);
	return EX_OK;
}

int
ports_close(void)
{
	static struct record record;
	static struct router router;
	int fault = record_open(&record);
	const struct protocol *p;
	const char *missing;

	if (fault)
		return fault;
	p = protocol_of(&record.outside);
	unlink(record.path);
	if (!p || record.outside.n_ports == 0) {
		log_info("nothing to close");
		return EX_OK;
	}
	missing = route_find(router.gateway, router.inside);
	if (missing) {
		log_warning("nothing closed: %s", missing);
		return EX_UNAVAILABLE;
	}
	return close_by(p, &record.outside, &router);
}

int
ports_show(void)
{
	static struct record record;
	int fault = record_open(&record);

	if (fault)
		return fault;
	fputs(record.text, stdout);
	return record.outside.state == OUTSIDE_HOLDS ? EX_OK : EX_UNAVAILABLE;
}
