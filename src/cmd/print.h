/*
 * How a shared file looks on stdout: as an eD2k link, as JSON.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_PRINT_H
#define CMD_PRINT_H

#include "share/copy.h"
#include "share/store.h"

#include <stddef.h>

/* One line: the link. `source` is "HOST:PORT" or NULL. */
void print_link(const struct store_copy *copy, const char *source);

/* One line: a JSON object with hash, size, state, name and path. */
void print_json(const struct store_copy *copy, enum copy_state state);

/*
 * Flush stdout. Returns fault, or EX_IOERR after a log line when that was 0 and
 * something could not be written.
 */
int print_end(int fault);

#endif
