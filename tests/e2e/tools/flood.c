/*
 * Many connections at once that say nothing:
 *
 *   flood TO PORT N FROM...
 *
 * Dials PORT of the address TO, N times from each address FROM. After half a
 * second, before the kernel dials again where it got no answer, prints how many
 * were connected, and hangs up.
 *
 * Exit: 0 done; 1 not; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include "base/util.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define MAX_DIALS 1000

static struct pollfd fds[MAX_DIALS];
static nfds_t n_fds;

static _Noreturn void
die(const char *what, const char *why)
{
	fprintf(stderr, "flood: %s: %s\n", what, why);
	exit(1);
}

static struct addrinfo *
resolve(const char *address, const char *port)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	    .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int res = getaddrinfo(address, port, &hints, &found);

	if (res != 0)
		die(address, gai_strerror(res));
	return found;
}

static void
dial(const struct addrinfo *to, const struct addrinfo *from)
{
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, from->ai_addr, from->ai_addrlen) != 0)
		die("bind", strerror(errno));
	if (connect(fd, to->ai_addr, to->ai_addrlen) != 0 &&
	    errno != EINPROGRESS)
		die("connect", strerror(errno));
	fds[n_fds++] = (struct pollfd){.fd = fd, .events = POLLOUT};
}

static unsigned
count_connected(void)
{
	unsigned n = 0;

	nanosleep(&(struct timespec){0, 500000000}, NULL);
	if (poll(fds, n_fds, 0) < 0)
		die("poll", strerror(errno));
	for (nfds_t i = 0; i < n_fds; i++)
		if ((fds[i].revents & (POLLOUT | POLLERR)) == POLLOUT)
			n++;
	return n;
}

int
main(int argc, char *argv[])
{
	int n_each = argc > 4 ? atoi(argv[3]) : 0;
	struct addrinfo *to;

	if (n_each <= 0 || n_each > MAX_DIALS / (argc - 4)) {
		fprintf(stderr, "usage: flood TO PORT N FROM...\n");
		return 2;
	}
	to = resolve(argv[1], argv[2]);
	for (int i = 4; i < argc; i++) {
		struct addrinfo *from = resolve(argv[i], "0");

		for (int k = 0; k < n_each; k++)
			dial(to, from);
		freeaddrinfo(from);
	}
	printf("%u\n", count_connected());
	freeaddrinfo(to);
	return 0;
}
