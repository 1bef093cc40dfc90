/*
 * Networks; see network.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/network.h"

#include "base/args.h"

#include <stdio.h>
#include <string.h>

/* The longest address, a slash, three digits and the NUL. */
#define NETWORK_TEXT (ADDRESS_TEXT + 4)

/* Do the first `bits` of both agree? */
static bool
agree(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	uint8_t mask = (uint8_t)(0xFF00 >> bits % 8);

	return memcmp(a, b, bits / 8) == 0 &&
	    (mask == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0);
}

static bool
has_bits_behind(const struct network *net)
{
	for (unsigned bit = net->bits; bit < 8 * ADDRESS_SIZE; bit++)
		if (net->address[bit / 8] & 0x80 >> bit % 8)
			return true;
	return false;
}

const char *
network_parse(const char *s, size_t n, struct network *out)
{
	char text[NETWORK_TEXT], *slash;
	uint64_t bits, max;

	if (n >= sizeof text)
		return "no address";
	snprintf(text, sizeof text, "%.*s", (int)n, s);
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	if (!address_parse(text, out->address))
		return "no address";
	max = strchr(text, ':') ? 128 : 32;
	bits = max;
	if (slash && !args_number(slash, ARGS_NUMBER, 0, max, &bits))
		return max == 128 ? "the mask is no number from 0 to 128"
				  : "the mask is no number from 0 to 32";
	out->bits = (unsigned)(bits + 128 - max);
	return has_bits_behind(out) ? "the address has bits behind the mask"
				    : NULL;
}

bool
network_holds(const struct network *net, const uint8_t address[ADDRESS_SIZE])
{
	return address_is_ipv4(net->address) == address_is_ipv4(address) &&
	    agree(net->address, address, net->bits);
}
