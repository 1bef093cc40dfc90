/*
 * What the downloads of the scripted peer ask and are answered, frame by frame.
 * SPDX-License-Identifier: ISC
 */
#include "peer.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void
peer_send_frame(struct peer *p, uint8_t protocol, uint8_t opcode,
    const void *payload, size_t n)
{
	uint8_t frame[256];
	struct writer w = writer_of(frame, sizeof frame);
	size_t begin = packet_begin(&w, protocol, opcode);

	put_bytes(&w, payload, n);
	packet_end(&w, begin);
	peer_send(p->fd, frame, w.pos);
}

static struct header
receive_header(struct peer *p)
{
	uint8_t bytes[PACKET_HEADER_SIZE] = {0};
	struct reader r = reader_of(bytes, sizeof bytes);
	struct header h;

	peer_receive_all(p->fd, bytes, sizeof bytes);
	h.protocol = get_u8(&r);
	h.payload_len = get_u32(&r) - 1;
	h.opcode = get_u8(&r);
	return h;
}

struct header
peer_expect(struct peer *p, uint8_t opcode)
{
	for (;;) {
		struct header h = receive_header(p);

		if (h.opcode == OP_FILEREQANSNOFIL)
			peer_die(
			    PEER_REFUSED, "the server does not have the file");
		if (h.opcode == opcode)
			return h;
		peer_receive_all(p->fd, NULL, h.payload_len);
	}
}

struct range
peer_block_at(const struct peer *p, uint64_t start)
{
	uint64_t part_end = (start / PART_SIZE + 1) * PART_SIZE;
	uint64_t end = min_u64(start + p->opt.block, p->file.size);

	return (struct range){start, min_u64(end, part_end)};
}

void
peer_request(struct peer *p, const struct range *ranges, size_t n)
{
	uint8_t payload[64];
	struct writer w = writer_of(payload, sizeof payload);
	bool wide = p->opt.wide;

	for (size_t i = 0; i < n; i++)
		wide |= ranges[i].end > UINT32_MAX;
	put_bytes(&w, p->file.hash, HASH_SIZE);
	for (size_t i = 0; i < 6; i++) {
		uint64_t v = i % 3 >= n ? 0
		    : i < 3             ? ranges[i].start
					: ranges[i - 3].end;

		if (wide)
			put_u64(&w, v);
		else
			put_u32(&w, (uint32_t)v);
	}
	peer_send_frame(p, wide ? OP_EMULEPROT : OP_EDONKEYPROT,
	    wide ? OP_REQUESTPARTS_I64 : OP_REQUESTPARTS, payload, w.pos);
}

/* Take n bytes of the file, which belong at offset, off the socket. */
static void
receive_bytes(struct peer *p, uint64_t offset, uint64_t n)
{
	static uint8_t buffer[1 << 18];

	if (p->out < 0) {
		peer_receive_all(p->fd, NULL, n);
		return;
	}
	while (n > 0) {
		size_t len = min_size(n, sizeof buffer);

		if (p->opt.rate)
			len = min_size(len, p->opt.rate / 20 + 1);
		peer_receive_all(p->fd, buffer, len);
		if (pwrite(p->out, buffer, len, (off_t)offset) != (ssize_t)len)
			peer_die(PEER_CLOSED, "write: %s", strerror(errno));
		if (p->opt.rate)
			nanosleep(
			    &(struct timespec){.tv_nsec = (long)(len *
						   1000000000 / p->opt.rate)},
			    NULL);
		offset += len;
		n -= len;
	}
}

struct range
peer_receive_data(struct peer *p, bool direct)
{
	struct header h;
	uint8_t bytes[HASH_SIZE + 16] = {0};
	struct reader r = reader_of(bytes, sizeof bytes);
	struct range range;
	size_t len;
	bool wide;

	for (;;) {
		h = receive_header(p);
		if (h.opcode == OP_FILEREQANSNOFIL && !p->opt.ask)
			peer_die(PEER_REFUSED,
			    "the server does not have the file any more");
		if (h.opcode == OP_ACCEPTUPLOADREQ)
			return (struct range){0, 0};
		if (h.opcode == OP_SENDINGPART ||
		    h.opcode == OP_SENDINGPART_I64)
			break;
		peer_receive_all(p->fd, NULL, h.payload_len);
	}
	wide = direct || h.opcode == OP_SENDINGPART_I64;
	len = HASH_SIZE + (wide ? 16 : 8);
	peer_receive_all(p->fd, bytes, len);
	get_slice(&r, HASH_SIZE);
	range.start = wide ? get_u64(&r) : get_u32(&r);
	range.end = wide ? get_u64(&r) : get_u32(&r);
	if (memcmp(bytes, p->file.hash, HASH_SIZE) != 0)
		peer_die(PEER_CLOSED, "data of another file");
	if (range.start >= range.end ||
	    h.payload_len - len != range.end - range.start)
		peer_die(PEER_CLOSED,
		    "a frame whose length is not that of its range");
	receive_bytes(p, range.start, range.end - range.start);
	return range;
}
