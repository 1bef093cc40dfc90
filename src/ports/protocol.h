/*
 * What is common to the protocols by which a router can be asked to open ports:
 * NAT-PMP and UPnP. Each question takes a few seconds at most; see child.h.
 * SPDX-License-Identifier: ISC
 */
#ifndef PORTS_PROTOCOL_H
#define PORTS_PROTOCOL_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>

#define IGD_URL_MAX     512
#define IGD_SERVICE_MAX 128

/* A router as UPnP finds it: an "Internet gateway device". */
struct igd {
	char control_url[IGD_URL_MAX]; /* "" when there is none */
	char service[IGD_SERVICE_MAX];
	uint8_t address[ADDRESS_SIZE]; /* outside; zeros: it tells none */
};

struct router {
	uint8_t gateway[ADDRESS_SIZE]; /* its address inside, IPv4 */
	uint8_t inside[ADDRESS_SIZE];  /* of this host, IPv4 */
	struct igd igd;                /* for UPnP alone */
};

/* A port of the router, `outside`, that leads to a port of this host. */
struct mapping {
	uint16_t inside, outside;
	uint32_t seconds; /* from now on; 0: without end */
};

/* Why a port is not open: "port 4662 is refused". */
#define WHY_MAX 80

struct protocol {
	const char *method; /* in the file `outside`: "nat-pmp" */
	const char *name;   /* for messages: "NAT-PMP" */
	/*
	 * Find the router, and learn its outside address; all zeros when it
	 * tells none. False when nobody answers. Comes before the other two.
	 */
	bool (*find)(struct router *r, uint8_t outside[ADDRESS_SIZE]);
	/*
	 * Open the port m->inside of the router, or renew it, for lease_s
	 * seconds, and fill the rest of m in. False, and why.
	 */
	bool (*map)(const struct router *r, struct mapping *m, uint32_t lease_s,
	    char why[WHY_MAX]);
	/* Close it. True when it is closed now. */
	bool (*unmap)(const struct router *r, const struct mapping *m);
};

extern const struct protocol protocol_nat_pmp, protocol_upnp;

#endif
