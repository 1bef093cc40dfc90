/*
 * Answers that cost the machine much more than the peer: AICH recovery data,
 * for which a part of a file is read and hashed. An owner gets a few in a
 * minute, however many connections it has, and there is one at a time.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_COSTLY_H
#define BOARD_COSTLY_H

#include "board/scoreboard.h"

#include <stdbool.h>
#include <stdint.h>

/* Of an owner; networks around it have what owner_limit says. */
#define COSTLY_PER_MINUTE 10

/* How long one waits for its turn. A part takes some tens of milliseconds. */
#define COSTLY_WAIT_MS 1000

/*
 * Begin a costly answer, when it is our turn and our peer may have one. False
 * when not: refuse it.
 */
bool costly_begin(struct scoreboard *b, uint64_t now_ms);

/* The answer is done. */
void costly_end(struct scoreboard *b);

#endif
