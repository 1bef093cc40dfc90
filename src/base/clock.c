/*
 * The common clock; see clock.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"

#include <time.h>

static int64_t
read_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

uint64_t
clock_ms(void)
{
	return (uint64_t)read_ms(CLOCK_MONOTONIC);
}

int64_t
clock_boot_ms(void)
{
	/* which goes on while the machine sleeps, as the wall clock does */
	return read_ms(CLOCK_REALTIME) - read_ms(CLOCK_BOOTTIME);
}
