/*
 * The socket to a server; see link.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A dead peer, or a router that forgot us, is noticed after five minutes. */
#define KEEP_IDLE_S     120
#define KEEP_INTERVAL_S 30
#define KEEP_COUNT      6

void
link_init(struct link *l)
{
	*l = (struct link){.fd = -1};
}

static void
fail(struct link *l, int error)
{
	l->error = error;
	link_close(l);
}

static struct sockaddr_in
to_sockaddr(const uint8_t address[ADDRESS_SIZE], uint16_t port)
{
	struct sockaddr_in sin = {
	    .sin_family = AF_INET, .sin_port = htons(port)};

	memcpy(&sin.sin_addr, address + 12, sizeof sin.sin_addr);
	return sin;
}

static void
set_option(int fd, int level, int name, int value)
{
	/* the connection works without, too */
	setsockopt(fd, level, name, &value, sizeof value);
}

void
link_dial(struct link *l, const uint8_t to[ADDRESS_SIZE], uint16_t port,
    const uint8_t from[ADDRESS_SIZE])
{
	struct sockaddr_in far_end = to_sockaddr(to, port);
	struct sockaddr_in own = to_sockaddr(from, 0);
	bool bound = true;

	link_close(l);
	l->error = 0;
	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd >= 0 && address_is_known(from))
		bound = bind(l->fd, (struct sockaddr *)&own, sizeof own) == 0;
	if (l->fd < 0 || !bound) {
		fail(l, errno);
		return;
	}
	set_option(l->fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(l->fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEP_IDLE_S);
	set_option(l->fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEP_INTERVAL_S);
	set_option(l->fd, IPPROTO_TCP, TCP_KEEPCNT, KEEP_COUNT);
	if (connect(l->fd, (struct sockaddr *)&far_end, sizeof far_end) == 0)
		l->state = LINK_OPEN;
	else if (errno == EINPROGRESS)
		l->state = LINK_CONNECTING;
	else
		fail(l, errno);
}

short
link_events(const struct link *l, bool has_output)
{
	if (l->state == LINK_CONNECTING)
		return POLLOUT;
	return (short)(POLLIN | (has_output ? POLLOUT : 0));
}

void
link_finish_dial(struct link *l)
{
	int error = 0;
	socklen_t len = sizeof error;

	if (l->state != LINK_CONNECTING)
		return;
	if (getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	if (error == 0)
		l->state = LINK_OPEN;
	else
		fail(l, error);
}

static bool
is_passing(int error)
{
	return error == EAGAIN || error == EINTR;
}

size_t
link_read(struct link *l, void *out, size_t cap)
{
	ssize_t n;

	if (l->state != LINK_OPEN || cap == 0)
		return 0;
	n = recv(l->fd, out, cap, 0);
	if (n > 0)
		return (size_t)n;
	if (n == 0)
		fail(l, 0);
	else if (!is_passing(errno))
		fail(l, errno);
	return 0;
}

size_t
link_write(struct link *l, const void *bytes, size_t n)
{
	ssize_t taken;

	if (l->state != LINK_OPEN || n == 0)
		return 0;
	taken = send(l->fd, bytes, n, MSG_NOSIGNAL);
	if (taken >= 0)
		return (size_t)taken;
	if (!is_passing(errno))
		fail(l, errno);
	return 0;
}

void
link_close(struct link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	l->state = LINK_CLOSED;
}
