/*
 * Who can reach an address: everybody, or only those in some smaller place.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_SCOPE_H
#define BASE_SCOPE_H

#include "base/address.h"

enum scope {
	SCOPE_PUBLIC,
	SCOPE_LOOPBACK,      /* this host alone */
	SCOPE_LINK,          /* link-local: this network alone */
	SCOPE_PRIVATE,       /* behind a router: RFC 1918, fc00::/7 */
	SCOPE_SHARED,        /* behind a provider's router: 100.64.0.0/10 */
	SCOPE_DOCUMENTATION, /* examples in books */
	SCOPE_NOBODY,        /* no host's: multicast, reserved, not known */
};

/* Source: the special-purpose registries of IANA. */
enum scope scope_of(const uint8_t address[ADDRESS_SIZE]);

/* "a public address", "a private address", ...: a literal. */
const char *scope_name(enum scope scope);

#endif
