/*
 * One data frame on its way to fd 1: a header from memory, then bytes of the
 * shared file. To a socket by sendfile, so that file data never passes through
 * this process; to a pipe or file by pread and write.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_UPLOAD_H
#define SERVE_UPLOAD_H

#include "proto/msg.h"
#include "serve/shared_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is copied at once where sendfile cannot be used. */
#define UPLOAD_BUFFER (64 * 1024)

struct upload {
	bool sendfile;         /* fd 1 is a socket, and the file system can */
	bool active;           /* a frame has begun and is not all out */
	uint64_t offset, left; /* of the file data not yet taken over */
	size_t begin, end;     /* what of buffer is still to be written */
	uint8_t buffer[UPLOAD_BUFFER];
};

enum upload_result {
	UPLOAD_DONE,    /* the whole frame is out */
	UPLOAD_BLOCKED, /* fd 1 takes no more just now */
	UPLOAD_PEER_GONE,
	UPLOAD_FILE_FAILED, /* the frame cannot be completed; logged */
};

void upload_init(struct upload *u, bool is_socket);

/*
 * Begin a frame: its header (at most DATA_HEADER_MAX bytes), then
 * [range.start, range.end) of the file. No frame may be active.
 */
void upload_begin(struct upload *u, const uint8_t *header, size_t header_len,
    struct range range);

/* Bytes of the active frame's data that are not out yet; 0 without one. */
uint64_t upload_pending(const struct upload *u);

/*
 * Send as much as fd 1 takes. The file is checked before every read of it, at
 * least once a block. *sent grows by the bytes written, header and data alike.
 */
enum upload_result upload_send(
    struct upload *u, struct shared_file *file, uint64_t *sent);

#endif
