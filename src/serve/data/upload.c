/*
 * Data frames; see upload.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/upload.h"

#include "base/log.h"
#include "base/util.h"

#include <errno.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

void
upload_init(struct upload *u, bool is_socket)
{
	u->is_socket = u->sendfile = is_socket;
	u->active = false;
	u->cipher = NULL;
}

void
upload_encrypt(struct upload *u, struct rc4 *cipher)
{
	u->sendfile = false;
	u->cipher = cipher;
}

void
upload_begin(struct upload *u, const uint8_t *header, size_t header_len,
    struct range range)
{
	memcpy(u->buffer, header, header_len);
	u->begin = u->clear = 0;
	u->header = u->end = header_len;
	u->offset = range.start;
	u->left = range.end - range.start;
	u->active = true;
}

static enum upload_result
write_failed(void)
{
	return errno == EAGAIN ? UPLOAD_BLOCKED : UPLOAD_PEER_GONE;
}

static enum upload_result
file_failed(const struct shared_file *file, const char *why)
{
	log_error("cannot go on sending %s: %s; the connection is closed, "
		  "since a frame was begun; check its disk, or run "
		  "\"ed2k-share add\" on it again",
	    log_quote_str(file->name), why);
	return UPLOAD_FILE_FAILED;
}

/* Write out what is in the buffer; UPLOAD_DONE when it is empty. */
static enum upload_result
flush_buffer(struct upload *u, uint64_t *sent)
{
	while (u->begin < u->end) {
		const uint8_t *p = u->buffer + u->begin;
		size_t len = u->end - u->begin;
		/* MSG_MORE: the header leaves in one segment with its data */
		ssize_t n = u->is_socket
		    ? send(STDOUT_FILENO, p, len,
			  MSG_NOSIGNAL | (u->left > 0 ? MSG_MORE : 0))
		    : write(STDOUT_FILENO, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return write_failed();
		u->begin += (size_t)n;
		*sent += (uint64_t)n;
	}
	u->begin = u->end = u->header = u->clear = 0;
	return UPLOAD_DONE;
}

/* Read file data to where the buffer ends, as much as fits. */
static enum upload_result
read_file(struct upload *u, struct shared_file *file)
{
	size_t room = sizeof u->buffer - u->end;
	ssize_t n;

	if (!shared_file_check(file))
		return file_failed(file, "it has changed");
	do
		n = pread(file->fd, u->buffer + u->end,
		    (size_t)min_u64(u->left, room), (off_t)u->offset);
	while (n < 0 && errno == EINTR);
	shared_file_stale(file);
	if (n <= 0)
		return file_failed(
		    file, n == 0 ? "it is shorter now" : strerror(errno));
	u->end += (size_t)n;
	u->offset += (uint64_t)n;
	u->left -= (uint64_t)n;
	return UPLOAD_DONE;
}

/*
 * Fill the buffer behind the header or, once all of it is written, from its
 * beginning; encrypt what has come in. Once it is written in part, it is left
 * as it is.
 */
static enum upload_result
fill_buffer(struct upload *u, struct shared_file *file)
{
	while (u->begin == 0 && u->end < sizeof u->buffer && u->left > 0) {
		enum upload_result res = read_file(u, file);

		if (res != UPLOAD_DONE)
			return res;
	}
	if (u->cipher && u->clear < u->end)
		rc4_apply(u->cipher, u->buffer + u->clear, u->end - u->clear);
	u->clear = u->end;
	return UPLOAD_DONE;
}

/* Hand the next piece of the file to the kernel: at most one block. */
static enum upload_result
send_file(struct upload *u, struct shared_file *file, uint64_t *sent)
{
	off_t offset = (off_t)u->offset;
	ssize_t n;

	if (!shared_file_check(file))
		return file_failed(file, "it has changed");
	n = sendfile(STDOUT_FILENO, file->fd, &offset,
	    (size_t)min_u64(u->left, BLOCK_SIZE));
	shared_file_stale(file);
	if (n > 0) {
		u->offset += (uint64_t)n;
		u->left -= (uint64_t)n;
		*sent += (uint64_t)n;
		return UPLOAD_DONE;
	}
	if (n == 0)
		return file_failed(file, "it is shorter now");
	switch (errno) {
	case EINTR:
		return UPLOAD_DONE;
	case EINVAL: /* this file system has no sendfile */
	case ENOSYS:
		u->sendfile = false;
		return UPLOAD_DONE;
	case EIO:
	case ENOMEM:
	case EOVERFLOW:
	case ESTALE:
		return file_failed(file, strerror(errno));
	default:
		return write_failed();
	}
}

enum upload_result
upload_send(struct upload *u, struct shared_file *file, uint64_t *sent)
{
	for (;;) {
		enum upload_result res =
		    u->sendfile ? UPLOAD_DONE : fill_buffer(u, file);

		if (res == UPLOAD_DONE)
			res = flush_buffer(u, sent);
		if (res != UPLOAD_DONE)
			return res;
		if (u->left == 0) {
			u->active = false;
			return UPLOAD_DONE;
		}
		if (u->sendfile)
			res = send_file(u, file, sent);
		if (res != UPLOAD_DONE)
			return res;
	}
}

uint64_t
upload_pending(const struct upload *u)
{
	if (!u->active)
		return 0;
	return u->left + u->end - (u->begin > u->header ? u->begin : u->header);
}
