/*
 * How far a long verb has come: one line on a terminal, written anew in its
 * place. There is one terminal, and so one such line.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Show it so often, in ms. */
#define PROGRESS_TICK_MS 200

struct progress {
	uint64_t file, n_files;      /* the one being worked on, from 1; or 0 of
					unknown many, and of no known total */
	uint64_t bytes, total_bytes; /* of all files */
	const char *path;            /* of the file; its name is shown */
	double rate;                 /* bytes a second, of late */
	/* its own: when it was last shown, and how much was done then */
	int64_t shown_ms;
	uint64_t shown_bytes;
};

/*
 * Is standard error a terminal that understands it? If so, the line is cleared
 * before each log line from now on.
 */
bool progress_is_wanted(void);

/* Begin to measure; the totals are set, all else is 0. */
void progress_begin(struct progress *p);

/* Show the line, if it was not just now, and if we are in the foreground. */
void progress_show(struct progress *p);

/* Clear it: something else is written. */
void progress_clear(void);

/* The line itself, in UTF-8, at most so many columns wide. */
void progress_line(
    char *out, size_t cap, size_t columns, const struct progress *p);

#endif
