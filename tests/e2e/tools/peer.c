/*
 * A scripted downloader for the end-to-end tests and the benchmark: speaks to a
 * server as an eMule-family client or as a direct client would, and writes what
 * it got to a file, so that the test can compare every byte.
 *
 *   peer get [-i64] [-repeat] [-ask HASH] [-from BYTE] [-rate BYTES] [-when]
 *       [-who] HOST PORT LINK OUT
 *   peer direct [-block BYTES] HOST PORT LINK OUT
 *   peer discard HOST PORT LINK
 *   peer latency HOST PORT LINK
 *   peer raw HOST PORT
 *
 * Behind the mode, -crypt USERHASH makes any of them an obfuscated connection
 * to the server of this user hash, -bind ADDRESS dials from there, and -small
 * makes the receive buffer small.
 *
 * get       hello, name, status, hash set, slot, then three blocks in flight.
 *           -i64 asks with 64-bit offsets; -repeat lists pending blocks again
 *           in each request, as aMule does; -ask asks for the name of another
 *           file with each request; -from resumes there; -rate reads so many
 *           bytes a second, through a small buffer; -when prints when the slot
 *           came, in ms of CLOCK_MONOTONIC; -who prints the user hash of the
 *           server.
 * discard   like get, but the kernel throws the data away: for benchmarks.
 * latency   like discard, but one block in flight; prints the median time from
 *           request to first byte of data, in microseconds.
 * raw       sends what comes on stdin (hex, spaces ignored; a line "sleep N"
 *           waits N ms; "read N" reads N bytes before it goes on; "shut" ends
 *           our half), then prints in hex what comes back until the server
 *           closes.
 *
 * Exit: 0 done; 1 the server closed or broke the protocol; 2 usage; 3 the file
 * was refused.
 * SPDX-License-Identifier: ISC
 */
#include "base/util.h"
#include "proto/ed2klink.h"
#include "proto/msg.h"
#include "hello.h"
#include "times.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define IN_FLIGHT 3

struct options {
	bool wide, repeat, discard, latency, ask, small, when, who;
	const char *bind;
	uint8_t asked[HASH_SIZE];
	uint64_t from, rate, block;
};

struct link {
	int fd, out;
	struct options opt;
	struct ed2klink file;
	uint64_t received;
};

static void
die(int status, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "peer: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(status);
}

/* The streams of an obfuscated connection; NULL on a plain one. */
static EVP_CIPHER_CTX *to_server, *from_server;

static void
apply(EVP_CIPHER_CTX *stream, uint8_t *bytes, size_t n)
{
	int len;

	if (!EVP_EncryptUpdate(stream, bytes, &len, bytes, (int)n))
		die(2, "RC4 fails");
}

static EVP_CIPHER_CTX *
begin_stream(
    const uint8_t server[16], uint8_t direction, const uint8_t random[4])
{
	EVP_CIPHER_CTX *stream = EVP_CIPHER_CTX_new();
	uint8_t text[21], key[16], dropped[1024];

	memcpy(text, server, 16);
	text[16] = direction;
	memcpy(text + 17, random, 4);
	if (!EVP_Digest(text, sizeof text, key, NULL, EVP_md5(), NULL) ||
	    !EVP_EncryptInit_ex(stream, EVP_rc4(), NULL, key, NULL))
		die(2, "no MD5 or RC4");
	apply(stream, dropped, sizeof dropped);
	return stream;
}

static struct addrinfo *
resolve(const char *host, const char *port)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;

	if (getaddrinfo(host, port, &hints, &list) != 0)
		die(2, "no address %s port %s", host, port ? port : "-");
	return list;
}

static void
bind_to(int fd, const char *host)
{
	struct addrinfo *own = resolve(host, NULL);

	if (bind(fd, own->ai_addr, own->ai_addrlen) != 0)
		die(2, "cannot dial from %s: %s", host, strerror(errno));
	freeaddrinfo(own);
}

static int
dial(const char *host, const char *port, const struct options *opt)
{
	struct addrinfo *list = resolve(host, port);
	int fd, on = 1, small = 16384;

	fd = socket(list->ai_family, SOCK_STREAM, 0);
	if (opt->small || opt->rate)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	if (opt->bind)
		bind_to(fd, opt->bind);
	if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen) != 0)
		die(1, "cannot connect: %s", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	freeaddrinfo(list);
	return fd;
}

