/*
 * The reader for the comparison with nginx: asks for a file range by range over
 * one connection, three requests in flight, and lets the kernel throw away what
 * comes, as `peer discard` does.
 *
 *   http_drain PORT PATH BYTES BLOCK
 *
 * SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define IN_FLIGHT 3

static int
dial(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		exit(1);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static void
request(int fd, const char *path, int64_t start, int64_t end)
{
	char text[256];
	int n = snprintf(text, sizeof text,
	    "GET %s HTTP/1.1\r\nHost: localhost\r\n"
	    "Range: bytes=%" PRId64 "-%" PRId64 "\r\n\r\n",
	    path, start, end - 1);

	if (send(fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		exit(1);
}

/* Take n bytes off the socket, unseen. */
static void
discard(int fd, size_t n)
{
	while (n > 0) {
		ssize_t k = recv(fd, NULL, n, MSG_TRUNC);

		if (k <= 0)
			exit(1);
		n -= (size_t)k;
	}
}

/* Take the header of a response, which must be that of a range. */
static void
take_header(int fd)
{
	char text[1024];
	const char *end = NULL;

	for (size_t want = 1; !end; want++) {
		ssize_t n = recv(fd, text, sizeof text - 1, MSG_PEEK);

		if (n <= 0 || want == sizeof text)
			exit(1);
		text[n] = '\0';
		end = strstr(text, "\r\n\r\n");
	}
	if (strncmp(text, "HTTP/1.1 206", 12) != 0) {
		fprintf(stderr, "http_drain: %.12s\n", text);
		exit(1);
	}
	discard(fd, (size_t)(end + 4 - text));
}

int
main(int argc, char *argv[])
{
	int64_t size, block, asked = 0, got = 0;
	int fd;

	if (argc != 5)
		return 2;
	fd = dial((uint16_t)atoi(argv[1]));
	size = atoll(argv[3]);
	block = atoll(argv[4]);
	while (got < size) {
		int64_t end;

		while (asked < size && asked < got + IN_FLIGHT * block) {
			end = asked + block < size ? asked + block : size;
			request(fd, argv[2], asked, end);
			asked = end;
		}
		end = got + block < size ? got + block : size;
		take_header(fd);
		discard(fd, (size_t)(end - got));
		got = end;
	}
	return 0;
}
