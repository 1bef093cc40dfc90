/*
 * The baseline of the bulk benchmark: the least a program can do that sends the
 * same frames to the same reader. It reads nothing, and sends header and data
 * of each block with one send and one sendfile. No protocol, no checks, no
 * limits.
 *
 *   bare FILE FRAME_BYTES
 *
 * Started by a super-server, as the server is.
 * SPDX-License-Identifier: ISC
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void
send_frame(int file, off_t offset, size_t len)
{
	char header[30] = {0};

	if (send(STDOUT_FILENO, header, sizeof header, MSG_MORE) !=
	    sizeof header)
		exit(1);
	while (len > 0) {
		ssize_t n = sendfile(STDOUT_FILENO, file, &offset, len);

		if (n <= 0)
			exit(1);
		len -= (size_t)n;
	}
}

int
main(int argc, char *argv[])
{
	int file, on = 1;
	size_t frame;
	struct stat st;

	if (argc != 3)
		return 2;
	file = open(argv[1], O_RDONLY);
	frame = (size_t)atol(argv[2]);
	if (file < 0 || fstat(file, &st) != 0)
		return 1;
	setsockopt(STDOUT_FILENO, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	for (off_t at = 0; at < st.st_size; at += (off_t)frame) {
		size_t left = (size_t)(st.st_size - at);

		send_frame(file, at, left < frame ? left : frame);
	}
	return 0;
}
