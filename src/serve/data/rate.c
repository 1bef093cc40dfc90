/*
 * The bucket; see rate.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/rate.h"

#include "base/util.h"
#include "serve/data/pace.h"

/* The bucket holds a tenth of a second's bytes, but at least a small frame. */
static int64_t
capacity(const struct rate_limit *r)
{
	uint64_t bytes = r->rate_bps / 10;

	return bytes > PACE_SMALL_FRAME ? (int64_t)bytes
					: (int64_t)PACE_SMALL_FRAME;
}

static void
fill(struct rate_limit *r, uint64_t now_ms)
{
	/* at most an hour: times 2^40 bytes a second it does not overflow */
	uint64_t ms = min_u64(now_ms - r->filled_ms, 3600000);
	uint64_t added = r->rate_bps * ms + r->rest;

	r->rest = added % 1000;
	r->let_bytes += added / 1000;
	r->bytes += (int64_t)(added / 1000);
	if (r->bytes > capacity(r))
		r->bytes = capacity(r);
	r->filled_ms = now_ms;
}

void
rate_set(struct rate_limit *r, uint64_t rate_bps, uint64_t now_ms)
{
	if (r->rate_bps > 0)
		fill(r, now_ms);
	r->filled_ms = now_ms;
	r->rate_bps = rate_bps;
}

uint64_t
rate_wait_ms(struct rate_limit *r, uint64_t now_ms)
{
	if (r->rate_bps == 0)
		return 0;
	fill(r, now_ms);
	if (r->bytes > 0)
		return 0;
	return (uint64_t)(1 - r->bytes) * 1000 / r->rate_bps + 1;
}

size_t
rate_step(const struct rate_limit *r)
{
	if (r->rate_bps == 0)
		return SIZE_MAX;
	return r->bytes > RATE_STEP ? (size_t)r->bytes : RATE_STEP;
}

uint64_t
rate_let_bytes(const struct rate_limit *r)
{
	return r->rate_bps > 0 ? r->let_bytes : UINT64_MAX;
}

void
rate_spend(struct rate_limit *r, uint64_t bytes)
{
	if (r->rate_bps > 0)
		r->bytes -= (int64_t)bytes;
}
