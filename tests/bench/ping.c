/*
 * The client of echo: sends a byte and waits for it, COUNT times. Prints the
 * median in microseconds.
 *
 *   ping COUNT PORT
 *
 * SPDX-License-Identifier: ISC
 */
#include "../e2e/tools/times.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

int
main(int argc, char *argv[])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	size_t count;
	double *us;

	if (argc != 3)
		return 2;
	count = (size_t)atol(argv[1]);
	us = calloc(count, sizeof *us);
	a.sin_port = htons((uint16_t)atoi(argv[2]));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (!us || connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	for (size_t i = 0; i < count; i++) {
		double begin = now_us();
		char byte = 'x';

		if (send(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 1)
			return 1;
		us[i] = now_us() - begin;
	}
	print_median(us, count);
	return 0;
}