static void
send_all(int fd, const uint8_t *p, size_t n)
{
	static uint8_t encrypted[1 << 13];

	if (to_server) {
		memcpy(encrypted, p, n);
		apply(to_server, encrypted, n);
		p = encrypted;
	}
	while (n > 0) {
		ssize_t k = send(fd, p, n, MSG_NOSIGNAL);

		if (k <= 0)
			die(1, "send: %s", strerror(errno));
		p += k;
		n -= (size_t)k;
	}
}

static void
receive_all(int fd, void *out, size_t n, int flags)
{
	static uint8_t thrown_away[1 << 18];
	uint8_t *p = out;

	while (n > 0) {
		size_t len = n;
		ssize_t k;

		if (from_server && (flags & MSG_TRUNC)) {
			p = thrown_away;
			len = min_size(len, sizeof thrown_away);
		}
		k = recv(fd, p, len, from_server ? 0 : flags);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			die(1, "the server closed the connection");
		if (from_server)
			apply(from_server, p, (size_t)k);
		if (!(flags & MSG_TRUNC))
			p += k;
		n -= (size_t)k;
	}
}

/* Begin an obfuscated connection, as an eMule that dials does. */
static void
shake_hands(int fd, const char *server_hex)
{
	uint8_t hello[5 + 7 + 255] = {0}, answer[6], server[16], n;
	static const uint8_t magic[4] = {0xC4, 0x6F, 0x5E, 0x83};

	if (!OSSL_PROVIDER_load(NULL, "legacy") ||
	    !OSSL_PROVIDER_load(NULL, "default"))
		die(2, "no legacy provider");
	if (!hex_decode(server, server_hex, sizeof server))
		die(2, "-crypt wants a user hash");
	do
		if (getrandom(hello, sizeof hello, 0) != sizeof hello)
			die(2, "no random bytes");
	while (hello[0] == OP_EDONKEYPROT || hello[0] == OP_EMULEPROT ||
	    hello[0] == OP_PACKEDPROT);
	memcpy(hello + 5, magic, sizeof magic);
	hello[9] = hello[10] = 0;
	n = hello[11];
	from_server = begin_stream(server, 0xCB, hello + 1);
	send_all(fd, hello, 5);
	to_server = begin_stream(server, 0x22, hello + 1);
	send_all(fd, hello + 5, 7 + (size_t)n);
	receive_all(fd, answer, sizeof answer, 0);
	if (memcmp(answer, magic, sizeof magic) != 0 || answer[4] != 0)
		die(1, "the answer to the handshake is wrong");
	if (answer[5] > 16)
		die(1, "%u bytes of padding", answer[5]);
	receive_all(fd, hello, answer[5], 0);
}

static void
send_packet(struct link *l, uint8_t protocol, uint8_t opcode,
    const void *payload, size_t n)
{
	uint8_t frame[256];
	struct writer w = writer_of(frame, sizeof frame);
	size_t begin = packet_begin(&w, protocol, opcode);

	put_bytes(&w, payload, n);
	packet_end(&w, begin);
	send_all(l->fd, frame, w.pos);
}

/* The header of the next frame; the payload stays in the socket. */
struct header {
	uint8_t protocol, opcode;
	uint32_t payload_len;
};

static struct header
receive_header(struct link *l)
{
	uint8_t bytes[PACKET_HEADER_SIZE] = {0};
	struct reader r = reader_of(bytes, sizeof bytes);
	struct header h;

	receive_all(l->fd, bytes, sizeof bytes, 0);
	h.protocol = get_u8(&r);
	h.payload_len = get_u32(&r) - 1;
	h.opcode = get_u8(&r);
	return h;
}

/* Take frames until this one comes; others are stepped over. */
static struct header
expect_frame(struct link *l, uint8_t opcode)
{
	for (;;) {
		struct header h = receive_header(l);

		if (h.opcode == OP_FILEREQANSNOFIL)
			die(3, "the server does not have the file");
		if (h.opcode == opcode)
			return h;
		receive_all(l->fd, NULL, h.payload_len, MSG_TRUNC);
	}
}

static void
ask(struct link *l, uint8_t opcode, uint8_t answer)
{
	struct header h;

	send_packet(l, OP_EDONKEYPROT, opcode, l->file.hash, HASH_SIZE);
	h = expect_frame(l, answer);
	receive_all(l->fd, NULL, h.payload_len, MSG_TRUNC);
}

