/*
 * Addresses; see address.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/address.h"

#include "base/number.h"

#include <arpa/inet.h>
#include <stdio.h>
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
address_from_ipv4(uint8_t out[ADDRESS_SIZE], const uint8_t ipv4[4])
{
	memset(out, 0, ADDRESS_SIZE);
	out[10] = out[11] = 0xFF;
	memcpy(out + 12, ipv4, 4);
}

bool
address_is_nat64(const uint8_t address[ADDRESS_SIZE])
{
	static const uint8_t prefix[12] = {0x00, 0x64, 0xFF, 0x9B};

	return memcmp(address, prefix, sizeof prefix) == 0;
}

void
address_undo_nat64(uint8_t address[ADDRESS_SIZE])
{
	uint8_t ipv4[4];

	if (!address_is_nat64(address))
		return;
	memcpy(ipv4, address + 12, sizeof ipv4);
	address_from_ipv4(address, ipv4);
}

bool
address_parse(const char *s, uint8_t out[ADDRESS_SIZE])
{
	uint8_t ipv4[4];

	if (inet_pton(AF_INET6, s, out) == 1)
		return true;
	if (inet_pton(AF_INET, s, ipv4) != 1)
		return false;
	address_from_ipv4(out, ipv4);
	return true;
}

/* Four numbers of at most 3 digits, with dots between them. */
static bool
parse_padded_ipv4(const char *s, size_t n, uint8_t out[4])
{
	const char *end = s + n;

	for (size_t i = 0; i < 4; i++) {
		const char *dot = memchr(s, '.', (size_t)(end - s));
		const char *stop = i < 3 ? dot : end;
		uint64_t v;

		if (!stop || stop - s > 3 ||
		    !number_parse_bytes(s, (size_t)(stop - s), 0, 255, &v))
			return false;
		out[i] = (uint8_t)v;
		s = stop + (i < 3);
	}
	return true;
}

bool
address_parse_padded(const char *s, size_t n, uint8_t out[ADDRESS_SIZE])
{
	char copy[ADDRESS_TEXT];
	uint8_t ipv4[4];

	if (parse_padded_ipv4(s, n, ipv4)) {
		address_from_ipv4(out, ipv4);
		return true;
	}
	if (n >= sizeof copy || memchr(s, '\0', n))
		return false;
	memcpy(copy, s, n);
	copy[n] = '\0';
	return inet_pton(AF_INET6, copy, out) == 1;
}

const char *
address_format(char out[ADDRESS_TEXT], const uint8_t address[ADDRESS_SIZE])
{
	if (address_is_ipv4(address))
		inet_ntop(AF_INET, address + 12, out, ADDRESS_TEXT);
	else if (address_is_known(address))
		inet_ntop(AF_INET6, address, out, ADDRESS_TEXT);
	else
		snprintf(out, ADDRESS_TEXT, "-");
	return out;
}

const char *
address_format_port(char out[ADDRESS_PORT_TEXT],
    const uint8_t address[ADDRESS_SIZE], uint16_t port)
{
	bool colons = address_is_known(address) && !address_is_ipv4(address);
	char text[ADDRESS_TEXT];

	address_format(text, address);
	if (port == 0 || !address_is_known(address))
		snprintf(out, ADDRESS_PORT_TEXT, "%s", text);
	else
		snprintf(out, ADDRESS_PORT_TEXT, colons ? "[%s]:%u" : "%s:%u",
		    text, port);
	return out;
}
