/*
 * How much is logged because of one owner, by all processes together.
 *
 * Without a board, or when a lock keeps us from it, all may be logged: what one
 * process logs is bounded by base/log_limit.h. Not to be called with the lock
 * on the head.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_LOG_RATE_H
#define BOARD_LOG_RATE_H

#include "board/scoreboard.h"

#include <stdbool.h>
#include <stdint.h>

/* Warnings and errors a minute; networks have what owner_limit says. */
#define LOG_RATE_WARNINGS 20

/* May one more warning or error be logged? */
bool log_rate_warning(struct scoreboard *b, uint64_t owner, uint64_t now_ms);

/*
 * May it be logged that a peer of this owner is turned away? *unlogged: how
 * often it was not since the last time that it was. See tally_first.
 */
bool log_rate_turned_away(
    struct scoreboard *b, uint64_t owner, uint64_t now_ms, uint32_t *unlogged);

#endif
