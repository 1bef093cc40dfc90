/*
 * The baseline of the bulk benchmark: the least a program can do that sends the
 * same frames to the same reader. What comes before the data is in a file and
 * sent at once; then each block that is asked for is sent with one send and one
 * sendfile. No checks, no limits.
 *
 *   bare FILE OPENING
 *
 * Started by a super-server, as the server is.
 * SPDX-License-Identifier: ISC
 */
#include "proto/msg.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void
send_file(int file, uint64_t begin, uint64_t end)
{
	off_t offset = (off_t)begin;

	while (offset < (off_t)end)
		if (sendfile(STDOUT_FILENO, file, &offset,
			end - (uint64_t)offset) <= 0)
			exit(1);
}

static void
send_block(int file, const uint8_t *hash, struct range range)
{
	uint8_t header[DATA_HEADER_MAX];
	size_t n = msg_data_header(header, hash, range);

	if (send(STDOUT_FILENO, header, n, MSG_MORE) != (ssize_t)n)
		exit(1);
	send_file(file, range.start, range.end);
}

static void
answer(int file, const struct packet *p)
{
	uint8_t hash[HASH_SIZE];
	struct range ranges[3];

	if (!msg_get_request_parts(p, hash, ranges))
		return;
	for (size_t i = 0; i < 3; i++)
		if (ranges[i].start < ranges[i].end)
			send_block(file, hash, ranges[i]);
}

static void
serve(int file)
{
	static uint8_t in[1 << 16];
	size_t len = 0;
	ssize_t n;

	while ((n = read(STDIN_FILENO, in + len, sizeof in - len)) > 0) {
		struct reader r = reader_of(in, len + (size_t)n);
		struct packet p;

		while (packet_next(&r, &p) == PACKET_OK)
			answer(file, &p);
		len += (size_t)n - r.pos;
		memmove(in, in + r.pos, len);
	}
}

int
main(int argc, char *argv[])
{
	int file, opening, on = 1;
	struct stat st;

	if (argc != 3)
		return 2;
	file = open(argv[1], O_RDONLY);
	opening = open(argv[2], O_RDONLY);
	if (file < 0 || opening < 0 || fstat(opening, &st) != 0)
		return 1;
	setsockopt(STDOUT_FILENO, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	send_file(opening, 0, (uint64_t)st.st_size);
	serve(file);
	return 0;
}
