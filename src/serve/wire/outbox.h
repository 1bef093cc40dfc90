/*
 * Bytes that wait to be sent to fd 1: replies, the header of a data frame and,
 * where sendfile cannot be used, its data. They are encrypted in the order of
 * sending.
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

/* The largest reply fits in behind so many bytes. */
#define OUTBOX_WAITING (64 * 1024)
#define OUTBOX_SIZE    (REPLY_MAX + OUTBOX_WAITING)

struct outbox {
	struct writer writer; /* over `bytes`; what it is given is sent */
	size_t sent;          /* bytes of it that are out */
	size_t encrypted;     /* bytes of it that have passed the cipher */
	struct rc4 *cipher;   /* borrowed; NULL: none */
	bool is_socket;       /* fd 1 is one */
	uint64_t total;       /* bytes that the kernel has taken in all */
	uint8_t bytes[OUTBOX_SIZE];
};

enum send_result {
	SEND_OK,      /* the kernel has all of it */
	SEND_BLOCKED, /* fd 1 takes no more just now */
	SEND_PEER_GONE,
	SEND_FILE_FAILED, /* the frame cannot be completed; logged */
};

/* Does not touch `bytes`: unused pages cost nothing. */
void outbox_init(struct outbox *o, bool is_socket);

/* Is there room for a reply of REPLY_MAX bytes? */
bool outbox_has_room(const struct outbox *o);

/* Bytes that wait. */
size_t outbox_waiting(const struct outbox *o);

/*
 * Send as much as fd 1 takes. SEND_OK: nothing waits any more. `more`: data
 * follows at once, so that the kernel fills a segment first.
 */
enum send_result outbox_send(struct outbox *o, bool more);

/*
 * Send at most max bytes, at least one. SEND_BLOCKED also when these are out
 * and others wait.
 */
enum send_result outbox_send_some(struct outbox *o, size_t max);

/* What the errno of a failed write to fd 1 means. */
static inline enum send_result
send_failure(void)
{
	return errno == EAGAIN ? SEND_BLOCKED : SEND_PEER_GONE;
}

#endif
