/*
 * The peer: its address, the port it dialled, and fds 0 and 1 that lead to it.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WHO_PEER_H
#define SERVE_WHO_PEER_H

#include "base/address.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct peer {
	uint8_t ip[ADDRESS_SIZE];     /* see peer_set_address */
	uint16_t port;                /* 0 if unknown */
	char name[ADDRESS_PORT_TEXT]; /* both, as address_format_port has it */
	uint16_t our_port;            /* that the peer dialled; 0 if unknown */
	bool is_socket;               /* fd 1 is a socket */
	bool is_gone;                 /* reset before its address was read */
};

/*
 * Find the peer's address: by getpeername(2) on fd 0, else in the environment,
 * where super-servers put it (REMOTE_ADDR, TCPREMOTEIP, REMOTE_HOST).
 */
void peer_identify(struct peer *p);

/*
 * Set address, port and name. IPv4 is mapped, also when it came through a NAT64
 * (address_undo_nat64): limits, lists and log know such a peer by its IPv4
 * address. Zeros: not known.
 */
void peer_set_address(
    struct peer *p, const uint8_t address[ADDRESS_SIZE], uint16_t port);

/* A peer of which only this is known. Of IPv4, IPv6, or else nothing. */
void peer_from_sockaddr(struct peer *p, const struct sockaddr_storage *from);

/*
 * Make fds 0 and 1 non-blocking, and tune a socket. TCP_NODELAY: when an answer
 * is late, aMule's next request comes 150 to 780 ms later. TCP_NOTSENT_LOWAT:
 * when the peer cancels, little is left unsent in the kernel. False, after a
 * log line, when fd 0 is a terminal or an fd cannot be used.
 */
bool peer_prepare(const struct peer *p);

#endif
