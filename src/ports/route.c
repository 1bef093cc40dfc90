/*
 * The default route; see route.h.
 * SPDX-License-Identifier: ISC
 */
#include "ports/route.h"

#include "base/host.h"

#include <inttypes.h>
#include <net/route.h>
#include <stdio.h>
#include <string.h>

bool
route_parse(const char *line, uint8_t gateway[ADDRESS_SIZE])
{
	uint32_t to, via, mask;
	unsigned flags;

	/* name, addresses as the kernel keeps them, flags, 3 numbers, mask */
	if (sscanf(line,
		"%*s %8" SCNx32 " %8" SCNx32 " %x %*d %*d %*d %8" SCNx32, &to,
		&via, &flags, &mask) != 4 ||
	    to != 0 || mask != 0 || via == 0 || (flags & RTF_REJECT))
		return false;
	address_from_ipv4(gateway, (const uint8_t *)&via);
	return true;
}

/* Of several the kernel names the one that it prefers first. */
static bool
find_gateway(uint8_t gateway[ADDRESS_SIZE])
{
	FILE *f = fopen("/proc/net/route", "re");
	char line[512];
	bool found = false;

	while (f && !found && fgets(line, sizeof line, f))
		found = route_parse(line, gateway);
	if (f)
		fclose(f);
	return found;
}

const char *
route_find(uint8_t gateway[ADDRESS_SIZE], uint8_t inside[ADDRESS_SIZE])
{
	if (!find_gateway(gateway))
		return "no default route leads to a router";
	if (!host_address_towards(gateway, inside))
		return "no address of this host leads to the router";
	return NULL;
}