static void
say_hello(struct link *l)
{
	uint8_t payload[AMULE_HELLO_SIZE], user[HASH_SIZE];
	char text[2 * HASH_SIZE + 1];
	struct header h;

	hex_decode(payload, AMULE_HELLO, sizeof payload);
	send_packet(l, OP_EDONKEYPROT, OP_HELLO, payload, sizeof payload);
	h = expect_frame(l, OP_HELLOANSWER);
	if (h.payload_len < sizeof user)
		die(1, "a short HELLOANSWER");
	receive_all(l->fd, user, sizeof user, 0);
	receive_all(l->fd, NULL, h.payload_len - sizeof user, MSG_TRUNC);
	if (!l->opt.who)
		return;
	hex_encode(text, user, sizeof user);
	puts(text);
	fflush(stdout);
}

/* The block that begins at start: blocks do not cross parts. */
static struct range
block_at(const struct link *l, uint64_t start)
{
	uint64_t part_end = (start / PART_SIZE + 1) * PART_SIZE;
	uint64_t end = min_u64(start + l->opt.block, l->file.size);

	return (struct range){start, min_u64(end, part_end)};
}

static void
request(struct link *l, const struct range *ranges, size_t n)
{
	uint8_t payload[64];
	struct writer w = writer_of(payload, sizeof payload);
	bool wide = l->opt.wide;

	for (size_t i = 0; i < n; i++)
		wide |= ranges[i].end > UINT32_MAX;
	put_bytes(&w, l->file.hash, HASH_SIZE);
	for (size_t i = 0; i < 6; i++) {
		uint64_t v = i % 3 >= n ? 0
		    : i < 3             ? ranges[i].start
					: ranges[i - 3].end;

		if (wide)
			put_u64(&w, v);
		else
			put_u32(&w, (uint32_t)v);
	}
	send_packet(l, wide ? OP_EMULEPROT : OP_EDONKEYPROT,
	    wide ? OP_REQUESTPARTS_I64 : OP_REQUESTPARTS, payload, w.pos);
}

/* Take n bytes of the file at offset off the socket. */
static void
receive_data(struct link *l, uint64_t offset, uint64_t n)
{
	static uint8_t buffer[1 << 18];

	l->received += n;
	if (l->opt.discard) {
		/* MSG_TRUNC: the kernel drops the bytes instead of copying */
		receive_all(l->fd, NULL, n, MSG_TRUNC);
		return;
	}
	while (n > 0) {
		size_t len = min_size(n, sizeof buffer);

		if (l->opt.rate)
			len = min_size(len, l->opt.rate / 20 + 1);
		receive_all(l->fd, buffer, len, 0);
		if (pwrite(l->out, buffer, len, (off_t)offset) != (ssize_t)len)
			die(1, "write: %s", strerror(errno));
		if (l->opt.rate)
			nanosleep(
			    &(struct timespec){.tv_nsec = (long)(len *
						   1000000000 / l->opt.rate)},
			    NULL);
		offset += len;
		n -= len;
	}
}

/*
 * One data frame, of either width. Returns its range; an empty one when a new
 * slot came after the old was over, so that all has to be asked for again.
 */
static struct range
receive_frame(struct link *l, bool direct)
{
	struct header h;
	uint8_t bytes[HASH_SIZE + 16] = {0};
	struct reader r = reader_of(bytes, sizeof bytes);
	struct range range;
	bool wide;

	for (;;) {
		h = receive_header(l);
		if (h.opcode == OP_FILEREQANSNOFIL && !l->opt.ask)
			die(3, "the server does not have the file any more");
		if (h.opcode == OP_ACCEPTUPLOADREQ)
			return (struct range){0, 0};
		if (h.opcode == OP_SENDINGPART ||
		    h.opcode == OP_SENDINGPART_I64)
			break;
		receive_all(l->fd, NULL, h.payload_len, MSG_TRUNC);
	}
	wide = direct || h.opcode == OP_SENDINGPART_I64;
	receive_all(l->fd, bytes, HASH_SIZE + (wide ? 16u : 8u), 0);
	get_slice(&r, HASH_SIZE);
	range.start = wide ? get_u64(&r) : get_u32(&r);
	range.end = wide ? get_u64(&r) : get_u32(&r);
	if (memcmp(bytes, l->file.hash, HASH_SIZE) != 0)
		die(1, "data of another file");
	if (range.start >= range.end ||
	    h.payload_len - (HASH_SIZE + (wide ? 16u : 8u)) !=
		range.end - range.start)
		die(1, "a frame whose length is not that of its range");
	receive_data(l, range.start, range.end - range.start);
	return range;
}

/* What is asked for, and how much of it has come. */
struct block {
	struct range range;
	uint64_t got;
	bool asked;
};

static struct block *blocks;
static size_t n_blocks;

static bool
is_done(const struct block *b)
{
	return b->range.start + b->got == b->range.end;
}

