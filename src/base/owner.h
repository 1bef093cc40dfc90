/*
 * Who counts as one peer for the limits by address.
 *
 * Of IPv4, an address. Of IPv6, the first 64 bits, since no customer gets less.
 * Many get a /56, and a tunnel or a company has a /48. So the networks of these
 * sizes are counted as well, with twice and four times the limit of one owner.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_OWNER_H
#define BASE_OWNER_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>

/* The sizes of networks: 0 is the owner itself, 1 a /56, 2 a /48. */
#define OWNER_SIZES 3

/* The owner of an address, as a number. 0: the address is not known. */
uint64_t owner_of(const uint8_t address[ADDRESS_SIZE]);

/* How many sizes count for this owner: of IPv4 its address alone. */
unsigned owner_sizes(uint64_t owner);

/* The owner's network of this size, as a number. */
static inline uint64_t
owner_network(uint64_t owner, unsigned size)
{
	return owner >> 8 * size;
}

/* What a network of this size may have when an owner may have `limit`. */
static inline uint64_t
owner_limit(uint32_t limit, unsigned size)
{
	return (uint64_t)limit << size;
}

#endif
