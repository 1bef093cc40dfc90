/*
 * The reader for the baseline: connects and lets the kernel throw away what
 * comes, as `peer discard` does, until it has BYTES.
 *
 *   drain PORT BYTES
 *
 * SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>

int
main(int argc, char *argv[])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int64_t left;

	if (argc != 3)
		return 2;
	a.sin_port = htons((uint16_t)atoi(argv[1]));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		return 1;
	left = atoll(argv[2]);
	while (left > 0) {
		ssize_t n = recv(fd, NULL, 1 << 18, MSG_TRUNC);

		if (n <= 0)
			return 1;
		left -= n;
	}
	return 0;
}
