/*
 * Frame sizes by measured rate; see pace.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/pace.h"

#include "proto/opcodes.h"

void
pace_note(struct pace *p, uint64_t now_ms, uint64_t taken_bytes, bool sending)
{
	uint64_t ms, bytes;

	if (!sending) {
		p->measuring = false;
		return;
	}
	if (!p->measuring) {
		p->measuring = true;
		p->since_ms = now_ms;
		p->since_bytes = taken_bytes;
		return;
	}
	ms = now_ms - p->since_ms;
	bytes = taken_bytes - p->since_bytes;
	if (bytes < BLOCK_SIZE && ms <= PACE_BLOCK_MS)
		return; /* too early to tell */
	/* no overflow: bytes is far below 2^54 in any stretch */
	p->fast = ms * BLOCK_SIZE <= bytes * PACE_BLOCK_MS;
	p->since_ms = now_ms;
	p->since_bytes = taken_bytes;
}

uint64_t
pace_frame_size(const struct pace *p)
{
	return p->fast ? BLOCK_SIZE : PACE_SMALL_FRAME;
}
