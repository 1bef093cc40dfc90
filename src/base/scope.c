/*
 * The special networks; see scope.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/scope.h"

#include "base/network.h"
#include "base/util.h"

#include <stddef.h>

#define IPV4(a, b, c, bits)                                                    \
	{                                                                      \
		{[10] = 0xFF,                                                  \
		    [11] = 0xFF,                                               \
		    [12] = (a),                                                \
		    [13] = (b),                                                \
		    [14] = (c)},                                               \
		    96 + (bits)                                                \
	}

/* The first entry that holds an address decides. */
static const struct range {
	struct network network;
	enum scope scope;
} ranges[] = {
    {IPV4(0, 0, 0, 8), SCOPE_NOBODY},
    {IPV4(10, 0, 0, 8), SCOPE_PRIVATE},
    {IPV4(100, 64, 0, 10), SCOPE_SHARED},
    {IPV4(127, 0, 0, 8), SCOPE_LOOPBACK},
    {IPV4(169, 254, 0, 16), SCOPE_LINK},
    {IPV4(172, 16, 0, 12), SCOPE_PRIVATE},
    {IPV4(192, 0, 0, 24), SCOPE_NOBODY}, /* protocols */
    {IPV4(192, 0, 2, 24), SCOPE_DOCUMENTATION},
    {IPV4(192, 168, 0, 16), SCOPE_PRIVATE},
    {IPV4(198, 18, 0, 15), SCOPE_NOBODY}, /* benchmarks */
    {IPV4(198, 51, 100, 24), SCOPE_DOCUMENTATION},
    {IPV4(203, 0, 113, 24), SCOPE_DOCUMENTATION},
    {IPV4(224, 0, 0, 3), SCOPE_NOBODY}, /* multicast, reserved */
    {IPV4(0, 0, 0, 0), SCOPE_PUBLIC},
    {{{[15] = 1}, 128}, SCOPE_LOOPBACK},
    {{{0xFE, 0x80}, 10}, SCOPE_LINK},
    {{{0xFC}, 7}, SCOPE_PRIVATE},
    {{{0x20, 0x01, 0x0D, 0xB8}, 32}, SCOPE_DOCUMENTATION},
    {{{0x3F, 0xFF}, 20}, SCOPE_DOCUMENTATION},
    {{{0x20}, 3}, SCOPE_PUBLIC},
};

enum scope
scope_of(const uint8_t address[ADDRESS_SIZE])
{
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (network_holds(&ranges[i].network, address))
			return ranges[i].scope;
	return SCOPE_NOBODY;
}

const char *
scope_name(enum scope scope)
{
	static const char *const names[] = {
	    [SCOPE_PUBLIC] = "a public address",
	    [SCOPE_LOOPBACK] = "an address of this host alone",
	    [SCOPE_LINK] = "an address of its network alone",
	    [SCOPE_PRIVATE] = "a private address",
	    [SCOPE_SHARED] = ("an address of a provider's own network "
			      "(carrier-grade NAT)"),
	    [SCOPE_DOCUMENTATION] = "an address for examples",
	    [SCOPE_NOBODY] = "no address of a host",
	};

	return names[scope];
}
