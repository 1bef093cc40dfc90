/*
 * What waits to be sent; see outbox.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/wire/outbox.h"

#include "base/util.h"

#include <sys/socket.h>
#include <unistd.h>

void
outbox_init(struct outbox *o, bool is_socket)
{
	o->writer = writer_of(o->bytes, sizeof o->bytes);
	o->sent = o->encrypted = 0;
	o->cipher = NULL;
	o->is_socket = is_socket;
	o->total = 0;
}

bool
outbox_has_room(const struct outbox *o)
{
	return o->writer.pos <= OUTBOX_WAITING;
}

size_t
outbox_waiting(const struct outbox *o)
{
	return o->writer.pos - o->sent;
}

static void
encrypt(struct outbox *o)
{
	size_t n = o->writer.pos - o->encrypted;

	if (o->cipher && n > 0)
		rc4_apply(o->cipher, o->bytes + o->encrypted, n);
	o->encrypted = o->writer.pos;
}

/* Send at most max bytes. */
static enum send_result
send_some(struct outbox *o, size_t max, bool more)
{
	encrypt(o);
	while (outbox_waiting(o) > 0) {
		const uint8_t *bytes = o->bytes + o->sent;
		size_t len = min_size(outbox_waiting(o), max);
		ssize_t n = o->is_socket
		    ? send(STDOUT_FILENO, bytes, len, more ? MSG_MORE : 0)
		    : write(STDOUT_FILENO, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return send_failure();
		o->sent += (size_t)n;
		o->total += (uint64_t)n;
		max -= (size_t)n;
		if (max == 0 && outbox_waiting(o) > 0)
			return SEND_BLOCKED;
	}
	o->writer.pos = o->sent = o->encrypted = 0;
	return SEND_OK;
}

enum send_result
outbox_send(struct outbox *o, bool more)
{
	return send_some(o, SIZE_MAX, more);
}

enum send_result
outbox_send_some(struct outbox *o, size_t max)
{
	return send_some(o, max, false);
}
