/*
 * The baseline of the bulk benchmark: the least a program can do that sends the
 * same frames to the same reader. It listens, takes one connection, reads and
 * throws away whatever comes, and sends header and data of each block with one
 * send and one sendfile. No protocol, no checks, no limits.
 *
 *   bare PORT FILE FRAME_BYTES
 *
 * SPDX-License-Identifier: ISC
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void
send_frame(int out, int file, off_t offset, size_t len)
{
	char header[30] = {0};

	if (send(out, header, sizeof header, MSG_MORE) != sizeof header)
		exit(1);
	while (len > 0) {
		ssize_t n = sendfile(out, file, &offset, len);

		if (n <= 0)
			exit(1);
		len -= (size_t)n;
	}
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1, out, file;
	size_t frame;
	struct stat st;

	if (argc != 4)
		return 2;
	a.sin_port = htons((uint16_t)atoi(argv[1]));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, (struct sockaddr *)&a, sizeof a) != 0 ||
	    listen(listener, 1) != 0)
		return 1;
	file = open(argv[2], O_RDONLY);
	frame = (size_t)atol(argv[3]);
	out = accept(listener, NULL, NULL);
	setsockopt(out, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (file < 0 || out < 0 || fstat(file, &st) != 0)
		return 1;
	for (off_t at = 0; at < st.st_size; at += (off_t)frame) {
		size_t left = (size_t)(st.st_size - at);

		send_frame(out, file, at, left < frame ? left : frame);
	}
	return 0;
}
