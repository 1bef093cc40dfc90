/*
 * The process that asks for names; see resolver.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct question {
	uint32_t number;
	char name[RESOLVER_NAME_MAX];
};

struct answer {
	uint32_t number;
	enum resolver_result result;
	uint8_t ipv4[4];
};

/* Ask the C library. */
static void
look_up(const struct question *q, struct answer *out)
{
	const struct addrinfo hints = {
	    .ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	struct sockaddr_in sin;
	int error = getaddrinfo(q->name, NULL, &hints, &found);

	*out = (struct answer){.number = q->number};
	if (error == 0) {
		memcpy(&sin, found->ai_addr, sizeof sin);
		memcpy(out->ipv4, &sin.sin_addr, sizeof out->ipv4);
		freeaddrinfo(found);
		out->result = RESOLVER_FOUND;
	} else {
		out->result = error == EAI_NONAME || error == EAI_NODATA
		    ? RESOLVER_UNKNOWN
		    : RESOLVER_FAILED;
	}
}

static void __attribute__((noreturn)) be_resolver(int fd)
{
	struct question q;
	struct answer a;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (recv(fd, &q, sizeof q, 0) == (ssize_t)sizeof q) {
		q.name[sizeof q.name - 1] = '\0';
		look_up(&q, &a);
		if (send(fd, &a, sizeof a, MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

bool
resolver_start(struct resolver *r)
{
	int fds[2];

	memset(r, 0, sizeof *r);
	r->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return false;
	r->pid = fork();
	if (r->pid == 0) {
		close(fds[0]);
		be_resolver(fds[1]);
	}
	close(fds[1]);
	if (r->pid > 0) {
		r->fd = fds[0];
		return true;
	}
	close(fds[0]);
	return false;
}

void
resolver_ask(struct resolver *r, const char *name)
{
	struct question q = {.number = ++r->asked};

	snprintf(q.name, sizeof q.name, "%s", name);
	r->waiting = true;
	/* if that fails, reading the answer will, too */
	send(r->fd, &q, sizeof q, MSG_NOSIGNAL | MSG_DONTWAIT);
}

enum resolver_result
resolver_answer(struct resolver *r, uint8_t out[ADDRESS_SIZE])
{
	struct answer a;
	ssize_t n;

	memset(out, 0, ADDRESS_SIZE);
	do {
		n = recv(r->fd, &a, sizeof a, MSG_DONTWAIT);
		if (n < 0)
			return RESOLVER_WAITING;
	} while (n == (ssize_t)sizeof a && a.number != r->asked);
	r->waiting = false;
	if (n != (ssize_t)sizeof a)
		return RESOLVER_FAILED;
	if (a.result == RESOLVER_FOUND)
		address_from_ipv4(out, a.ipv4);
	else if (a.result != RESOLVER_UNKNOWN)
		a.result = RESOLVER_FAILED;
	return a.result;
}

void
resolver_stop(struct resolver *r)
{
	if (r->pid <= 0)
		return;
	close(r->fd);
	kill(r->pid, SIGKILL);
	waitpid(r->pid, NULL, 0);
	r->pid = 0;
	r->fd = -1;
}
