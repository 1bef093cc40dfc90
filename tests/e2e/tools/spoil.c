/*
 * A proxy that spoils: takes connections on HOST PORT, passes all bytes between
 * them and TARGET_HOST TARGET_PORT, and flips one bit of byte OFFSET of what the
 * server has said over all connections. A process a connection, as many as come.
 *
 *   spoil HOST PORT TARGET_HOST TARGET_PORT OFFSET
 *
 * SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*
 * 10 MB a second at most: at more, a client has asked for all of a file before
 * it has looked at its first part.
 */
#define NS_PER_BYTE 100

/* Bytes that the server has said so far; shared by all processes. */
static uint64_t *said;

static struct sockaddr_in
address(const char *host, const char *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};

	inet_pton(AF_INET, host, &a.sin_addr);
	a.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	return a;
}

/* Pass on what is there. False at the end of one side. */
static bool
pass(int from, int to, bool from_server, uint64_t offset)
{
	static uint8_t buffer[65536];
	ssize_t n = read(from, buffer, sizeof buffer), out;

	if (n <= 0)
		return false;
	if (from_server) {
		if (offset >= *said && offset < *said + (uint64_t)n)
			buffer[offset - *said] ^= 1;
		*said += (uint64_t)n;
		nanosleep(&(struct timespec){.tv_nsec = n * NS_PER_BYTE}, NULL);
	}
	for (ssize_t done = 0; done < n; done += out) {
		out = write(to, buffer + done, (size_t)(n - done));
		if (out <= 0)
			return false;
	}
	return true;
}

static void
relay(int peer, const struct sockaddr_in *target, uint64_t offset)
{
	int server = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	struct pollfd fds[] = {
	    {.fd = peer, .events = POLLIN}, {.fd = server, .events = POLLIN}};

	if (connect(server, (const struct sockaddr *)target, sizeof *target))
		return;
	setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	while (poll(fds, 2, -1) > 0)
		if ((fds[0].revents && !pass(peer, server, false, offset)) ||
		    (fds[1].revents && !pass(server, peer, true, offset)))
			break;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in here, target;
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	uint64_t offset;

	if (argc != 6)
		return 2;
	here = address(argv[1], argv[2]);
	target = address(argv[3], argv[4]);
	offset = strtoull(argv[5], NULL, 10);
	said = mmap(NULL, sizeof *said, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (said == MAP_FAILED ||
	    bind(listener, (struct sockaddr *)&here, sizeof here) != 0 ||
	    listen(listener, 16) != 0)
		return 1;
	for (;;) {
		int peer = accept(listener, NULL, NULL);

		if (peer < 0)
			continue;
		if (fork() == 0) {
			relay(peer, &target, offset);
			_exit(0);
		}
		close(peer);
	}
}
