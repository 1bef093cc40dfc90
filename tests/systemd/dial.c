/*
 * Many connections to a port of 127.0.0.1. Each says the hello of aMule and
 * waits for the first byte of the answer.
 *
 *   dial time COUNT PORT
 *   dial hold COUNT EACH MS PORT
 *
 * time   one after the other, 20 ms apart; prints the median time from connect
 *        to first byte in microseconds.
 * hold   opens one every MS milliseconds and keeps it until each has been
 *        answered or closed, at most a minute; prints "A answered, B closed".
 *        EACH in turn come from one address.
 *
 * Addresses are those of 127/8, from 127.0.1.1 on, a new one for each
 * connection of "time".
 * Exit: 0 done; 1 a connection failed; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include "../e2e/tools/hello.h"
#include "base/util.h"
#include "proto/opcodes.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_DIALS 1000

/* Its frame, in hex. */
static const char hello[] = "e35d00000001" AMULE_HELLO;

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Connect from the given address of 127/8, and say hello. */
static int
dial(unsigned from, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	uint8_t bytes[(sizeof hello - 1) / 2];
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	hex_decode(bytes, hello, sizeof bytes);
	a.sin_addr.s_addr = htonl((127U << 24) + 256 + 1 + from);
	if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0)
		goto fail;
	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0 &&
	    send(fd, bytes, sizeof bytes, MSG_NOSIGNAL) == sizeof bytes)
		return fd;
fail:
	perror("dial");
	exit(1);
}

static int
compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int
measure(unsigned count, uint16_t port)
{
	static uint64_t us[MAX_DIALS];
	static unsigned from;

	for (unsigned i = 0; i < count; i++) {
		uint64_t begin = now_us();
		int fd = dial(from++, port);
		uint8_t byte;

		if (recv(fd, &byte, 1, 0) != 1)
			return 1;
		us[i] = now_us() - begin;
		close(fd);
		sleep_ms(20);
	}
	qsort(us, count, sizeof us[0], compare);
	printf("%llu\n", (unsigned long long)us[count / 2]);
	return 0;
}

/* Look for first bytes and ends, wait_ms for the first of them. */
static void
look(struct pollfd *fds, unsigned n, int wait_ms, unsigned *answered,
    unsigned *closed)
{
	poll(fds, n, wait_ms);
	for (unsigned i = 0; i < n; i++) {
		uint8_t byte;

		if (fds[i].fd < 0 || fds[i].revents == 0)
			continue;
		if (recv(fds[i].fd, &byte, 1, 0) == 1)
			++*answered;
		else
			++*closed;
		fds[i].fd = -1; /* but open until we exit */
	}
}

static int
hold(unsigned count, unsigned each, long ms, uint16_t port)
{
	static struct pollfd fds[MAX_DIALS];
	unsigned answered = 0, closed = 0;

	for (unsigned i = 0; i < count; i++) {
		fds[i].fd = dial(i / each, port);
		fds[i].events = POLLIN;
		look(fds, i + 1, 0, &answered, &closed);
		sleep_ms(ms);
	}
	for (int i = 0; i < 600 && answered + closed < count; i++)
		look(fds, count, 100, &answered, &closed);
	printf("%u answered, %u closed\n", answered, closed);
	return 0;
}

static unsigned
number(const char *s)
{
	return (unsigned)strtoul(s, NULL, 10);
}

int
main(int argc, char *argv[])
{
	const char *mode = argc > 2 ? argv[1] : "";
	unsigned count = argc > 2 ? number(argv[2]) : 0;
	uint16_t port = (uint16_t)number(argv[argc - 1]);

	if (count == 0 || count > MAX_DIALS)
		return 2;
	if (argc == 4 && strcmp(mode, "time") == 0)
		return measure(count, port);
	if (argc == 6 && strcmp(mode, "hold") == 0 && number(argv[3]) > 0)
		return hold(
		    count, number(argv[3]), (long)number(argv[4]), port);
	return 2;
}
