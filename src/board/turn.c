/*
 * The order of waiters; see turn.h.
 * SPDX-License-Identifier: ISC
 */
#include "board/turn.h"

#include "base/clock.h"
#include "base/util.h"

#define RECHECK_FIRST_MS 100
#define RECHECK_MAX_MS   20000

static uint64_t
score(const struct waiter *w, uint64_t now_ms)
{
	/* 500 years in milliseconds, times 4, still fit */
	return elapsed_ms(w->since_ms, now_ms) * w->weight;
}

bool
turn_is_before(const struct waiter *a, const struct waiter *b, uint64_t now_ms)
{
	uint64_t score_a = score(a, now_ms), score_b = score(b, now_ms);

	if (score_a != score_b)
		return score_a > score_b;
	if (a->since_ms != b->since_ms)
		return a->since_ms < b->since_ms;
	return a->id < b->id;
}

uint64_t
turn_recheck_ms(uint32_t n_before)
{
	return min_u64(
	    RECHECK_FIRST_MS * ((uint64_t)n_before + 1), RECHECK_MAX_MS);
}
