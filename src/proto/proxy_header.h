/*
 * The header in which a balancer says whose connection it passes on: HAProxy's
 * PROXY protocol, version 1 (a line of text) and version 2 (binary). It comes
 * first on the connection. Pure: bytes in, a struct out.
 *
 * Version 1, each number in decimal, at most 107 bytes:
 *   "PROXY TCP4 SOURCE DESTINATION SOURCE-PORT DESTINATION-PORT\r\n"
 *   "PROXY TCP6 ..." the same
 *   "PROXY UNKNOWN" anything "\r\n"
 * Version 2, numbers in network order:
 *   u8 signature[12]
 *   u8 version and command   0x20 LOCAL, 0x21 PROXY
 *   u8 family and transport  0x11 TCP over IPv4, 0x21 TCP over IPv6, others
 *   u16 bytes that follow
 *   addresses: source, destination, u16 source port, u16 destination port
 *   more fields, which we skip
 *
 * Source: "The PROXY protocol", versions 1 and 2, doc/proxy-protocol.txt of
 * HAProxy.
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_PROXY_HEADER_H
#define PROTO_PROXY_HEADER_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest we accept; the specification demands that much. */
#define PROXY_HEADER_MAX 536

struct proxy_header {
	uint8_t source[ADDRESS_SIZE]; /* IPv4 is mapped */
	uint16_t source_port, destination_port;
};

enum proxy_header_result {
	PROXY_HEADER_PEER,  /* the connection of this peer */
	PROXY_HEADER_LOCAL, /* of no peer: the balancer checks that we answer */
	PROXY_HEADER_MORE,  /* not complete yet */
	PROXY_HEADER_NONE,  /* these bytes are no header */
	PROXY_HEADER_BAD,   /* a broken header, or not for TCP */
};

/*
 * Read the header at the start of n bytes. *len is its length; for
 * PROXY_HEADER_MORE its least possible length, which is more than n and at most
 * PROXY_HEADER_MAX: a caller that reads up to there takes no byte of what
 * follows. *out is set for PROXY_HEADER_PEER only.
 */
enum proxy_header_result proxy_header_parse(
    const uint8_t *bytes, size_t n, struct proxy_header *out, size_t *len);

/* Do these n bytes begin like a header? The first five decide. */
bool proxy_header_begins(const uint8_t *bytes, size_t n);

#endif
