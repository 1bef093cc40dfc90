/*
 * Networks; see network.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/network.h"

#include "base/number.h"

#include <string.h>

/* Are the first `bits` of both the same? */
static bool
agree(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	uint8_t mask = (uint8_t)(0xFF00 >> bits % 8);

	return memcmp(a, b, bits / 8) == 0 &&
	    (mask == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0);
}

void
network_last(const struct network *net, uint8_t out[ADDRESS_SIZE])
{
	memcpy(out, net->address, ADDRESS_SIZE);
	for (unsigned bit = net->bits; bit < 8 * ADDRESS_SIZE; bit++)
		out[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

const char *
network_nat64_fault(
    const uint8_t first[ADDRESS_SIZE], const uint8_t last[ADDRESS_SIZE])
{
	return address_is_nat64(first) && address_is_nat64(last)
	    ? "peers behind a NAT64 are known by IPv4; write the IPv4 address"
	    : NULL;
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
network_parse_bits(struct network *net, unsigned max, const char *s, size_t n)
{
	uint64_t bits;

	if (n > 3 || !number_parse_bytes(s, n, 0, max, &bits))
		return max == 128 ? "the mask is no number from 0 to 128"
				  : "the mask is no number from 0 to 32";
	net->bits = (unsigned)bits + 128 - max;
	return has_bits_behind(net) ? "the address has bits behind the mask"
				    : NULL;
}

/* The address, and the bits if there are any. NULL, or what is wrong. */
static const char *
parse(const char *s, size_t n, struct network *out)
{
	const char *slash = memchr(s, '/', n);
	size_t len = slash ? (size_t)(slash - s) : n;
	char address[ADDRESS_TEXT];

	if (len >= sizeof address)
		return "no address";
	memcpy(address, s, len);
	address[len] = '\0';
	if (strlen(address) != len || !address_parse(address, out->address))
		return "no address";
	out->bits = 128;
	if (!slash)
		return NULL;
	return network_parse_bits(
	    out, strchr(address, ':') ? 128 : 32, slash + 1, n - len - 1);
}

const char *
network_parse(const char *s, size_t n, struct network *out)
{
	const char *fault = parse(s, n, out);
	uint8_t last[ADDRESS_SIZE];

	if (fault)
		return fault;
	network_last(out, last);
	return network_nat64_fault(out->address, last);
}

bool
network_holds(const struct network *net, const uint8_t address[ADDRESS_SIZE])
{
	return address_is_ipv4(net->address) == address_is_ipv4(address) &&
	    agree(net->address, address, net->bits);
}
