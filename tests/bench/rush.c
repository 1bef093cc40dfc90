/*
 * As many connections as two callers can make, one after the other each, to a
 * port of 127.0.0.1. Prints how many there were in a second.
 *
 *   rush greet SECONDS PORT     says the hello of aMule, waits for the first
 *                               byte of the answer and hangs up
 *   rush refused SECONDS PORT   waits for the end, which is all that may come
 *
 * Each connection has another address of 127/8, for the ports of one are soon
 * used up.
 * SPDX-License-Identifier: ISC
 */
#include "../e2e/tools/hello.h"
#include "base/clock.h"
#include "base/util.h"
#include "proto/opcodes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLERS 2

static const char hello[] = "e35d00000001" AMULE_HELLO;

static bool
call(bool greet, uint32_t from, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	uint8_t bytes[(sizeof hello - 1) / 2], byte;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool done = false;

	hex_decode(bytes, hello, sizeof bytes);
	a.sin_addr.s_addr = htonl((127U << 24) + from);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		goto out;
	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		goto out;
	if (greet)
		done = send(fd, bytes, sizeof bytes, MSG_NOSIGNAL) ==
			sizeof bytes &&
		    recv(fd, &byte, 1, 0) == 1;
	else
		done = recv(fd, &byte, 1, 0) <= 0;
out:
	close(fd);
	return done;
}

/* Call until time is up; write how often into the pipe. */
static int
caller(bool greet, uint32_t number, uint64_t end_ms, uint16_t port, int out)
{
	unsigned n = 0;

	while (clock_ms() < end_ms) {
		if (!call(greet, number << 16 | (256 + n % 60000), port))
			return 1;
		n++;
	}
	return write(out, &n, sizeof n) == sizeof n ? 0 : 1;
}

int
main(int argc, char *argv[])
{
	bool greet = argc == 4 && strcmp(argv[1], "greet") == 0;
	unsigned n, sum = 0, seconds;
	uint64_t end_ms;
	uint16_t port;
	int fds[2];

	if (argc != 4 || (!greet && strcmp(argv[1], "refused") != 0) ||
	    pipe(fds) != 0)
		return 2;
	seconds = (unsigned)strtoul(argv[2], NULL, 10);
	port = (uint16_t)strtoul(argv[3], NULL, 10);
	end_ms = clock_ms() + seconds * 1000;
	for (uint32_t i = 0; i < CALLERS; i++)
		if (fork() == 0)
			return caller(greet, i + 1, end_ms, port, fds[1]);
	close(fds[1]);
	for (int i = 0; i < CALLERS; i++) {
		if (read(fds[0], &n, sizeof n) != sizeof n)
			return 1;
		sum += n;
	}
	printf("%u\n", sum / seconds);
	return 0;
}
