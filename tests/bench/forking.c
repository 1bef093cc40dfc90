/*
 * The least that can accept and fork: each child reads once and answers one
 * byte. What the server that forks is compared with. Linked statically.
 *
 *   forking PORT
 * SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int
answer(int fd)
{
	char bytes[4096];

	if (read(fd, bytes, sizeof bytes) <= 0)
		return 1;
	return write(fd, "!", 1) == 1 ? 0 : 1;
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1, fd;

	if (argc != 2)
		return 2;
	a.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	signal(SIGCHLD, SIG_IGN);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, (struct sockaddr *)&a, sizeof a) != 0 ||
	    listen(listener, SOMAXCONN) != 0)
		return 1;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		if (fork() == 0)
			return answer(fd);
		close(fd);
	}
	return 1;
}
