/*
 * What a router may say; see trust.h.
 * SPDX-License-Identifier: ISC
 */
#include "ports/trust.h"

#include "base/number.h"
#include "base/scope.h"

#include <stdio.h>
#include <string.h>

#define REPLY_BIT 128

bool
trust_nat_pmp(const uint8_t *bytes, size_t n, enum trust_opcode opcode)
{
	if (n < 4)
		return false;
	if (bytes[2] != 0 || bytes[3] != 0)
		return true; /* of an error only these bytes are read */
	return bytes[1] == (REPLY_BIT | opcode) &&
	    n >= (opcode == TRUST_ADDRESS ? 12 : 16);
}

bool
trust_address(const char *text, uint8_t out[ADDRESS_SIZE])
{
	return address_parse(text, out) && address_is_ipv4(out);
}

static bool
is_near(
    const uint8_t address[ADDRESS_SIZE], const uint8_t gateway[ADDRESS_SIZE])
{
	enum scope scope = scope_of(address);

	return memcmp(address, gateway, ADDRESS_SIZE) == 0 ||
	    scope == SCOPE_PRIVATE || scope == SCOPE_SHARED ||
	    scope == SCOPE_LINK;
}

bool
trust_url(const char *url, const uint8_t gateway[ADDRESS_SIZE])
{
	uint8_t address[ADDRESS_SIZE];
	char host[16];
	int n = 0;

	for (const char *p = url; *p; p++)
		if (*p <= ' ' || *p >= 0x7F)
			return false;
	return sscanf(url, "http://%15[0-9.]%n", host, &n) == 1 &&
	    (url[n] == ':' || url[n] == '/') && trust_address(host, address) &&
	    is_near(address, gateway);
}

bool
trust_service(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789:._-";

	return *name && name[strspn(name, letters)] == '\0';
}

bool
trust_entry_leads_to(const struct trust_entry *e,
    const uint8_t inside[ADDRESS_SIZE], uint16_t port, uint32_t *seconds)
{
	uint8_t client[ADDRESS_SIZE];
	uint64_t to, lease;

	if (!trust_address(e->client, client) ||
	    memcmp(client, inside, ADDRESS_SIZE) != 0 ||
	    !number_parse(e->port, port, port, &to) ||
	    !number_parse(e->seconds, 0, UINT32_MAX, &lease))
		return false;
	*seconds = (uint32_t)lease;
	return true;
}
