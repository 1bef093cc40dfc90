/*
 * Addresses of Kad nodes, which are IPv4 and UDP only, and which of them we
 * may send to. Pure.
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_ADDRESS_H
#define KAD_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/* ip is a number: 192.0.2.7 is 0xC0000207. Kad writes it little-endian. */
struct kad_address {
	uint32_t ip;
	uint16_t port;
};

static inline bool
kad_same_address(struct kad_address a, struct kad_address b)
{
	return a.ip == b.ip && a.port == b.port;
}

/* Addresses of one /24 have one owner, so they count together. */
static inline uint32_t
kad_subnet(uint32_t ip)
{
	return ip >> 8;
}

/*
 * Is it an address of the public internet, and a port that a node can have?
 * Others name such addresses to us, and what we send there must not hit a
 * private network, or a name server (port 53, which nodes of version 5 and less
 * drop, too).
 */
bool kad_address_is_usable(struct kad_address address);

#endif
