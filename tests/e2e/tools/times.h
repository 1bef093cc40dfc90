/*
 * Durations, and their median, for programs that measure.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_TIMES_H
#define TESTS_TIMES_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Microseconds of a clock that nobody sets. */
static inline double
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static inline int
compare_us(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Print the median of n (> 0) of them, which it sorts. */
static inline void
print_median(double *us, size_t n)
{
	qsort(us, n, sizeof *us, compare_us);
	printf("%.1f\n", us[n / 2]);
}

#endif
