/*
 * Peers that break the rules, dozens at once, one after another:
 *
 *   rogue PORT FILE prefix fin|rst|mute STEP
 *   rogue PORT FILE flip STEP
 *   rogue PORT FILE reset N
 *   rogue PORT FILE flood N
 *   rogue PORT FILE deaf N
 *
 * On stdin, in hex, is what an honest peer says, on one line.
 *
 * prefix   says each beginning of it, each STEP bytes longer, then hangs up, or
 *          resets the connection, or says no more.
 * flip     spoils each STEPth byte of it, in two ways, and hangs up behind it.
 * reset    N peers that say all of it and reset the connection when they have
 *          read some part of the answer.
 * flood    says it, then N times what stands on the second line of stdin, as
 *          fast as the server takes it; reads all answers.
 * deaf     the same, but never reads; resets when the server takes no more.
 *
 * Whatever comes back must be whole frames and the bytes of FILE. Prints
 * "N connections, N frames, N bytes of data, N bytes said".
 *
 * Exit: 0 all was well; 1 not; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include "answers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PEERS_MAX 48

/* Nothing at all happens for so long: something is wrong. */
#define PATIENCE_MS 60000

/* Who is deaf gives up when the server has taken nothing for so long. */
#define DEAF_MS 1000

enum end {
	END_FIN,
	END_RST,
	END_MUTE,
};

/* What one of them does. */
struct plan {
	enum end end;
	bool deaf;
	size_t n;          /* bytes of the script */
	size_t flip_at;    /* this one is spoilt */
	uint8_t flip_with; /* 0: none is */
	uint64_t n_more;   /* times that the second script follows */
	uint64_t read_max; /* then it ends, if END_RST */
};

struct one {
	struct plan plan;
	uint64_t said, read;
	bool has_said_all;
	struct answers answers;
};

static struct script {
	uint8_t bytes[8192];
	size_t n;
} first, second;

static struct answers_file file;
static struct one *peers;
static struct pollfd fds[PEERS_MAX];
static uint16_t port;
static uint64_t n_done, n_frames, data_bytes, said_bytes;

static void
die(const char *what)
{
	fprintf(stderr, "rogue: %s (%s)\n", what, strerror(errno));
	exit(1);
}

static void
start(size_t i, const struct plan *plan)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0)
		die("cannot connect");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	fds[i] = (struct pollfd){.fd = fd};
	memset(&peers[i], 0, offsetof(struct one, answers.in));
	peers[i].plan = *plan;
}

static void
finish(size_t i, bool reset)
{
	struct linger at_once = {.l_onoff = reset};
	struct one *p = &peers[i];

	setsockopt(fds[i].fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fds[i].fd);
	fds[i].fd = -1;
	if (p->answers.bad)
		die("the server sent wrong bytes");
	n_done++;
	n_frames += p->answers.n_frames;
	data_bytes += p->answers.data_bytes;
	said_bytes += p->said;
}

/* What comes next of what this one says; *n bytes of it. */
static const uint8_t *
next_words(const struct one *p, size_t *n)
{
	static uint8_t words[sizeof first.bytes];
	uint64_t more = p->said - p->plan.n;

	if (p->said >= p->plan.n) {
		*n = more < p->plan.n_more * second.n
		    ? second.n - (size_t)(more % second.n)
		    : 0;
		return second.bytes + (second.n ? more % second.n : 0);
	}
	memcpy(words, first.bytes, first.n);
	words[p->plan.flip_at] ^= p->plan.flip_with;
	*n = p->plan.n - p->said;
	return words + p->said;
}

/* Say what the server takes. False when it has gone. */
static bool
say(size_t i)
{
	struct one *p = &peers[i];

	while (!p->has_said_all) {
		size_t n;
		const uint8_t *words = next_words(p, &n);
		ssize_t k;

		if (n == 0)
			break;
		k = send(fds[i].fd, words, n, MSG_NOSIGNAL);
		if (k < 0 && errno == EAGAIN)
			return true;
		if (k < 0)
			return false;
		p->said += (uint64_t)k;
	}
	if (!p->has_said_all && p->plan.end == END_FIN)
		shutdown(fds[i].fd, SHUT_WR);
	p->has_said_all = true;
	return true;
}

/* False when the server has gone. */
static bool
listen_to(size_t i)
{
	struct answers *a = &peers[i].answers;
	ssize_t n = recv(fds[i].fd, a->in + a->len, sizeof a->in - a->len, 0);

	if (n < 0 && errno == EAGAIN)
		return true;
	if (n <= 0)
		return false;
	peers[i].read += (uint64_t)n;
	answers_take(a, (size_t)n, &file);
	return !a->bad;
}

