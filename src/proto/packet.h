/*
 * Frames: where one begins and ends, not what it means.
 *
 *   u8 protocol   0xE3, 0xC5 or 0xD4
 *   u32 length    little-endian; counts the opcode and the payload
 *   u8 opcode
 *   payload       length - 1 bytes
 *
 * Source: aMule EMSocket.cpp, eMule EMSocket.cpp; ed2k-wire(5), "Framing".
 * SPDX-License-Identifier: ISC
 */
#ifndef PROTO_PACKET_H
#define PROTO_PACKET_H

#include "proto/cursor.h"

#include <stdint.h>

struct packet {
	uint8_t protocol;
	uint8_t opcode;
	const uint8_t *payload; /* points into the reader's bytes */
	uint32_t payload_len;
};

enum packet_result {
	PACKET_OK,
	PACKET_MORE, /* nothing taken: the frame is not complete yet */
	PACKET_BAD,  /* unknown protocol byte, length 0 or over the bound */
};

/*
 * Take the next whole frame out of r without copying. A bad header is noticed
 * as soon as its bytes are there, before the body.
 */
enum packet_result packet_next(struct reader *r, struct packet *out);

/*
 * Begin a frame in w and return where it begins; packet_end fills in its
 * length. Between the two only put_* calls on w.
 */
size_t packet_begin(struct writer *w, uint8_t protocol, uint8_t opcode);
void packet_end(struct writer *w, size_t begin);

#endif
