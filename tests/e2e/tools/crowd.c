/*
 * Many peers in one process, all there at once, each downloading one file:
 *
 *   crowd PORT LINK FILE N
 *
 * All dial 127.0.0.1, say hello and ask for a slot. When each of them has one
 * or was told a rank, "N peers: A uploading, B waiting" is printed and a line
 * read from stdin. Then those with a slot download the file, in blocks, three
 * in flight, compare it with FILE and hang up, the others as their turn comes.
 * In the end "N served" is printed.
 *
 * Exit: 0 all were served; 1 not; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include "hello.h"
#include "base/util.h"
#include "proto/ed2klink.h"
#include "proto/msg.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_FLIGHT 3

/* Nothing at all happens for so long: something is wrong. */
#define PATIENCE_MS 60000

enum state {
	GREETING,
	ASKING,
	WAITING,
	ACCEPTED,
	DONE,
};

struct one {
	enum state state;
	uint64_t asked, got; /* bytes of the file */
	uint64_t block_end;  /* of the block that comes in */
	size_t len;
	uint8_t in[BLOCK_SIZE + 1024]; /* a frame and the begin of the next */
};

static struct one *peers;
static struct pollfd *fds;
static nfds_t n_peers;
static size_t n_in[DONE + 1]; /* by state */
static struct ed2klink file;
static const uint8_t *bytes;
static bool may_download;

static void
die(const char *what, nfds_t i)
{
	fprintf(stderr, "crowd: peer %lu: %s (%s)\n", (unsigned long)i, what,
	    strerror(errno));
	exit(1);
}

static void
enter(nfds_t i, enum state state)
{
	n_in[peers[i].state]--;
	peers[i].state = state;
	n_in[state]++;
}

static void
send_frame(nfds_t i, uint8_t opcode, const void *payload, size_t n)
{
	uint8_t frame[256];
	struct writer w = writer_of(frame, sizeof frame);
	size_t begin = packet_begin(&w, OP_EDONKEYPROT, opcode);

	put_bytes(&w, payload, n);
	packet_end(&w, begin);
	if (send(fds[i].fd, frame, w.pos, MSG_NOSIGNAL) != (ssize_t)w.pos)
		die("cannot send", i);
}

/* Each has a user hash of its own. */
static void
say_hello(nfds_t i)
{
	uint8_t payload[AMULE_HELLO_SIZE];

	hex_decode(payload, AMULE_HELLO, sizeof payload);
	payload[1] = (uint8_t)i;
	payload[2] = (uint8_t)(i >> 8);
	send_frame(i, OP_HELLO, payload, sizeof payload);
}

