/*
 * The TCP sockets that listen on this host, of any program, and the addresses
 * of this host.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_HOST_H
#define BASE_HOST_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>

struct listener {
	/* bound to; 0.0.0.0 is mapped like other IPv4, :: is all zeros */
	uint8_t address[ADDRESS_SIZE];
	uint16_t port;
};

/* Is it bound to all addresses of its family? */
bool listener_is_any(const struct listener *l);

/*
 * Read a line of /proc/net/tcp or /proc/net/tcp6. False for the heading, and
 * for sockets that do not listen.
 */
bool listener_parse(const char *line, struct listener *out);

/*
 * Call visit for each listener in this network namespace. False, with errno
 * set, when the kernel does not list them.
 */
bool host_each_listener(
    void (*visit)(void *ctx, const struct listener *l), void *ctx);

/*
 * The address from which this host sends along its default route, and which is
 * seen there. Sends nothing. False when there is no default route.
 */
bool host_address(bool ipv6, uint8_t out[ADDRESS_SIZE]);

/*
 * The address of ours that a host at this IPv4 address sees; no packet is sent.
 */
bool host_address_towards(
    const uint8_t far_end[ADDRESS_SIZE], uint8_t out[ADDRESS_SIZE]);

#endif