/* All blocks from opt.from on. */
static void
cut_blocks(struct link *l)
{
	n_blocks = 0;
	blocks =
	    calloc(l->file.size / l->opt.block + l->file.size / PART_SIZE + 2,
		sizeof *blocks);
	if (!blocks)
		die(2, "no memory");
	for (uint64_t at = l->opt.from; at < l->file.size;
	     at = blocks[n_blocks++].range.end)
		blocks[n_blocks].range = block_at(l, at);
}

/*
 * Data of a block: the first that is asked for. When a slot has ended, what was
 * asked for in it may still come if the next one began at once, in its own
 * order.
 */
static void
take_data(struct range got, size_t first, bool any_order)
{
	struct block *b = &blocks[first];

	for (; any_order && b < blocks + n_blocks; b++)
		if (got.start < b->range.end)
			break;
	if (b == blocks + n_blocks || (is_done(b) && !any_order) ||
	    (!is_done(b) && got.start != b->range.start + b->got) ||
	    got.end > b->range.end)
		die(1,
		    "got %" PRIu64 "-%" PRIu64 " when block %" PRIu64
		    " was to come",
		    got.start, got.end, blocks[first].range.start);
	if (!is_done(b))
		b->got += got.end - got.start;
}

/* Ask for what comes next: IN_FLIGHT blocks are under way at a time. */
static void
ask_blocks(struct link *l, size_t first)
{
	struct range wanted[IN_FLIGHT];
	size_t n_wanted = 0, n_open = 0;
	bool has_fresh = false;

	for (size_t i = first; i < n_blocks && n_open < IN_FLIGHT; i++) {
		struct block *b = &blocks[i];

		if (is_done(b))
			continue;
		n_open++;
		if (b->asked && !l->opt.repeat)
			continue;
		has_fresh |= !b->asked;
		b->asked = true;
		wanted[n_wanted++] = b->range;
	}
	if (!has_fresh)
		return;
	request(l, wanted, n_wanted);
	if (l->opt.ask)
		send_packet(l, OP_EDONKEYPROT, OP_REQUESTFILENAME, l->opt.asked,
		    HASH_SIZE);
}

static void
get_blocks(struct link *l)
{
	bool any_order = false;
	size_t first = 0;

	cut_blocks(l);
	for (;;) {
		struct range got;

		while (first < n_blocks && is_done(&blocks[first]))
			first++;
		if (first == n_blocks)
			break;
		ask_blocks(l, first);
		got = receive_frame(l, false);
		if (got.end > 0) {
			take_data(got, first, any_order);
			continue;
		}
		/* another slot: what was not sent has to be asked for again */
		any_order = true;
		for (size_t i = first; i < n_blocks; i++)
			blocks[i].asked = false;
	}
}

