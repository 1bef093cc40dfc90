/*
 * Data frames; see upload.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/upload.h"

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
	u->sendfile = is_socket;
	u->active = false;
}

void
upload_begin(struct upload *u, const uint8_t *header, size_t header_len,
    struct range range)
{
	memcpy(u->buffer, header, header_len);
	u->begin = 0;
	u->end = header_len;
	u->offset = range.start;
	u->left = range.end - range.start;
	u->active = true;
}

uint64_t
upload_pending(const struct upload *u)
{
	/* with sendfile the buffer holds only the header */
	uint64_t copied = u->sendfile ? 0 : u->end - u->begin;

	return u->active ? u->left + copied : 0;
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
		ssize_t n = u->sendfile
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
	return UPLOAD_DONE;
}

/* Read the next piece of the file into the empty buffer. */
static enum upload_result
fill_buffer(struct upload *u, const struct shared_file *file)
{
	size_t want = (size_t)min_u64(u->left, sizeof u->buffer);
	ssize_t n;

	do
		n = pread(file->fd, u->buffer, want, (off_t)u->offset);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return file_failed(
		    file, n == 0 ? "it is shorter now" : strerror(errno));
	u->begin = 0;
	u->end = (size_t)n;
	u->offset += (uint64_t)n;
	u->left -= (uint64_t)n;
	return UPLOAD_DONE;
}

/* Hand the next piece of the file to the kernel: at most one block. */
static enum upload_result
send_file(struct upload *u, const struct shared_file *file, uint64_t *sent)
{
	off_t offset = (off_t)u->offset;
	ssize_t n = sendfile(STDOUT_FILENO, file->fd, &offset,
	    (size_t)min_u64(u->left, BLOCK_SIZE));

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
		enum upload_result res = flush_buffer(u, sent);

		if (res != UPLOAD_DONE)
			return res;
		if (u->left == 0) {
			u->active = false;
			return UPLOAD_DONE;
		}
		if (!shared_file_check(file))
			return file_failed(file, "it has changed");
		res = u->sendfile ? send_file(u, file, sent)
				  : fill_buffer(u, file);
		if (res != UPLOAD_DONE)
			return res;
	}
}
