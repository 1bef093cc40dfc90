/*
 * The header by which a balancer tells whose connection it passes on: HAProxy's
 * PROXY protocol, version 1 (a line of text) and version 2 (binary). It is the
 * first thing on the connection, and all else follows. Pure: bytes in, a struct
 * out.
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
 *   more fields, which we step over
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

/* The longest we take: what the specification says that everybody must. */
#define PROXY_HEADER_MAX 536

struct proxy_header {
	uint8_t source[ADDRESS_SIZE]; /* IPv4 is mapped */
	uint16_t source_port, destination_port;
};

enum proxy_header_result {
	PROXY_HEADER_PEER,  /* of this peer */
	PROXY_HEADER_LOCAL, /* of no peer: the balancer looks whether we live */
	PROXY_HEADER_MORE,  /* has not arrived whole */
	PROXY_HEADER_NONE,  /* these bytes begin no header */
	PROXY_HEADER_BAD,   /* one that is broken, or not of a TCP connection */
};

/*
 * Read the header that n bytes begin with. *len is how long it is; as long as
 * there is more to come, how long it is at least, which is more than n and at
 * most PROXY_HEADER_MAX: whoever reads up to there takes no byte of what
 * follows. *out is of use for PROXY_HEADER_PEER alone.
 */
enum proxy_header_result proxy_header_parse(
    const uint8_t *bytes, size_t n, struct proxy_header *out, size_t *len);

/* Do n bytes begin like a header? The first five decide. */
bool proxy_header_begins(const uint8_t *bytes, size_t n);

#endif