static void
go_on(size_t i)
{
	struct one *p = &peers[i];
	bool is_there = true;

	if (fds[i].revents & POLLOUT)
		is_there = say(i);
	if (fds[i].revents & (POLLIN | POLLHUP | POLLERR))
		is_there = listen_to(i);
	if (!is_there)
		finish(i, false);
	else if (p->plan.end == END_RST && p->has_said_all &&
	    p->read >= p->plan.read_max)
		finish(i, true);
}

/* Is there somebody, and is everybody deaf and at a loss for an answer? */
static void
nothing_happens(void)
{
	for (size_t i = 0; i < PEERS_MAX; i++) {
		if (fds[i].fd < 0)
			continue;
		if (!peers[i].plan.deaf)
			die("nothing happens any more");
		finish(i, true);
	}
}

/* Do what all are ready for. False when nobody is there. */
static bool
turn(void)
{
	bool any = false, deaf = false;

	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct one *p = &peers[i];

		any |= fds[i].fd >= 0;
		deaf |= fds[i].fd >= 0 && p->plan.deaf;
		fds[i].events = (short)((p->has_said_all ? 0 : POLLOUT) |
		    (p->plan.deaf ? 0 : POLLIN));
	}
	if (!any)
		return false;
	if (poll(fds, PEERS_MAX, deaf ? DEAF_MS : PATIENCE_MS) <= 0)
		nothing_happens();
	for (size_t i = 0; i < PEERS_MAX; i++)
		if (fds[i].fd >= 0 && fds[i].revents)
			go_on(i);
	return true;
}

/* Let one more begin, as soon as there is room for it. */
static void
begin(const struct plan *plan)
{
	for (;;) {
		for (size_t i = 0; i < PEERS_MAX; i++)
			if (fds[i].fd < 0) {
				start(i, plan);
				return;
			}
		turn();
	}
}

static void
prefix(const char *how, size_t step)
{
	struct plan plan = {.end = strcmp(how, "fin") == 0 ? END_FIN
		: strcmp(how, "rst") == 0                  ? END_RST
							   : END_MUTE};

	for (; plan.n <= first.n; plan.n += step)
		begin(&plan);
}

static void
flip(size_t step)
{
	struct plan plan = {.n = first.n};

	for (; plan.flip_at < first.n; plan.flip_at += step) {
		uint8_t byte = first.bytes[plan.flip_at];

		plan.flip_with = 0xFF;
		begin(&plan);
		plan.flip_with = (uint8_t)(byte ^ (byte + 1));
		begin(&plan);
	}
}

/* Peers that are after more bytes the later they come. */
static void
reset(size_t n)
{
	struct plan plan = {.end = END_RST, .n = first.n};

	for (size_t i = 0; i < n; i++) {
		plan.read_max = 100 + i * i * 40;
		begin(&plan);
	}
}

static void
read_script(struct script *script)
{
	char line[2 * sizeof script->bytes + 2];

	if (!fgets(line, sizeof line, stdin))
		return;
	script->n = strcspn(line, "\n") / 2;
	if (!hex_decode(script->bytes, line, script->n))
		die("no hex");
}

static void
open_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st) != 0)
		die(path);
	file.size = (uint64_t)st.st_size;
	map = mmap(NULL, file.size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		die(path);
	file.bytes = map;
	close(fd);
}

int
main(int argc, char *argv[])
{
	const char *mode = argc > 3 ? argv[3] : "";
	size_t n = argc > 4 ? strtoul(argv[argc - 1], NULL, 10) : 0;
	struct plan many = {.n_more = n};

	if (n == 0) {
		fprintf(stderr, "usage: see the head of rogue.c\n");
		return 2;
	}
	port = (uint16_t)strtoul(argv[1], NULL, 10);
	open_file(argv[2]);
	read_script(&first);
	read_script(&second);
	peers = calloc(PEERS_MAX, sizeof *peers);
	if (!peers)
		return 1;
	for (size_t i = 0; i < PEERS_MAX; i++)
		fds[i].fd = -1;
	many.n = first.n;
	many.deaf = strcmp(mode, "deaf") == 0;
	if (strcmp(mode, "prefix") == 0)
		prefix(argv[4], n);
	else if (strcmp(mode, "flip") == 0)
		flip(n);
	else if (strcmp(mode, "reset") == 0)
		reset(n);
	else
		begin(&many);
	while (turn())
		;
	printf("%" PRIu64 " connections, %" PRIu64 " frames, %" PRIu64
	       " bytes of data, %" PRIu64 " bytes said\n",
	    n_done, n_frames, data_bytes, said_bytes);
	return 0;
}
