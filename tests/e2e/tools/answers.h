/*
 * What a server says, frame by frame, for test tools whose peers break the rules
 * or whose server is in trouble: whatever it answers must be whole frames, and
 * file data in them must be that of the file.
 * SPDX-License-Identifier: ISC
 */
#ifndef E2E_ANSWERS_H
#define E2E_ANSWERS_H

#include "base/util.h"
#include "proto/opcodes.h"
#include "proto/packet.h"

#include <string.h>

/* The file whose data may come. */
struct answers_file {
	const uint8_t *bytes;
	uint64_t size;
};

struct answers {
	uint64_t n_frames, data_bytes;
	bool bad; /* something else came */
	size_t len;
	uint8_t in[BLOCK_SIZE + 1024];
};

/* The bytes of the file in a data frame, of either width; 0 if it is wrong. */
static inline uint64_t
answers_data(const struct answers_file *file, const struct packet *p)
{
	struct reader r = reader_of(p->payload, p->payload_len);
	bool wide = p->protocol == OP_EMULEPROT;
	uint64_t start, end;

	get_slice(&r, HASH_SIZE);
	start = wide ? get_u64(&r) : get_u32(&r);
	end = wide ? get_u64(&r) : get_u32(&r);
	if (r.bad || start >= end || end > file->size ||
	    end - start != r.len - r.pos ||
	    memcmp(r.data + r.pos, file->bytes + start, end - start) != 0)
		return 0;
	return end - start;
}

static inline bool
answers_is_data(const struct packet *p)
{
	return p->protocol == OP_EDONKEYPROT ? p->opcode == OP_SENDINGPART
					     : p->opcode == OP_SENDINGPART_I64;
}

/* packet_next, for frames as large as a server's. */
static inline bool
answers_next(struct answers *a, struct reader *r, struct packet *p)
{
	struct reader ahead = *r;
	uint32_t len;

	p->protocol = get_u8(&ahead);
	len = get_u32(&ahead);
	p->opcode = get_u8(&ahead);
	if (ahead.bad)
		return false;
	a->bad |=
	    (p->protocol != OP_EDONKEYPROT && p->protocol != OP_EMULEPROT) ||
	    len < 1 || len > sizeof a->in - PACKET_HEADER_SIZE;
	if (a->bad || len - 1 > ahead.len - ahead.pos)
		return false;
	p->payload = ahead.data + ahead.pos;
	p->payload_len = len - 1;
	r->pos = ahead.pos + p->payload_len;
	return true;
}

/* Look at what was added behind a->in + a->len. */
static inline void
answers_take(struct answers *a, size_t n, const struct answers_file *file)
{
	struct reader r = reader_of(a->in, a->len + n);
	struct packet p;

	while (!a->bad && answers_next(a, &r, &p)) {
		uint64_t n_data = answers_data(file, &p);

		a->n_frames++;
		if (!answers_is_data(&p))
			continue;
		a->bad |= n_data == 0;
		a->data_bytes += n_data;
	}
	a->len += n - r.pos;
	memmove(a->in, a->in + r.pos, a->len);
}

#endif
