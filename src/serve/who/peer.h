/*
 * The far end: where it is, where we are, and the two fds that lead to it.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WHO_PEER_H
#define SERVE_WHO_PEER_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>

struct peer {
	uint8_t ip[ADDRESS_SIZE];     /* IPv4 is mapped; zeros if unknown */
	uint16_t port;                /* 0 if unknown */
	char name[ADDRESS_PORT_TEXT]; /* both, as address_format_port has it */
	uint16_t our_port;            /* that the peer dialled; 0 if unknown */
	bool is_socket;               /* fd 1 is a socket */
	bool is_gone; /* was reset before we looked, so none knows who it was */
};

/*
 * Look at fds 0 and 1: the peer's address by getpeername(2), else from what the
 * super-server left in the environment (REMOTE_ADDR, TCPREMOTEIP, REMOTE_HOST).
 */
void peer_identify(struct peer *p);

/*
 * Make fds 0 and 1 non-blocking, and a socket fast: TCP_NODELAY, because a real
 * aMule's next request comes 150 to 780 ms later when an answer was late;
 * TCP_NOTSENT_LOWAT, so that little lies unsent in the kernel when the peer
 * cancels. False, after a log line, when fd 0 is a terminal or an fd is of
 * no use.
 */
bool peer_prepare(const struct peer *p);

#endif
