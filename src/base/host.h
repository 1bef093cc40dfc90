/*
 * What this host has: the TCP sockets that listen, whoever they belong to, and
 * its own addresses.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_HOST_H
#define BASE_HOST_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>

struct listener {
	/* that it is bound to; 0.0.0.0 is mapped as other IPv4, :: all zeros */
	uint8_t address[ADDRESS_SIZE];
	uint16_t port;
};

/* Is it bound to every address (of its family)? */
bool listener_is_any(const struct listener *l);

/*
 * Read a line of /proc/net/tcp or /proc/net/tcp6. False for the heading, and
 * for sockets that do not listen.
 */
bool listener_parse(const char *line, struct listener *out);

/* Call visit for each in this network namespace. False, errno set, if the kernel
 * does not tell. */
bool host_each_listener(
    void (*visit)(void *ctx, const struct listener *l), void *ctx);

/*
 * The address of ours that those get to see whom the default route leads to; no
 * packet is sent. False when there is no such route.
 */
bool host_address(bool ipv6, uint8_t out[ADDRESS_SIZE]);

#endif
