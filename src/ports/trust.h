/*
 * What is believed of a router: only what matches strict patterns is used.
 * Anybody in the network may answer in its place. Pure functions.
 * SPDX-License-Identifier: ISC
 */
#ifndef PORTS_TRUST_H
#define PORTS_TRUST_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Requests of NAT-PMP. */
enum trust_opcode {
	TRUST_ADDRESS = 0,
	TRUST_MAP_TCP = 2,
};

/*
 * Are n bytes a whole reply of NAT-PMP to this opcode? Errors may be short.
 * libnatpmp does not check the length, and would read what lies behind.
 * Shape: u8 version 0, u8 opcode + 128, u16 error, u32 time; then of an address
 * u32, of a port u16 inside, u16 outside, u32 seconds. Big-endian.
 * Source: RFC 6886, 3.2, 3.3 and 3.5.
 */
bool trust_nat_pmp(const uint8_t *bytes, size_t n, enum trust_opcode opcode);

/*
 * May we talk to this URL? Only by plain HTTP; only to the gateway or a private
 * address, in dotted decimal; no byte that could break a request line.
 */
bool trust_url(const char *url, const uint8_t gateway[ADDRESS_SIZE]);

/* May this name of a UPnP service be put into a request? */
bool trust_service(const char *name);

/* Read an IPv4 address and nothing else. */
bool trust_address(const char *text, uint8_t out[ADDRESS_SIZE]);

/* What a router says by UPnP of a port that it has open, as text. */
struct trust_entry {
	char client[16], port[6], seconds[16];
};

/*
 * Does it lead to this port of this host? *seconds is for how long, 0 without
 * end.
 */
bool trust_entry_leads_to(const struct trust_entry *e,
    const uint8_t inside[ADDRESS_SIZE], uint16_t port, uint32_t *seconds);

#endif
