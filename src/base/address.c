/*
 * Addresses; see address.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/address.h"

#include <string.h>

bool
address_is_known(const uint8_t address[ADDRESS_SIZE])
{
	static const uint8_t unknown[ADDRESS_SIZE];

	return memcmp(address, unknown, sizeof unknown) != 0;
}

bool
address_is_ipv4(const uint8_t address[ADDRESS_SIZE])
{
	static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};

	return memcmp(address, mapped, sizeof mapped) == 0;
}

void
address_owner(uint8_t out[ADDRESS_SIZE], const uint8_t address[ADDRESS_SIZE])
{
	memcpy(out, address, ADDRESS_SIZE);
	if (!address_is_ipv4(address))
		memset(out + 8, 0, ADDRESS_SIZE - 8);
}

bool
address_same_owner(const uint8_t a[ADDRESS_SIZE], const uint8_t b[ADDRESS_SIZE])
{
	uint8_t owner_a[ADDRESS_SIZE], owner_b[ADDRESS_SIZE];

	address_owner(owner_a, a);
	address_owner(owner_b, b);
	return memcmp(owner_a, owner_b, ADDRESS_SIZE) == 0;
}
