/*
 * proto/packet.h: frames, and what is none, are told as soon as they can be and
 * the same however the stream arrives; they lie within it, and are what
 * packet_begin and packet_end make of their content.
 *
 * Input: u8 bytes that arrive at once, more or less; the stream.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "proto/opcodes.h"
#include "proto/packet.h"

/* What must come of n bytes that begin with a header, or part of one. */
static enum packet_result
expected(const uint8_t *bytes, size_t n)
{
	uint64_t length = 0;

	if (n < 1)
		return PACKET_MORE;
	if (bytes[0] != 0xE3 && bytes[0] != 0xC5 && bytes[0] != 0xD4)
		return PACKET_BAD;
	if (n < 5)
		return PACKET_MORE;
	for (int i = 4; i > 0; i--)
		length = length << 8 | bytes[i];
	if (length < 1 || length > 65536 + 1)
		return PACKET_BAD;
	return n < 5 + length ? PACKET_MORE : PACKET_OK;
}

/* A frame that ends where r stands and began at `begin`. */
static void
check_frame(const struct reader *r, size_t begin, const struct packet *p)
{
	size_t size = PACKET_HEADER_SIZE + (size_t)p->payload_len;
	uint8_t *made = malloc(size);
	struct writer w = writer_of(made, size);

	must(made);
	must(p->payload_len <= PACKET_PAYLOAD_MAX);
	must(r->pos - begin == size && r->pos <= r->len);
	must(p->payload == r->data + begin + PACKET_HEADER_SIZE);
	must(packet_begin(&w, p->protocol, p->opcode) == 0);
	put_bytes(&w, p->payload, p->payload_len);
	packet_end(&w, 0);
	must(!w.bad && w.pos == size);
	must(memcmp(made, r->data + begin, size) == 0);
	free(made);
}

/* Take all frames that have arrived; `whole` has all there are. */
static enum packet_result
drain(struct reader *arrived, struct reader *whole)
{
	for (;;) {
		size_t begin = arrived->pos;
		struct packet p, q;
		enum packet_result res = packet_next(arrived, &p);

		must(res ==
		    expected(arrived->data + begin, arrived->len - begin));
		if (res != PACKET_OK) {
			must(arrived->pos == begin && !arrived->bad);
			return res;
		}
		check_frame(arrived, begin, &p);
		must(packet_next(whole, &q) == PACKET_OK);
		must(whole->pos == arrived->pos);
		must(p.protocol == q.protocol && p.opcode == q.opcode);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum packet_result res = PACKET_MORE;
	struct reader whole;
	size_t step, pos = 0;
	struct packet p;

	if (size < 1)
		return 0;
	/* a long stream in few pieces: each is a copy of all before */
	step = (size_t)data[0] + 1 + size / 64;
	whole = reader_of(data + 1, size - 1);
	for (size_t n = 0; n < whole.len && res == PACKET_MORE;) {
		uint8_t *bytes;
		struct reader arrived;

		n = n + step < whole.len ? n + step : whole.len;
		bytes = exact_copy(whole.data, n);
		arrived = reader_of(bytes, n);
		arrived.pos = pos;
		res = drain(&arrived, &whole);
		pos = arrived.pos;
		free(bytes);
	}
	must(packet_next(&whole, &p) == res);
	return 0;
}
