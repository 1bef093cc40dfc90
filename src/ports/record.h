/*
 * The file `outside`, as it is written; base/outside.h reads it.
 * SPDX-License-Identifier: ISC
 */
#ifndef PORTS_RECORD_H
#define PORTS_RECORD_H

#include "base/outside.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct record {
	char path[PATH_MAX];
	char text[OUTSIDE_SIZE_MAX + 1]; /* what is in it; "": nothing */
	struct outside outside;          /* the same, read */
};

/*
 * Find the file, in $RUNTIME_DIRECTORY or where it belongs, and read it if it
 * is there. 0, or EX_CANTCREAT after a log line when the path is too long.
 */
int record_open(struct record *r);

/* See that there is a directory for it. 0, or EX_CANTCREAT after a log line. */
int record_prepare(const struct record *r);

/*
 * Replace it by these lines and, unless it is 0, when they expire, in seconds
 * since 1970. Everybody may read it. 0, or EX_CANTCREAT after a log line.
 */
int record_write(const struct record *r, const char *lines, uint64_t expires);

/* Would these lines say anything new? When they expire is no news. */
bool record_is_news(const struct record *r, const char *lines);

#endif
