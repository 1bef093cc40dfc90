/*
 * The router, as the routing table of this host has it.
 * SPDX-License-Identifier: ISC
 */
#ifndef PORTS_ROUTE_H
#define PORTS_ROUTE_H

#include "base/address.h"

#include <stdbool.h>

/*
 * Read a line of /proc/net/route. True for a default route that leads to a
 * router, whose address is put into gateway.
 */
bool route_parse(const char *line, uint8_t gateway[ADDRESS_SIZE]);

/*
 * The router that the default route of IPv4 names, and our address that it gets
 * to see. NULL, or a literal that says what is missing.
 */
const char *route_find(
    uint8_t gateway[ADDRESS_SIZE], uint8_t inside[ADDRESS_SIZE]);

#endif
