/*
 * The clock that all processes of this boot have in common.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* CLOCK_MONOTONIC in milliseconds. */
uint64_t clock_ms(void);

/*
 * When this boot began, as the wall clock has it now, in milliseconds of Unix
 * time. It tells boots apart, which no file does that every server can read.
 * It moves when the wall clock is set.
 */
int64_t clock_boot_ms(void);

/*
 * Milliseconds from then to now. 0 when `then` is later: another process may
 * have read the clock a moment after us.
 */
static inline uint64_t
elapsed_ms(uint64_t then_ms, uint64_t now_ms)
{
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

/* How far apart processes may be that compare what they read of the clock. */
#define CLOCK_APART_MS 10000

/*
 * Was it at most span_ms ago? A time that lies further ahead than two processes
 * can be apart is of an earlier boot, or made up, so it was not.
 */
static inline bool
is_recent(uint64_t then_ms, uint64_t now_ms, uint64_t span_ms)
{
	return then_ms > now_ms ? then_ms - now_ms <= CLOCK_APART_MS
				: now_ms - then_ms <= span_ms;
}

#endif