static void
print_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	printf("%lld\n", (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

/* All blocks, one by one, and how long each takes to begin. */
static void
time_blocks(struct link *l)
{
	size_t max = (size_t)(l->file.size / l->opt.block) + 1, n = 0;
	double *us = calloc(max + l->file.size / PART_SIZE, sizeof *us);

	if (!us)
		die(2, "no memory");
	for (uint64_t at = 0; at < l->file.size;) {
		struct range block = block_at(l, at);
		uint8_t begin[PACKET_HEADER_SIZE + HASH_SIZE + 8 + 1];
		double begin_us = now_us();

		request(l, &block, 1);
		if (recv(l->fd, begin, sizeof begin, MSG_PEEK | MSG_WAITALL) !=
		    sizeof begin)
			die(1, "the server closed the connection");
		us[n++] = now_us() - begin_us;
		while (at < block.end)
			at = receive_frame(l, false).end;
	}
	print_median(us, n);
}

static int
get(struct link *l)
{
	say_hello(l);
	ask(l, OP_REQUESTFILENAME, OP_REQFILENAMEANSWER);
	ask(l, OP_SETREQFILEID, OP_FILESTATUS);
	if (l->file.size > PART_SIZE)
		ask(l, OP_HASHSETREQUEST, OP_HASHSETANSWER);
	ask(l, OP_STARTUPLOADREQ, OP_ACCEPTUPLOADREQ);
	if (l->opt.when)
		print_time();
	if (l->opt.latency)
		time_blocks(l);
	else
		get_blocks(l);
	send_packet(l, OP_EDONKEYPROT, OP_CANCELTRANSFER, NULL, 0);
	return 0;
}

static int
direct(struct link *l)
{
	for (uint64_t at = 0; at < l->file.size;) {
		struct range want = {
		    at, min_u64(at + l->opt.block, l->file.size)};
		uint8_t payload[DIRECT_REQUEST_SIZE];
		struct writer w = writer_of(payload, sizeof payload);
		struct range got;

		put_bytes(&w, l->file.hash, HASH_SIZE);
		put_u64(&w, want.start);
		put_u64(&w, want.end);
		send_packet(l, OP_EDONKEYPROT, OP_REQUESTPARTS, payload, w.pos);
		got = receive_frame(l, true);
		if (got.start != want.start || got.end != want.end)
			die(1, "an answer to another request");
		at = want.end;
	}
	return 0;
}

/* Print up to max bytes that come, until the server closes. */
static void
raw_read(int fd, uint64_t max)
{
	uint8_t bytes[1 << 14];

	while (max > 0) {
		ssize_t n = recv(fd, bytes, min_u64(max, sizeof bytes), 0);

		if (n <= 0)
			return;
		if (from_server)
			apply(from_server, bytes, (size_t)n);
		for (ssize_t i = 0; i < n; i++)
			printf("%02x", bytes[i]);
		max -= (uint64_t)n;
	}
}

/* Send one line of a raw script. */
static void
raw_line(int fd, const char *line)
{
	uint8_t bytes[4096];
	size_t n = 0;

	if (strncmp(line, "sleep ", 6) == 0) {
		long ms = strtol(line + 6, NULL, 10);

		nanosleep(
		    &(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
		return;
	}
	if (strncmp(line, "read ", 5) == 0) {
		raw_read(fd, strtoull(line + 5, NULL, 10));
		return;
	}
	if (strncmp(line, "shut", 4) == 0) {
		shutdown(fd, SHUT_WR);
		return;
	}
	for (; *line && *line != '\n'; line++) {
		if (*line == ' ')
			continue;
		if (n == sizeof bytes || !hex_decode(bytes + n++, line++, 1))
			die(2, "no hex");
	}
	send_all(fd, bytes, n);
}

static int
raw(int fd)
{
	char line[8192];

	while (fgets(line, sizeof line, stdin))
		raw_line(fd, line);
	raw_read(fd, UINT64_MAX);
	putchar('\n');
	return 0;
}

static uint64_t
number(const char *s)
{
	return s ? strtoull(s, NULL, 10) : 0;
}

int
main(int argc, char *argv[])
{
	struct link l = {.opt.block = BLOCK_SIZE};
	const char *mode = argc > 1 ? argv[1] : "", *crypt = NULL;
	int i = 2;

	if (strcmp(mode, "direct") == 0)
		l.opt.block = 262144;
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "-i64") == 0)
			l.opt.wide = true;
		else if (strcmp(argv[i], "-repeat") == 0)
			l.opt.repeat = true;
		else if (strcmp(argv[i], "-ask") == 0)
			l.opt.ask = hex_decode(l.opt.asked, argv[++i], 16);
		else if (strcmp(argv[i], "-from") == 0)
			l.opt.from = number(argv[++i]);
		else if (strcmp(argv[i], "-rate") == 0)
			l.opt.rate = number(argv[++i]);
		else if (strcmp(argv[i], "-block") == 0)
			l.opt.block = number(argv[++i]);
		else if (strcmp(argv[i], "-small") == 0)
			l.opt.small = true;
		else if (strcmp(argv[i], "-when") == 0)
			l.opt.when = true;
		else if (strcmp(argv[i], "-who") == 0)
			l.opt.who = true;
		else if (strcmp(argv[i], "-bind") == 0)
			l.opt.bind = argv[++i];
		else if (strcmp(argv[i], "-crypt") == 0)
			crypt = argv[++i];
	}
	if (strcmp(mode, "raw") == 0 && argc - i == 2) {
		l.fd = dial(argv[i], argv[i + 1], &l.opt);
		if (crypt)
			shake_hands(l.fd, crypt);
		return raw(l.fd);
	}
	l.opt.latency = strcmp(mode, "latency") == 0;
	l.opt.discard = l.opt.latency || strcmp(mode, "discard") == 0;
	if (argc - i != (l.opt.discard ? 3 : 4) ||
	    !ed2klink_parse(argv[i + 2], &l.file))
		die(2, "usage: see the head of peer.c");
	if (!l.opt.discard)
		l.out = open(argv[i + 3], O_WRONLY | O_CREAT, 0644);
	if (l.out < 0)
		die(2, "%s: %s", argv[i + 3], strerror(errno));
	l.fd = dial(argv[i], argv[i + 1], &l.opt);
	if (crypt)
		shake_hands(l.fd, crypt);
	return strcmp(mode, "direct") == 0 ? direct(&l) : get(&l);
}
