/*
 * Output of several verbs.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PRINT_H
#define CMD_PRINT_H

#include "store/store.h"

/* Log, if so, that files lack AICH hashes, and what computes them. */
void print_aich_notice(struct store *store);

/*
 * One line, which is flushed: a word, a path, and a second path unless it is
 * NULL. The paths are escaped, with tabs between.
 */
void print_change(const char *word, const char *path, const char *other);

/*
 * Flush stdout. Returns fault, or EX_IOERR after a log line when that was 0 and
 * something could not be written.
 */
int print_end(int fault);

#endif
