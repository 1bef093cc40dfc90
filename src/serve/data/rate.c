/*
 * The bucket; see rate.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/rate.h"

#include "base/util.h"

/*
 * What the bucket holds at most: a tenth of a second's worth, so that nobody
 * saves up for a burst, but a small frame at least.
 */
#define BUCKET_SHARE 10
#define BUCKET_LEAST 10240

static int64_t
most(const struct rate_limit *r)
{
	uint64_t bytes = r->rate_bps / BUCKET_SHARE;

	return bytes > BUCKET_LEAST ? (int64_t)bytes : BUCKET_LEAST;
}

static void
fill(struct rate_limit *r, uint64_t now_ms)
{
	uint64_t ms = now_ms - r->filled_ms, added;

	/* an hour's sleep must not overflow; the bucket is full long before */
	ms = min_u64(ms, 3600000);
	/* 2^40 bytes a second times an hour fit */
	added = r->rate_bps * ms + r->rest;
	r->rest = added % 1000;
	r->bytes += (int64_t)(added / 1000);
	if (r->bytes > most(r))
		r->bytes = most(r);
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

void
rate_spend(struct rate_limit *r, uint64_t bytes)
{
	if (r->rate_bps > 0)
		r->bytes -= (int64_t)bytes;
}
