/*
 * How far a long verb is: one line on standard error, if that is a terminal,
 * written again and again in the same place.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include "index/pipeline.h"

/* For pipeline.show. */
typedef void progress_show(const struct progress *p);

/*
 * The function that shows the line, NULL when standard error is no terminal
 * that can. From now on the line is cleared before each log line.
 */
progress_show *progress_begin(void);

/* Clear the line: something else is written. */
void progress_clear(void);

/* The line itself, at most so many columns wide. rate: bytes a second. */
void progress_format(char *out, size_t cap, unsigned columns,
    const struct progress *p, double rate);

#endif
