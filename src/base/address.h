/*
 * Addresses of peers as 16 bytes: IPv6, or IPv4 mapped into it. All zeros: not
 * known.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_SIZE 16

/* Room for any address as text, and for one with its port. */
#define ADDRESS_TEXT      46
#define ADDRESS_PORT_TEXT (ADDRESS_TEXT + 8)

bool address_is_known(const uint8_t address[ADDRESS_SIZE]);

bool address_is_ipv4(const uint8_t address[ADDRESS_SIZE]);

/* Map four bytes in network order into IPv6. */
void address_from_ipv4(uint8_t out[ADDRESS_SIZE], const uint8_t ipv4[4]);

/*
 * Is it an IPv4 address as a NAT64 with the well-known prefix writes it, in
 * 64:ff9b::/96? Source: RFC 6052.
 */
bool address_is_nat64(const uint8_t address[ADDRESS_SIZE]);

/* Make such a one the IPv4 address that it stands for; leave others alone. */
void address_undo_nat64(uint8_t address[ADDRESS_SIZE]);

/* Read an address of either family. False when s is anything else. */
bool address_parse(const char *s, uint8_t out[ADDRESS_SIZE]);

/*
 * The same of n bytes, where zeros may stand before the numbers of an IPv4
 * address, as eMule writes them: "192.000.002.007", at most 3 digits each. They
 * do not make them octal.
 */
bool address_parse_padded(const char *s, size_t n, uint8_t out[ADDRESS_SIZE]);

/* "192.0.2.7", "2001:db8::1", or "-" when it is not known. Returns out. */
const char *address_format(
    char out[ADDRESS_TEXT], const uint8_t address[ADDRESS_SIZE]);

/*
 * "192.0.2.7:4662", "[2001:db8::1]:4662". Port 0 is not known: it is left out,
 * with its colon and the brackets. Returns out.
 */
const char *address_format_port(char out[ADDRESS_PORT_TEXT],
    const uint8_t address[ADDRESS_SIZE], uint16_t port);

#endif
