/*
 * Which ports the router has opened for us: the file `outside`, which
 * ed2k-map-ports(8) writes and describes. It is read strictly, since its
 * address and ports are told to peers.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_OUTSIDE_H
#define BASE_OUTSIDE_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the file is by default. */
#define OUTSIDE_PATH "/run/ed2k-map-ports/outside"

/* A larger file is not read. */
#define OUTSIDE_SIZE_MAX 4096

#define OUTSIDE_PORTS_MAX 32

enum outside_state {
	OUTSIDE_NONE,    /* no file: no router was asked */
	OUTSIDE_HOLDS,   /* ports are open */
	OUTSIDE_ENDED,   /* they were, until `expires` */
	OUTSIDE_REFUSED, /* nothing is open; `error` says why */
	OUTSIDE_STRANGE, /* not a file that ed2k-map-ports writes */
	OUTSIDE_FAILED,  /* cannot be read; errno tells why */
};

struct outside {
	enum outside_state state;
	char method[8];                /* as in the file; cut, terminated */
	uint8_t address[ADDRESS_SIZE]; /* of the router, IPv4 */
	uint64_t expires;              /* seconds since 1970 */
	struct outside_port {
		uint16_t inside, outside;
	} ports[OUTSIDE_PORTS_MAX];
	size_t n_ports;
	char error[256]; /* any bytes, terminated */
	/* the router's own address, if `error` names it; else all zeros */
	uint8_t refused[ADDRESS_SIZE];
};

/* Read text of n bytes. now_s: seconds since 1970. */
void outside_parse(
    struct outside *out, const char *text, size_t n, uint64_t now_s);

void outside_read(struct outside *out, const char *path);

/* The outside port that leads to a port of this host; 0 when none does. */
uint16_t outside_port_of(const struct outside *out, uint16_t inside);

#endif
