/*
 * Asking a server; see probe.h. A blocking socket with time limits is enough:
 * there is one at a time.
 * SPDX-License-Identifier: ISC
 */
#include "reach/probe.h"

#include "proto/msg.h"
#include "version.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* How many other messages may come before the one that we wait for. */
#define OTHERS_MAX 16

struct talk {
	int fd;
	unsigned seconds; /* for each answer */
	uint8_t bytes[PACKET_HEADER_SIZE + PACKET_PAYLOAD_MAX];
	size_t n;     /* received */
	size_t taken; /* by the frames before this one */
};

static int64_t
clock_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Let receives end at this time. False when it is over. */
static bool
limit_receive(int fd, int64_t until_us)
{
	int64_t left = until_us - clock_us();
	struct timeval limit = {left / 1000000, left % 1000000};

	return left > 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0;
}

/* A connected socket, or -1 with errno. */
static int
dial(const uint8_t address[ADDRESS_SIZE], uint16_t port, unsigned seconds)
{
	struct sockaddr_in sin = {
	    .sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 sin6 = {
	    .sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct timeval limit = {.tv_sec = seconds};
	bool v4 = address_is_ipv4(address);
	int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(&sin.sin_addr, address + 12, sizeof sin.sin_addr);
	memcpy(&sin6.sin6_addr, address, sizeof sin6.sin6_addr);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (connect(fd, v4 ? (struct sockaddr *)&sin : (struct sockaddr *)&sin6,
		v4 ? sizeof sin : sizeof sin6) != 0) {
		int error = errno;

		close(fd);
		errno = error == EINPROGRESS ? ETIMEDOUT : error;
		return -1;
	}
	return fd;
}

static bool
send_frame(int fd, const struct writer *w)
{
	return !w->bad &&
	    send(fd, w->data, w->pos, MSG_NOSIGNAL) == (ssize_t)w->pos;
}

/* Wait for the next frame. PROBE_ANSWERED when there is one. */
static enum probe_result
receive_frame(struct talk *t, struct packet *out, int64_t until_us)
{
	for (;;) {
		struct reader r =
		    reader_of(t->bytes + t->taken, t->n - t->taken);
		enum packet_result res = packet_next(&r, out);
		ssize_t n;

		if (res == PACKET_BAD)
			return PROBE_FOREIGN;
		if (res == PACKET_OK) {
			t->taken += r.pos;
			return PROBE_ANSWERED;
		}
		memmove(t->bytes, t->bytes + t->taken, t->n - t->taken);
		t->n -= t->taken;
		t->taken = 0;
		if (!limit_receive(t->fd, until_us))
			return PROBE_SILENT;
		n = recv(t->fd, t->bytes + t->n, sizeof t->bytes - t->n, 0);
		if (n == 0 || (n < 0 && errno == ECONNRESET))
			return PROBE_CLOSED;
		if (n < 0 && errno != EINTR)
			return PROBE_SILENT;
		t->n += n > 0 ? (size_t)n : 0;
	}
}

/* Wait for one of two messages of 0xE3. */
static enum probe_result
await(struct talk *t, struct packet *out, uint8_t opcode, uint8_t or_opcode)
{
	int64_t until_us = clock_us() + t->seconds * INT64_C(1000000);
	enum probe_result res = PROBE_FOREIGN;

	for (int i = 0; i <= OTHERS_MAX; i++) {
		res = receive_frame(t, out, until_us);
		if (res != PROBE_ANSWERED ||
		    (out->protocol == OP_EDONKEYPROT &&
			(out->opcode == opcode || out->opcode == or_opcode)))
			return res;
	}
	return PROBE_FOREIGN;
}

static enum probe_result
greet(struct talk *t, struct probe *out)
{
	/* no user hash: nobody has to remember us */
	const struct msg_self self = {
	    .misc1 = OUR_MISCOPTIONS1 | MISC1_NO_BROWSE,
	    .misc2 = OUR_MISCOPTIONS2,
	    .name = "ed2k-share check",
	    .mod = "ed2k-share " VERSION,
	};
	uint8_t frame[256];
	struct writer w = writer_of(frame, sizeof frame);
	struct msg_hello hello;
	struct packet p;
	enum probe_result res;

	msg_put_hello(&w, &self);
	if (!send_frame(t->fd, &w))
		return PROBE_CLOSED;
	res = await(t, &p, OP_HELLOANSWER, OP_HELLOANSWER);
	if (res != PROBE_ANSWERED)
		return res;
	if (!msg_get_hello_answer(&p, &hello))
		return PROBE_FOREIGN;
	memcpy(out->user_hash, hello.user_hash, HASH_SIZE);
	memcpy(out->name, hello.name, sizeof out->name);
	out->port = hello.port;
	out->obfuscates = (hello.misc2 & MISC2_OBFUSCATION) != 0;
	return PROBE_ANSWERED;
}

static enum probe_result
ask_file(struct talk *t, const uint8_t hash[HASH_SIZE])
{
	uint8_t frame[PACKET_HEADER_SIZE + HASH_SIZE], answered[HASH_SIZE];
	struct writer w = writer_of(frame, sizeof frame);
	struct packet p;

	msg_put_file_request(&w, hash);
	if (!send_frame(t->fd, &w) ||
	    await(t, &p, OP_FILESTATUS, OP_FILEREQANSNOFIL) != PROBE_ANSWERED ||
	    !msg_get_hash(&p, answered) || !same_hash(hash, answered))
		return PROBE_NOT_ANSWERED;
	return p.opcode == OP_FILESTATUS ? PROBE_ANSWERED : PROBE_NO_FILE;
}

enum probe_result
probe_run(struct probe *out, const uint8_t address[ADDRESS_SIZE], uint16_t port,
    const uint8_t hash[HASH_SIZE], unsigned seconds)
{
	struct talk t = {
	    .fd = dial(address, port, seconds),
	    .seconds = seconds,
	};
	enum probe_result res;

	memset(out, 0, sizeof *out);
	if (t.fd < 0)
		return errno == ECONNREFUSED ? PROBE_REFUSED : PROBE_FAILED;
	res = greet(&t, out);
	if (res == PROBE_ANSWERED && hash)
		res = ask_file(&t, hash);
	close(t.fd);
	return res;
}
