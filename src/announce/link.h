/*
 * The connection to a server: a socket that never blocks.
 * SPDX-License-Identifier: ISC
 */
#ifndef ANNOUNCE_LINK_H
#define ANNOUNCE_LINK_H

#include "base/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum link_state {
	LINK_CLOSED,
	LINK_CONNECTING,
	LINK_OPEN,
};

struct link {
	enum link_state state;
	int fd;    /* -1 when closed */
	int error; /* why it closed: an errno, 0: the server closed it */
};

void link_init(struct link *l);

/*
 * Begin to connect to an IPv4 address, from one of ours unless `from` is not
 * known. The state becomes CONNECTING, OPEN or CLOSED.
 */
void link_dial(struct link *l, const uint8_t to[ADDRESS_SIZE], uint16_t port,
    const uint8_t from[ADDRESS_SIZE]);

/* What poll has to wait for: to write, if there is something, and to read. */
short link_events(const struct link *l, bool has_output);

/* While CONNECTING, when poll says that it can be written: did it succeed? */
void link_finish_dial(struct link *l);

/*
 * Read what is there, up to cap bytes, or write what is taken of n bytes.
 * Return how many, 0: none for now, or the link is CLOSED.
 */
size_t link_read(struct link *l, void *out, size_t cap);
size_t link_write(struct link *l, const void *bytes, size_t n);

/* Safe to call twice; `error` stays. */
void link_close(struct link *l);

#endif
