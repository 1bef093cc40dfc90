/*
 * Questions about files: dials, says the hello of aMule, asks for the status of
 * QUESTIONS files, 50 at a time, and hangs up when all are answered; so for
 * CONNECTIONS, one after the other. Prints the median time of a connection in
 * microseconds. An answer that is one "!" (lookup_once) will do, too.
 *
 *   ask PORT CONNECTIONS QUESTIONS <HASHES      one in hex a line, in turn
 *
 * Exit: 0 all were answered; 1 not; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include "../e2e/tools/hello.h"
#include "../e2e/tools/times.h"
#include "base/util.h"
#include "proto/msg.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define AT_A_TIME  50
#define MAX_HASHES 10000

static uint8_t hashes[MAX_HASHES][HASH_SIZE];
static size_t n_hashes, next_hash;

static void
die(const char *what)
{
	fprintf(stderr, "ask: %s\n", what);
	exit(1);
}

static void
read_hashes(void)
{
	char line[64];

	while (n_hashes < MAX_HASHES && fgets(line, sizeof line, stdin))
		if (!hex_decode(hashes[n_hashes++], line, HASH_SIZE))
			die("no hash");
	if (n_hashes == 0)
		die("no hashes");
}

static int
dial(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		die("cannot connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

static void
put_frame(struct writer *w, uint8_t opcode, const void *payload, size_t n)
{
	size_t begin = packet_begin(w, OP_EDONKEYPROT, opcode);

	put_bytes(w, payload, n);
	packet_end(w, begin);
}

static void
put_hello(struct writer *w)
{
	uint8_t payload[AMULE_HELLO_SIZE];

	hex_decode(payload, AMULE_HELLO, sizeof payload);
	put_frame(w, OP_HELLO, payload, sizeof payload);
}

/* Take what comes until n files were answered. False: a single "!" came. */
static bool
await_answers(int fd, size_t n)
{
	static uint8_t in[1 << 16];
	size_t len = 0;

	while (n > 0) {
		ssize_t k = recv(fd, in + len, sizeof in - len, 0);
		struct reader r;
		struct packet p;

		if (k <= 0)
			die("the server closed the connection");
		if (len == 0 && k == 1 && in[0] == '!')
			return false;
		len += (size_t)k;
		r = reader_of(in, len);
		while (n > 0 && packet_next(&r, &p) == PACKET_OK) {
			if (p.opcode == OP_FILEREQANSNOFIL)
				die("a file is not shared");
			n -= p.opcode == OP_FILESTATUS;
		}
		len -= r.pos;
		memmove(in, in + r.pos, len);
	}
	return true;
}

static void
converse(uint16_t port, size_t questions)
{
	int fd = dial(port);
	uint8_t out[8192];
	struct writer w = writer_of(out, sizeof out);
	bool more = true;

	put_hello(&w);
	while (more && questions > 0) {
		size_t n = min_size(questions, AT_A_TIME);

		for (size_t i = 0; i < n; i++)
			put_frame(&w, OP_SETREQFILEID,
			    hashes[next_hash++ % n_hashes], HASH_SIZE);
		if (send(fd, out, w.pos, MSG_NOSIGNAL) != (ssize_t)w.pos)
			die("cannot send");
		w = writer_of(out, sizeof out);
		more = await_answers(fd, n);
		questions -= n;
	}
	close(fd);
}

int
main(int argc, char *argv[])
{
	size_t n, questions;
	double *us;

	if (argc != 4)
		return 2;
	n = (size_t)atol(argv[2]);
	questions = (size_t)atol(argv[3]);
	us = calloc(n, sizeof *us);
	if (!us || n == 0)
		return 2;
	read_hashes();
	for (size_t i = 0; i < n; i++) {
		double begin = now_us();

		converse((uint16_t)atoi(argv[1]), questions);
		us[i] = now_us() - begin;
	}
	print_median(us, n);
	return 0;
}
