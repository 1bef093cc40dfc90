/*
 * Who is on fds 0 and 1; see peer.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/peer.h"

#include "base/args.h"
#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Unsent bytes in the kernel above which it takes no more: one block or so. */
#define NOTSENT_LOWAT (256 * 1024)

/* Copy an address out of a sockaddr; false for a family without ports. */
static bool
take_address(
    const struct sockaddr_storage *ss, struct in6_addr *ip6, uint16_t *port)
{
	if (ss->ss_family == AF_INET6) {
		const struct sockaddr_in6 *s = (const void *)ss;

		*ip6 = s->sin6_addr;
		*port = ntohs(s->sin6_port);
		return true;
	}
	if (ss->ss_family == AF_INET) {
		const struct sockaddr_in *s = (const void *)ss;

		memset(ip6, 0, sizeof *ip6);
		ip6->s6_addr[10] = ip6->s6_addr[11] = 0xFF;
		memcpy(ip6->s6_addr + 12, &s->sin_addr, 4);
		*port = ntohs(s->sin_port);
		return true;
	}
	return false;
}

static void
set_address(struct peer *p, const struct in6_addr *ip6)
{
	memcpy(p->ip, ip6, sizeof p->ip);
	p->has_ipv4 = IN6_IS_ADDR_V4MAPPED(ip6);
	if (p->has_ipv4) {
		memcpy(p->ipv4, ip6->s6_addr + 12, 4);
		inet_ntop(AF_INET, p->ipv4, p->address, sizeof p->address);
	} else {
		inet_ntop(AF_INET6, ip6, p->address, sizeof p->address);
	}
}

/* An address in text, of either family. */
static bool
parse_address(const char *s, struct in6_addr *ip6)
{
	char mapped[64];

	if (inet_pton(AF_INET6, s, ip6) == 1)
		return true;
	snprintf(mapped, sizeof mapped, "::ffff:%s", s);
	return inet_pton(AF_INET6, mapped, ip6) == 1;
}

/* What systemd, tcpserver, tcpsvd and xinetd say of the peer, in that order. */
static void
identify_by_environment(struct peer *p)
{
	static const struct {
		const char *address, *port;
	} names[] = {
	    {"REMOTE_ADDR", "REMOTE_PORT"},
	    {"TCPREMOTEIP", "TCPREMOTEPORT"},
	    {"REMOTE_HOST", "REMOTE_PORT"},
	};
	struct in6_addr ip6;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *address = getenv(names[i].address);
		const char *port = getenv(names[i].port);
		uint64_t n;

		if (!address || !parse_address(address, &ip6))
			continue;
		set_address(p, &ip6);
		if (port && args_number(port, ARGS_NUMBER, 1, 65535, &n))
			p->port = (uint16_t)n;
		return;
	}
}

void
peer_identify(struct peer *p)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	struct in6_addr ip6;
	struct stat st;

	memset(p, 0, sizeof *p);
	snprintf(p->address, sizeof p->address, "-");
	p->is_socket = fstat(STDOUT_FILENO, &st) == 0 && S_ISSOCK(st.st_mode);
	if (getpeername(STDIN_FILENO, (struct sockaddr *)&ss, &len) == 0 &&
	    take_address(&ss, &ip6, &p->port))
		set_address(p, &ip6);
	else
		identify_by_environment(p);
	len = sizeof ss;
	if (getsockname(STDIN_FILENO, (struct sockaddr *)&ss, &len) == 0)
		take_address(&ss, &ip6, &p->our_port);
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
			  "ed2k-serve(8), \"EXAMPLES\"");
		return false;
	}
	if (!set_nonblocking(STDIN_FILENO) || !set_nonblocking(STDOUT_FILENO)) {
		log_error("standard input or output cannot be used: %s",
		    strerror(errno));
		return false;
	}
	if (p->is_socket) {
		/* fails on a socket that is not TCP, and does not matter */
		setsockopt(
		    STDOUT_FILENO, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		setsockopt(STDOUT_FILENO, IPPROTO_TCP, TCP_NOTSENT_LOWAT,
		    &lowat, sizeof lowat);
	}
	return true;
}
