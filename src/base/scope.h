/*
 * From where an address can be reached: from anywhere, or from some network.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_SCOPE_H
#define BASE_SCOPE_H

#include "base/address.h"

enum scope {
	SCOPE_PUBLIC,
	SCOPE_LOOPBACK,      /* from this host only */
	SCOPE_LINK,          /* link-local: from this network only */
	SCOPE_PRIVATE,       /* behind a router: RFC 1918, fc00::/7 */
	SCOPE_SHARED,        /* behind a provider's router: 100.64.0.0/10 */
	SCOPE_DOCUMENTATION, /* reserved for examples */
	SCOPE_NOBODY,        /* of no host: multicast, reserved, unknown */
};

/* Source: the special-purpose registries of IANA. */
enum scope scope_of(const uint8_t address[ADDRESS_SIZE]);

/* "a public address", "a private address", ...: a literal. */
const char *scope_name(enum scope scope);

#endif
