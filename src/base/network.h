/*
 * Networks: an address and the number of its leading bits that count,
 * "192.0.2.0/24".
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct network {
	uint8_t address[ADDRESS_SIZE];
	unsigned bits; /* 0 to 128; for IPv4, which is mapped, 96 to 128 */
};

/*
 * No peer has an address in 64:ff9b::/96, see address_undo_nat64. NULL, or a
 * literal that says so when all addresses from `first` to `last` are such.
 */
const char *network_nat64_fault(
    const uint8_t first[ADDRESS_SIZE], const uint8_t last[ADDRESS_SIZE]);

/*
 * Read n bytes of text: an address of either family, or one with "/BITS" behind
 * it and no bit set after those. NULL, or a literal that says what is wrong;
 * network_nat64_fault counts as that.
 */
const char *network_parse(const char *s, size_t n, struct network *out);

/*
 * Read the bits of a network whose address is in `net`: n digits, at most 3.
 * `max` is 32 if the address was written as IPv4, 128 if as IPv6. NULL, or a
 * literal that says what is wrong.
 */
const char *network_parse_bits(
    struct network *net, unsigned max, const char *s, size_t n);

/* The last address of the network; its own address is the first. */
void network_last(const struct network *net, uint8_t out[ADDRESS_SIZE]);

/* A network of IPv6 holds no IPv4 address, however short its mask. */
bool network_holds(
    const struct network *net, const uint8_t address[ADDRESS_SIZE]);

#endif
