/*
 * Addresses of Kad nodes; see address.h.
 * SPDX-License-Identifier: ISC
 */
#include "kad/address.h"

#include "base/util.h"

/* What is not the public internet. Source: RFC 6890. */
static const struct {
	uint32_t ip;
	unsigned bits;
} reserved[] = {
    {0x00000000, 8}, {0x0A000000, 8}, {0x64400000, 10}, {0x7F000000, 8},
    {0xA9FE0000, 16}, {0xAC100000, 12}, {0xC0000000, 24}, {0xC0000200, 24},
    {0xC0A80000, 16}, {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24},
    {0xE0000000, 3}, /* multicast and above */
};

bool
kad_address_is_usable(struct kad_address address)
{
	if (address.port == 0 || address.port == 53)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if ((address.ip ^ reserved[i].ip) >> (32 - reserved[i].bits) ==
		    0)
			return false;
	return true;
}
