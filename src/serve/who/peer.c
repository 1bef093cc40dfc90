/*
 * Who is on fds 0 and 1; see peer.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/who/peer.h"

#include "base/log.h"
#include "base/number.h"
#include "base/util.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel takes no more while so many bytes, about one block, are unsent. */
#define NOTSENT_LOWAT (256 * 1024)

/* Copy an address out of a sockaddr, if it is of a family with ports. */
static void
copy_address(const struct sockaddr_storage *ss, uint8_t address[ADDRESS_SIZE],
    uint16_t *port)
{
	if (ss->ss_family == AF_INET6) {
		const struct sockaddr_in6 *s = (const void *)ss;

		memcpy(address, &s->sin6_addr, ADDRESS_SIZE);
		*port = ntohs(s->sin6_port);
	} else if (ss->ss_family == AF_INET) {
		const struct sockaddr_in *s = (const void *)ss;

		address_from_ipv4(address, (const uint8_t *)&s->sin_addr);
		*port = ntohs(s->sin_port);
	}
}

void
peer_set_address(
    struct peer *p, const uint8_t address[ADDRESS_SIZE], uint16_t port)
{
	memcpy(p->ip, address, sizeof p->ip);
	address_undo_nat64(p->ip);
	p->port = port;
	address_format_port(p->name, p->ip, p->port);
}

void
peer_from_sockaddr(struct peer *p, const struct sockaddr_storage *from)
{
	uint8_t address[ADDRESS_SIZE] = {0};
	uint16_t port = 0;

	memset(p, 0, sizeof *p);
	copy_address(from, address, &port);
	peer_set_address(p, address, port);
}

/* As systemd, tcpserver and tcpsvd, and xinetd tell it, tried in this order. */
static void
identify_by_environment(uint8_t address[ADDRESS_SIZE], uint16_t *port)
{
	static const struct {
		const char *address, *port;
	} names[] = {
	    {"REMOTE_ADDR", "REMOTE_PORT"},
	    {"TCPREMOTEIP", "TCPREMOTEPORT"},
	    {"REMOTE_HOST", "REMOTE_PORT"},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *text = getenv(names[i].address);
		const char *number = getenv(names[i].port);
		uint64_t n;

		if (!text || !address_parse(text, address))
			continue;
		if (number && number_parse(number, 1, 65535, &n))
			*port = (uint16_t)n;
		return;
	}
}

void
peer_identify(struct peer *p)
{
	struct sockaddr_storage ss;
	uint8_t address[ADDRESS_SIZE] = {0}, ours[ADDRESS_SIZE];
	uint16_t port = 0;
	socklen_t len = sizeof ss;
	struct stat st;

	memset(p, 0, sizeof *p);
	p->is_socket = fstat(STDOUT_FILENO, &st) == 0 && S_ISSOCK(st.st_mode);
	if (getpeername(STDIN_FILENO, (struct sockaddr *)&ss, &len) != 0)
		p->is_gone = errno == ENOTCONN;
	else
		copy_address(&ss, address, &port);
	if (!address_is_known(address))
		identify_by_environment(address, &port);
	peer_set_address(p, address, port);
	len = sizeof ss;
	if (getsockname(STDIN_FILENO, (struct sockaddr *)&ss, &len) == 0)
		copy_address(&ss, ours, &p->our_port);
}

static bool
set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool
peer_prepare(const struct peer *p)
{
	int on = 1, lowat = NOTSENT_LOWAT;

	if (isatty(STDIN_FILENO)) {
		log_error("standard input is a terminal; a super-server has to "
			  "start this program with the peer on it: see "
			  "ed2k-serve(8), \"USAGE EXAMPLES\"");
		return false;
	}
	if (!set_nonblocking(STDIN_FILENO) || !set_nonblocking(STDOUT_FILENO)) {
		log_error("standard input or output cannot be used: %s",
		    strerror(errno));
		return false;
	}
	if (p->is_socket) {
		/* these fail on a socket that is not TCP, which is fine */
		setsockopt(
		    STDOUT_FILENO, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		setsockopt(STDOUT_FILENO, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
		    &lowat, sizeof lowat);
	}
	return true;
}
