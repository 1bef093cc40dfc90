/*
 * Owners of addresses; see owner.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/owner.h"

#include <stddef.h>

/*
 * What stands before an IPv4 address to make it a number of 64 bits. IPv6 has
 * no addresses there.
 */
#define IPV4_PREFIX UINT64_C(0xFFFF)

static uint64_t
load_be(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

uint64_t
owner_of(const uint8_t address[ADDRESS_SIZE])
{
	uint64_t network = load_be(address, 8);

	if (address_is_ipv4(address))
		return IPV4_PREFIX << 32 | load_be(address + 12, 4);
	/* ::1 is known, and its first 64 bits are zero */
	return network > 0 ? network : address_is_known(address);
}

unsigned
owner_sizes(uint64_t owner)
{
	return owner >> 32 == IPV4_PREFIX ? 1 : OWNER_SIZES;
}
