/*
 * How a shared file looks on stdout: as an eD2k link, as JSON.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PRINT_H
#define CMD_PRINT_H

#include "store/copy.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>

/* One line: the link. `source` is "HOST:PORT" or NULL. */
void print_link(const struct store_copy *copy, const char *source);

/*
 * The link as a string, to be freed; with `full`, part hashes and AICH root are
 * in it as far as these are known. NULL, after a log line, when they could not
 * be read.
 */
char *format_link(struct store *store, const struct store_copy *copy,
    const char *source, bool full);

/* Say, if so, that files lack AICH hashes, and what computes them. */
void print_aich_notice(struct store *store);

/*
 * One line: a word, a path, and a second path unless it is NULL. The paths are
 * escaped, with tabs between.
 */
void print_change(const char *word, const char *path, const char *other);

/*
 * Flush stdout. Returns fault, or EX_IOERR after a log line when that was 0 and
 * something could not be written.
 */
int print_end(int fault);

#endif
