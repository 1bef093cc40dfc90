/*
 * One data frame on its way to fd 1: a header from memory, then bytes of the
 * shared file. To a socket by sendfile, so that file data never passes through
 * this process; to a pipe or file, and when it has to be encrypted, by way of a
 * buffer.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_UPLOAD_H
#define SERVE_DATA_UPLOAD_H

#include "proto/msg.h"
#include "base/crypto.h"
#include "serve/data/shared_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is copied at once where sendfile cannot be used. */
#define UPLOAD_BUFFER (64 * 1024)

struct upload {
	bool is_socket;        /* fd 1 is one */
	bool sendfile;         /* and the file system can, and need not we */
	bool active;           /* a frame has begun and is not all out */
	struct rc4 *cipher;    /* all that is sent passes it; NULL for none */
	uint64_t offset, left; /* of the file data not yet taken over */
	size_t begin, end;     /* what of buffer is still to be written */
	size_t header;         /* what of buffer is no file data */
	size_t clear;          /* where in it begins what is not encrypted */
	uint8_t buffer[UPLOAD_BUFFER];
};

enum upload_result {
	UPLOAD_DONE,    /* the whole frame is out */
	UPLOAD_BLOCKED, /* fd 1 takes no more just now */
	UPLOAD_PEER_GONE,
	UPLOAD_FILE_FAILED, /* the frame cannot be completed; logged */
};

/* Leaves the buffer alone, so that its pages cost nothing until it is used. */
void upload_init(struct upload *u, bool is_socket);

/* Encrypt all frames from now on. None may be active; `cipher` is borrowed. */
void upload_encrypt(struct upload *u, struct rc4 *cipher);

/*
 * Begin a frame: its header (at most DATA_HEADER_MAX bytes), then
 * [range.start, range.end) of the file. No frame may be active.
 */
void upload_begin(struct upload *u, const uint8_t *header, size_t header_len,
    struct range range);

/*
 * Send as much as fd 1 takes. The file is checked before every read of it, at
 * least once a block. *sent grows by the bytes written, header and data alike.
 */
enum upload_result upload_send(
    struct upload *u, struct shared_file *file, uint64_t *sent);

/* File data of the active frame that fd 1 has not taken; 0 without one. */
uint64_t upload_pending(const struct upload *u);

#endif
