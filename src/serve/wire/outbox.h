/*
 * What waits to be sent to the peer on fd 1: replies, the header of a data
 * frame and, where sendfile cannot be used, its data. Bytes are encrypted when
 * they are sent, since the cipher has to see them in that order.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WIRE_OUTBOX_H
#define SERVE_WIRE_OUTBOX_H

#include "base/crypto.h"
#include "proto/cursor.h"
#include "proto/opcodes.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for the largest reply behind so many bytes that wait already. */
#define OUTBOX_WAITING (64 * 1024)
#define OUTBOX_SIZE    (REPLY_MAX + OUTBOX_WAITING)

struct outbox {
	struct writer writer; /* over `bytes`: what is put here is sent */
	size_t sent;          /* bytes of it that are out */
	size_t encrypted;     /* bytes of it that have passed the cipher */
	struct rc4 *cipher;   /* borrowed; NULL: none */
	bool is_socket;       /* fd 1 is one */
	uint64_t total;       /* bytes that the kernel has taken in all */
	uint8_t bytes[OUTBOX_SIZE];
};

enum send_result {
	SEND_OK,      /* the kernel has all that was to be sent */
	SEND_BLOCKED, /* fd 1 takes no more just now */
	SEND_PEER_GONE,
	SEND_FILE_FAILED, /* the frame cannot be completed; logged */
};

/* Leaves `bytes` alone: its pages cost nothing until they are used. */
void outbox_init(struct outbox *o, bool is_socket);

/* Is there room for a reply of REPLY_MAX bytes? */
bool outbox_has_room(const struct outbox *o);

/* Bytes that wait. */
size_t outbox_waiting(const struct outbox *o);

/*
 * Send as much as fd 1 takes. `more`: data follows at once, so let the kernel
 * wait for it before it fills a segment. SEND_OK: nothing waits any more.
 */
enum send_result outbox_send(struct outbox *o, bool more);

/* What the errno of a failed write to fd 1 means. */
static inline enum send_result
send_failure(void)
{
	return errno == EAGAIN ? SEND_BLOCKED : SEND_PEER_GONE;
}

#endif
