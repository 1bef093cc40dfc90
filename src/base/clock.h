/*
 * The clock that all processes of this boot have in common.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_MONOTONIC in milliseconds. */
uint64_t clock_ms(void);

/*
 * Milliseconds from then to now. 0 when `then` is later: another process may
 * have read the clock a moment after us.
 */
static inline uint64_t
elapsed_ms(uint64_t then_ms, uint64_t now_ms)
{
	return now_ms > then_ms ? now_ms - then_ms : 0;
}

#endif
