/*
 * Data frames; see upload.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/upload.h"

#include "base/log.h"
#include "base/util.h"
#include "serve/data/proof.h"

#include <errno.h>
#include <string.h>
#include <sys/sendfile.h>
#include <unistd.h>

void
upload_init(struct upload *u, struct outbox *out, struct shared_file *file)
{
	*u = (struct upload){
	    .out = out,
	    .file = file,
	    .can_sendfile = out->is_socket,
	};
}

void
upload_begin(struct upload *u, const uint8_t *header, size_t header_len,
    struct range range, bool bulk)
{
	put_bytes(&u->out->writer, header, header_len);
	u->header = header_len;
	u->offset = range.start;
	u->left = range.end - range.start;
	u->bulk = bulk;
	u->active = true;
}

static enum send_result
file_failed(const struct upload *u, const char *why)
{
	log_error("cannot go on sending %s: %s; the connection is closed, "
		  "since a frame was begun; check its disk, or run "
		  "\"ed2k-share add\" on it again",
	    log_quote_str(u->file->name), why);
	return SEND_FILE_FAILED;
}

/* The next n bytes of the file are in the outbox, or with the kernel. */
static void
advance(struct upload *u, ssize_t n)
{
	u->offset += (uint64_t)n;
	u->left -= (uint64_t)n;
	u->file->sent_bytes += (uint64_t)n;
}

static bool
uses_sendfile(const struct upload *u)
{
	return u->bulk && u->can_sendfile && !u->out->cipher;
}

/*
 * Read file data into the outbox. SEND_OK: what was read, if anything, is what
 * was hashed: a file that is written to has another time before it has other
 * bytes.
 */
static enum send_result
read_some(struct upload *u)
{
	struct writer *w = &u->out->writer;
	uint64_t len = min_u64(u->left, UPLOAD_BUFFER - w->pos);
	struct range range = {u->offset, u->offset + len};
	ssize_t n;

	if (!proof_find(u->file, range))
		return file_failed(u, "it has changed");
	do
		n = pread(u->file->fd, w->data + w->pos, (size_t)len,
		    (off_t)u->offset);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return file_failed(
		    u, n == 0 ? "it is shorter now" : strerror(errno));
	shared_file_stale(u->file);
	if (!shared_file_check(u->file))
		return file_failed(u, "it has changed");
	if (!proof_holds(u->file, range))
		return SEND_OK; /* it came into doubt: again */
	put_slice(w, (size_t)n);
	advance(u, n);
	return SEND_OK;
}

/* Fill the outbox, unless some of it is out already. SEND_OK: it is full. */
static enum send_result
fill_outbox(struct upload *u)
{
	enum send_result res = SEND_OK;

	while (res == SEND_OK && u->left > 0 && u->out->sent == 0 &&
	    u->out->writer.pos < UPLOAD_BUFFER)
		res = read_some(u);
	return res;
}

/* Hand the kernel at most one block of the file. SEND_OK: go on. */
static enum send_result
send_file(struct upload *u)
{
	uint64_t len = min_u64(u->left, BLOCK_SIZE);
	struct range range = {u->offset, u->offset + len};
	off_t offset = (off_t)u->offset;
	ssize_t n;

	if (!shared_file_check(u->file) || !proof_find(u->file, range))
		return file_failed(u, "it has changed");
	n = sendfile(STDOUT_FILENO, u->file->fd, &offset, (size_t)len);
	shared_file_stale(u->file);
	if (n > 0) {
		advance(u, n);
		u->out->total += (uint64_t)n;
		return SEND_OK;
	}
	if (n == 0)
		return file_failed(u, "it is shorter now");
	switch (errno) {
	case EINTR:
		return SEND_OK;
	case EINVAL: /* this file system has no sendfile */
	case ENOSYS:
		u->can_sendfile = false;
		return SEND_OK;
	case EIO:
	case ENOMEM:
	case EOVERFLOW:
	case ESTALE:
		return file_failed(u, strerror(errno));
	default:
		return send_failure();
	}
}

/* Send what is in the outbox: the header, and the data that was read. */
static enum send_result
flush(struct upload *u)
{
	enum send_result res = outbox_send(u->out, u->left > 0);

	if (res == SEND_OK)
		u->header = 0;
	return res;
}

enum send_result
upload_send(struct upload *u)
{
	enum send_result res = SEND_OK;

	if (!uses_sendfile(u))
		res = fill_outbox(u);
	if (res == SEND_OK)
		res = flush(u);
	if (res == SEND_OK && u->left > 0 && uses_sendfile(u))
		res = send_file(u);
	if (res == SEND_OK)
		u->active = u->left > 0;
	return res;
}

uint64_t
upload_pending(const struct upload *u)
{
	size_t sent = u->out->sent;

	if (!u->active)
		return 0;
	return u->left + outbox_waiting(u->out) -
	    (sent < u->header ? u->header - sent : 0);
}
