/*
 * Addresses of peers as 16 bytes: IPv6, or IPv4 mapped into it; all zeros when
 * we do not know it.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#define ADDRESS_SIZE 16

bool address_is_known(const uint8_t address[ADDRESS_SIZE]);

bool address_is_ipv4(const uint8_t address[ADDRESS_SIZE]);

/*
 * What limits count as one peer: of IPv4 the whole address, of IPv6 the /64,
 * which is what one customer gets at least.
 */
void address_owner(
    uint8_t out[ADDRESS_SIZE], const uint8_t address[ADDRESS_SIZE]);

bool address_same_owner(
    const uint8_t a[ADDRESS_SIZE], const uint8_t b[ADDRESS_SIZE]);

#endif
