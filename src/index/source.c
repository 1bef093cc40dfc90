/*
 * Sources of links; see source.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/source.h"

#include "base/host.h"
#include "base/log.h"
#include "base/number.h"
#include "base/outside.h"
#include "base/scope.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define AUTO "auto"

/* The port of eD2k clients, when none is given. */
#define USUAL_PORT 4662

/* The port in "auto" or "auto:PORT"; 0 when it is neither. */
static uint16_t
auto_port(const char *source)
{
	uint64_t port = 0;

	if (strcmp(source, AUTO) == 0)
		return USUAL_PORT;
	if (strncmp(source, AUTO ":", strlen(AUTO ":")) == 0)
		number_parse(source + strlen(AUTO ":"), 1, UINT16_MAX, &port);
	return (uint16_t)port;
}

/* Where is this port reached from outside? False when that is not known. */
static bool
find_address(char out[ADDRESS_PORT_TEXT], uint16_t port, const char *outside)
{
	uint8_t own[ADDRESS_SIZE];
	struct outside router;
	uint16_t mapped;

	outside_read(&router, outside);
	mapped = outside_port_of(&router, port);
	if (router.state == OUTSIDE_HOLDS && mapped &&
	    scope_of(router.address) == SCOPE_PUBLIC)
		address_format_port(out, router.address, mapped);
	else if (host_address(false, own) && scope_of(own) == SCOPE_PUBLIC)
		address_format_port(out, own, port);
	else
		return false;
	return true;
}

/* Warn, if so, that peers outside cannot use this "HOST:PORT". */
static void
warn_of_scope(const char *source)
{
	char host[ADDRESS_TEXT];
	uint8_t address[ADDRESS_SIZE];
	enum scope scope;

	if (sscanf(source, "%15[0-9.]:", host) != 1 ||
	    !address_parse(host, address))
		return; /* a name */
	scope = scope_of(address);
	if (scope == SCOPE_PUBLIC || scope == SCOPE_DOCUMENTATION)
		return;
	log_warning("--source: %s is %s, which peers outside cannot reach%s",
	    host, scope_name(scope),
	    scope == SCOPE_LOOPBACK ? ", and aMule and eMule ignore"
		: scope == SCOPE_PRIVATE
		? ", and aMule and eMule ignore while \"filter LAN IPs\" is on"
		: "");
}

int
source_resolve(
    char out[ED2KLINK_SOURCE_MAX + 1], const char *source, const char *outside)
{
	uint16_t port = auto_port(source);

	if (port != 0) {
		if (find_address(out, port, outside))
			return 0;
		log_error("--source %s: nobody knows where port %u is reached "
			  "from outside; name it with --source HOST:PORT, or "
			  "see \"ed2k-share check\"",
		    source, port);
		return EX_UNAVAILABLE;
	}
	if (!ed2klink_is_source(source)) {
		log_error("--source: %s is not HOST:PORT with an IPv4 address "
			  "or a name and a port; links have no room for IPv6",
		    log_quote_str(source));
		return EX_USAGE;
	}
	warn_of_scope(source);
	snprintf(out, ED2KLINK_SOURCE_MAX + 1, "%s", source);
	return 0;
}

uint16_t
source_port(const char *source)
{
	const char *colon = strrchr(source, ':');
	uint64_t port = auto_port(source);

	if (port == 0 && colon)
		number_parse(colon + 1, 1, UINT16_MAX, &port);
	return (uint16_t)port;
}
