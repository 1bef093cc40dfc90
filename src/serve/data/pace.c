/*
 * The rate of a peer, measured; see pace.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/pace.h"

#include "base/util.h"
#include "proto/opcodes.h"

/*
 * Does the peer take n bytes in max_ms? If the stretch is long enough to tell,
 * write the answer and begin the next one.
 */
static void
measure(bool *answer, struct pace_stretch *s, struct pace_stretch now,
    uint64_t n, uint64_t max_ms)
{
	/* no overflow: bytes is far below 2^54 in any stretch */
	uint64_t ms = min_u64(now.since_ms - s->since_ms, UINT32_MAX);
	uint64_t bytes = now.since_bytes - s->since_bytes;

	if (bytes < n && ms <= max_ms)
		return;
	*answer = ms * n <= bytes * max_ms;
	*s = now;
}

void
pace_note(struct pace *p, uint64_t now_ms, uint64_t taken_bytes, bool sending)
{
	struct pace_stretch now = {now_ms, taken_bytes};

	measure(&p->bulk, &p->many, now, PACE_BULK_BYTES, PACE_BULK_MS);
	if (sending && p->measuring)
		measure(&p->fast, &p->block, now, BLOCK_SIZE, PACE_BLOCK_MS);
	else
		p->block = now;
	p->measuring = sending;
}

uint64_t
pace_frame_size(const struct pace *p)
{
	return p->fast ? BLOCK_SIZE : PACE_SMALL_FRAME;
}

bool
pace_is_bulk(const struct pace *p)
{
	return p->bulk;
}
