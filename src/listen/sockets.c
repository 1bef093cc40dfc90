/*
 * Sockets that listen; see sockets.h.
 * SPDX-License-Identifier: ISC
 */
#include "listen/sockets.h"

#include "base/address.h"
#include "base/log.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

/* Where passed descriptors begin: SD_LISTEN_FDS_START. */
#define FIRST_PASSED 3

bool
sockets_listens(int fd)
{
	int on = 0;
	socklen_t len = sizeof on;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on;
}

/* How many descriptors were passed to this process. */
static int
count_passed(void)
{
	const char *pid_text = getenv("LISTEN_PID");
	const char *n_text = getenv("LISTEN_FDS");
	uint64_t pid, n;

	if (!pid_text || !n_text || !number_parse(pid_text, 1, INT_MAX, &pid) ||
	    (pid_t)pid != getpid() || !number_parse(n_text, 1, SOCKETS_MAX, &n))
		return 0;
	return (int)n;
}

/* Have them found by this process after it has executed itself. */
static bool
pass_on(int n)
{
	char pid_text[16], n_text[16];

	snprintf(pid_text, sizeof pid_text, "%d", (int)getpid());
	snprintf(n_text, sizeof n_text, "%d", n);
	return setenv("LISTEN_PID", pid_text, 1) == 0 &&
	    setenv("LISTEN_FDS", n_text, 1) == 0;
}

/* Where to listen. */
struct endpoint {
	uint8_t address[ADDRESS_SIZE];
	bool any; /* no address was given */
	in_port_t port;
};

static bool
parse_endpoint(const char *text, struct endpoint *e)
{
	const char *colon = strrchr(text, ':');
	const char *host = text, *end = colon;
	char copy[ADDRESS_TEXT];
	uint64_t port;

	memset(e, 0, sizeof *e);
	if (!number_parse(colon ? colon + 1 : text, 1, 65535, &port))
		return false;
	e->port = htons((uint16_t)port);
	e->any = !colon;
	if (e->any)
		return true;
	if (*host == '[' && end > host && end[-1] == ']') {
		host++;
		end--;
	} else if (memchr(host, ':', (size_t)(end - host))) {
		return false; /* where would the port begin? */
	}
	return snprintf(copy, sizeof copy, "%.*s", (int)(end - host), host) <
	    (int)sizeof copy &&
	    address_parse(copy, e->address);
}

static void
switch_on(int fd, int level, int option)
{
	int on = 1;

	setsockopt(fd, level, option, &on, sizeof on);
}

/* A socket with this address, or -1 with errno. */
static int
bind_ipv4(const struct endpoint *e)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = e->port};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	memcpy(&a.sin_addr, e->address + 12, sizeof a.sin_addr);
	switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
	return bind(fd, (struct sockaddr *)&a, sizeof a) == 0 ? fd : -1;
}

static int
bind_ipv6(const struct endpoint *e)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = e->port};
	int fd = socket(AF_INET6, SOCK_STREAM, 0), off = 0;

	if (fd < 0)
		return -1;
	memcpy(&a.sin6_addr, e->address, sizeof a.sin6_addr);
	switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
	/* without an address: IPv4 too, whatever the system's default is */
	if (e->any)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	else
		switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	return bind(fd, (struct sockaddr *)&a, sizeof a) == 0 ? fd : -1;
}

/* A socket that listens, or -1 with errno. */
static int
open_endpoint(const struct endpoint *e)
{
	int fd;

	if (address_is_ipv4(e->address))
		fd = bind_ipv4(e);
	else
		fd = bind_ipv6(e);
	/* a kernel without IPv6 */
	if (fd < 0 && e->any && errno == EAFNOSUPPORT)
		fd = bind_ipv4(e);
	return fd >= 0 && listen(fd, SOMAXCONN) == 0 ? fd : -1;
}

/* Listen there with this descriptor. */
static int
open_as(const char *text, int wanted)
{
	struct endpoint e;
	int fd;

	if (!parse_endpoint(text, &e)) {
		log_error("--listen: %s is no [ADDRESS:]PORT; IPv6 is written "
			  "in brackets",
		    log_quote_str(text));
		return EX_USAGE;
	}
	fd = open_endpoint(&e);
	if (fd < 0 || (fd != wanted && dup2(fd, wanted) < 0)) {
		log_error("cannot listen on %s: %s", log_quote_str(text),
		    strerror(errno));
		return EX_UNAVAILABLE;
	}
	if (fd != wanted)
		close(fd);
	return 0;
}

static int
open_all(struct sockets *s, const struct args_list *listen)
{
	s->first = FIRST_PASSED;
	for (; s->n < (int)listen->n; s->n++) {
		int status = open_as(listen->items[s->n], s->first + s->n);

		if (status)
			return status;
	}
	if (s->n == 0 || pass_on(s->n))
		return 0;
	log_error("out of memory");
	return EX_OSERR;
}

/* Each of them has to listen. 0, or an exit code after a log line. */
static int
prepare(const struct sockets *s)
{
	for (int fd = s->first; fd < s->first + s->n; fd++) {
		if (!sockets_listens(fd)) {
			log_error("descriptor %d, which LISTEN_FDS passes, "
				  "does not listen; a unit for one connection "
				  "(Accept=yes) needs StandardInput=socket",
			    fd);
			return EX_USAGE;
		}
		/* another process may take what poll has announced */
		if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) {
			log_error("descriptor %d cannot be used: %s", fd,
			    strerror(errno));
			return EX_OSERR;
		}
	}
	return 0;
}

int
sockets_find(struct sockets *s, const struct args_list *listen)
{
	int status = 0;

	*s = (struct sockets){.n = 1};
	if (!sockets_listens(STDIN_FILENO)) {
		*s = (struct sockets){FIRST_PASSED, count_passed()};
		if (s->n == 0)
			status = open_all(s, listen);
	}
	return status ? status : prepare(s);
}
