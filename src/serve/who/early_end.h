/*
 * The end of a connection whose peer is not served.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WHO_EARLY_END_H
#define SERVE_WHO_EARLY_END_H

#include "serve/who/peer.h"

#include <stdint.h>

/* See "LOG" in ed2k-serve(8). */
struct early_end {
	const char *end;   /* NULL: nothing is to be logged */
	const char *fault; /* NULL: none */
	int status;        /* the exit code */
};

/* Log it. `unlogged` ends of the same owner were not logged before it. */
void early_end_log(
    const struct early_end *e, const struct peer *peer, uint32_t unlogged);

#endif
