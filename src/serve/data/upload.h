/*
 * One data frame on its way to fd 1: a header, then bytes of the shared file.
 * They are read into the outbox, and sent when the file is seen to be what was
 * hashed, still: no byte of a changed file gets there. Only to a socket that is
 * very fast (serve/data/pace.h) do they go by sendfile, past this process,
 * where what is written to the file while they wait in the socket is sent.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_UPLOAD_H
#define SERVE_DATA_UPLOAD_H

#include "proto/msg.h"
#include "serve/data/shared_file.h"
#include "serve/wire/outbox.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* File data in the outbox at once, with the header. */
#define UPLOAD_BUFFER OUTBOX_WAITING

struct upload {
	struct outbox *out;       /* borrowed */
	struct shared_file *file; /* borrowed */
	bool can_sendfile;        /* fd 1 and the file system can do it */
	bool bulk;                /* the peer is fast enough for it */
	bool active;              /* a frame has begun and is not all sent */
	uint64_t offset, left;    /* of the file data still to be read */
	size_t header;            /* bytes in the outbox before file data */
};

void upload_init(
    struct upload *u, struct outbox *out, struct shared_file *file);

/*
 * Begin a frame with this header and this range of the open file; `bulk`: by
 * sendfile, if that can be. No frame may be active, and nothing may wait in the
 * outbox.
 */
void upload_begin(struct upload *u, const uint8_t *header, size_t header_len,
    struct range range, bool bulk);

/*
 * Send some of the frame, at most a block. SEND_OK: go on, if it is still
 * active. The file is checked after each read of it, and before each sendfile.
 */
enum send_result upload_send(struct upload *u);

/* File data of the active frame that fd 1 has not taken; 0 without one. */
uint64_t upload_pending(const struct upload *u);

#endif