static void
dial(nfds_t i, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int small = 65536;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fds[i] = (struct pollfd){
	    .fd = socket(AF_INET, SOCK_STREAM, 0), .events = POLLIN};
	setsockopt(fds[i].fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	if (connect(fds[i].fd, (struct sockaddr *)&a, sizeof a) != 0)
		die("cannot connect", i);
	n_in[GREETING]++;
	say_hello(i);
}

/* The block that begins there: blocks do not cross parts. */
static struct range
block_after(uint64_t start)
{
	uint64_t part_end = (start / PART_SIZE + 1) * PART_SIZE;
	uint64_t end = min_u64(start + BLOCK_SIZE, file.size);

	return (struct range){start, min_u64(end, part_end)};
}

/* Ask for the next block. */
static void
request(nfds_t i)
{
	struct one *p = &peers[i];
	struct range block = block_after(p->asked);
	uint8_t payload[HASH_SIZE + 24];
	struct writer w = writer_of(payload, sizeof payload);

	if (p->asked == file.size)
		return;
	put_bytes(&w, file.hash, HASH_SIZE);
	put_u32(&w, (uint32_t)block.start);
	put_u32(&w, 0);
	put_u32(&w, 0);
	put_u32(&w, (uint32_t)block.end);
	put_u32(&w, 0);
	put_u32(&w, 0);
	send_frame(i, OP_REQUESTPARTS, payload, w.pos);
	p->asked = block.end;
}

static void
download(nfds_t i)
{
	peers[i].asked = peers[i].got;
	peers[i].block_end = block_after(peers[i].got).end;
	for (int k = 0; k < IN_FLIGHT; k++)
		request(i);
}

static void
on_data(nfds_t i, const struct packet *p)
{
	struct reader r = reader_of(p->payload, p->payload_len);
	struct one *one = &peers[i];
	uint8_t hash[HASH_SIZE];
	uint64_t start, end;

	get_bytes(&r, hash, HASH_SIZE);
	start = get_u32(&r);
	end = get_u32(&r);
	if (r.bad || !same_hash(hash, file.hash) || start != one->got ||
	    end > one->asked || end - start != p->payload_len - r.pos ||
	    memcmp(p->payload + r.pos, bytes + start, end - start) != 0)
		die("wrong data", i);
	one->got = end;
	if (end == one->block_end) {
		one->block_end = block_after(end).end;
		request(i);
	}
	if (end < file.size)
		return;
	enter(i, DONE);
	close(fds[i].fd);
	fds[i].fd = -1;
}

static void
on_packet(nfds_t i, const struct packet *p)
{
	switch (p->opcode) {
	case OP_HELLOANSWER:
		enter(i, ASKING);
		send_frame(i, OP_SETREQFILEID, file.hash, HASH_SIZE);
		send_frame(i, OP_STARTUPLOADREQ, file.hash, HASH_SIZE);
		break;
	case OP_QUEUERANKING:
	case OP_OUTOFPARTREQS:
		enter(i, WAITING);
		break;
	case OP_ACCEPTUPLOADREQ:
		enter(i, ACCEPTED);
		if (may_download)
			download(i);
		break;
	case OP_SENDINGPART:
		on_data(i, p);
		break;
	case OP_FILEREQANSNOFIL:
		die("no such file", i);
		break;
	default:
		break;
	}
}

/* packet_next, for frames as large as a server's. */
static bool
next_frame(struct reader *r, struct packet *p)
{
	struct reader ahead = *r;
	uint32_t len;

	p->protocol = get_u8(&ahead);
	len = get_u32(&ahead);
	p->opcode = get_u8(&ahead);
	if (ahead.bad || len < 1 || len - 1 > ahead.len - ahead.pos)
		return false;
	p->payload = ahead.data + ahead.pos;
	p->payload_len = len - 1;
	r->pos = ahead.pos + p->payload_len;
	return true;
}

static void
receive(nfds_t i)
{
	struct one *p = &peers[i];
	struct reader r;
	struct packet packet;
	ssize_t n = recv(
	    fds[i].fd, p->in + p->len, sizeof p->in - p->len, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		die("the server closed the connection", i);
	p->len += (size_t)n;
	r = reader_of(p->in, p->len);
	while (p->state != DONE && next_frame(&r, &packet))
		on_packet(i, &packet);
	p->len -= r.pos;
	memmove(p->in, p->in + r.pos, p->len);
}

/* Let them talk until `enough` says so. */
static void
run(bool (*enough)(void))
{
	while (!enough()) {
		if (poll(fds, n_peers, PATIENCE_MS) <= 0)
			die("nothing happens any more", 0);
		for (nfds_t i = 0; i < n_peers; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				receive(i);
	}
}

static bool
all_are_there(void)
{
	return n_in[WAITING] + n_in[ACCEPTED] == n_peers;
}

static bool
all_are_done(void)
{
	return n_in[DONE] == n_peers;
}

static void
open_file(const char *path)
{
	int fd = open(path, O_RDONLY);

	bytes = mmap(NULL, (size_t)file.size, PROT_READ, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED) {
		perror(path);
		exit(1);
	}
	close(fd);
}

int
main(int argc, char *argv[])
{
	struct rlimit files = {0};

	if (argc != 5 || !ed2klink_parse(argv[2], &file)) {
		fprintf(stderr, "usage: crowd PORT LINK FILE N\n");
		return 2;
	}
	n_peers = (nfds_t)atoi(argv[4]);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	open_file(argv[3]);
	peers = calloc(n_peers, sizeof *peers);
	fds = calloc(n_peers, sizeof *fds);
	if (!peers || !fds)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (nfds_t i = 0; i < n_peers; i++)
		dial(i, (uint16_t)atoi(argv[1]));
	run(all_are_there);
	printf("%lu peers: %zu uploading, %zu waiting\n",
	    (unsigned long)n_peers, n_in[ACCEPTED], n_in[WAITING]);
	if (getchar() == EOF)
		return 1;
	may_download = true;
	for (nfds_t i = 0; i < n_peers; i++)
		if (peers[i].state == ACCEPTED)
			download(i);
	run(all_are_done);
	printf("%zu served\n", n_in[DONE]);
	return 0;
}
