/*
 * Sources of links; see source.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/source.h"

#include "base/number.h"
#include "base/host.h"
#include "base/log.h"
#include "base/scope.h"
#include "index/outside.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#define AUTO "auto"

/* The port in "auto" or "auto:PORT"; 0 when it is neither. */
static uint16_t
auto_port(const char *source)
{
	uint64_t port;

	if (strcmp(source, AUTO) == 0)
		return SOURCE_PORT;
	if (strncmp(source, AUTO ":", strlen(AUTO ":")) != 0 ||
	    !number_parse(source + strlen(AUTO ":"), 1, UINT16_MAX, &port))
		return 0;
	return (uint16_t)port;
}

bool
source_is_auto(const char *source)
{
	return auto_port(source) != 0;
}

int
source_find(
    char out[ADDRESS_PORT_TEXT], const char *source, const char *outside)
{
	uint16_t port = auto_port(source), mapped;
	uint8_t own[ADDRESS_SIZE];
	struct outside router;

	outside_read(&router, outside);
	mapped = outside_port_of(&router, port);
	if (router.state == OUTSIDE_HOLDS && mapped &&
	    scope_of(router.address) == SCOPE_PUBLIC) {
		address_format_port(out, router.address, mapped);
		return 0;
	}
	if (host_address(false, own) && scope_of(own) == SCOPE_PUBLIC) {
		address_format_port(out, own, port);
		return 0;
	}
	log_error("--source %s: nobody knows where port %u is reached from "
		  "outside; name it with --source HOST:PORT, or see "
		  "\"ed2k-share check\"",
	    source, port);
	return EX_UNAVAILABLE;
}

void
source_warn(const char *source)
{
	char host[ADDRESS_TEXT];
	uint8_t address[ADDRESS_SIZE];
	enum scope scope;

	if (sscanf(source, "%15[0-9.]:", host) != 1 ||
	    !address_parse(host, address))
		return; /* a name */
	scope = scope_of(address);
	/* those for examples are for examples */
	if (scope == SCOPE_PUBLIC || scope == SCOPE_DOCUMENTATION)
		return;
	log_warning("--source: %s is %s, which peers outside cannot reach%s",
	    host, scope_name(scope),
	    scope == SCOPE_LOOPBACK ? ", and aMule and eMule ignore"
		: scope == SCOPE_PRIVATE
		? ", and aMule and eMule ignore while \"filter LAN IPs\" is on"
		: "");
}
