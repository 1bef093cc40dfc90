/*
 * Framing; see packet.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/packet.h"

#include "proto/opcodes.h"

enum packet_result
packet_next(struct reader *r, struct packet *out)
{
	struct reader ahead = *r;
	uint32_t length;

	if (reader_left(&ahead) < 1)
		return PACKET_MORE;
	out->protocol = get_u8(&ahead);
	if (out->protocol != OP_EDONKEYPROT && out->protocol != OP_EMULEPROT &&
	    out->protocol != OP_PACKEDPROT)
		return PACKET_BAD;
	if (reader_left(&ahead) < 4)
		return PACKET_MORE;
	length = get_u32(&ahead);
	if (length == 0 || length - 1 > PACKET_PAYLOAD_MAX)
		return PACKET_BAD;
	if (reader_left(&ahead) < length)
		return PACKET_MORE;
	out->opcode = get_u8(&ahead);
	out->payload_len = length - 1;
	out->payload = get_slice(&ahead, out->payload_len);
	*r = ahead;
	return PACKET_OK;
}

size_t
packet_begin(struct writer *w, uint8_t protocol, uint8_t opcode)
{
	size_t begin = w->pos;

	put_u8(w, protocol);
	put_u32(w, 0);
	put_u8(w, opcode);
	return begin;
}

void
packet_end(struct writer *w, size_t begin)
{
	struct writer length;

	if (w->bad)
		return;
	length = writer_of(w->data + begin + 1, 4);
	put_u32(&length, (uint32_t)(w->pos - begin - 5));
}
