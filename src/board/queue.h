/*
 * The queue for a slot: wait, take one in turn (turn.h), give it back.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_QUEUE_H
#define BOARD_QUEUE_H

#include "board/scoreboard.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Wait for a slot, for a file of this weight. The time that the peer waited
 * before it hung up counts (places.h). One that waits already, or has a slot,
 * changes its weight only.
 */
void queue_wait(struct scoreboard *b, uint32_t weight, uint64_t now_ms);

/*
 * Take a slot if one is free and it is our turn. Otherwise false, and *before
 * is how many wait before us.
 */
bool queue_take(struct scoreboard *b, uint64_t now_ms, uint32_t *before);

/* Give back the slot, or leave the queue. */
void queue_give(struct scoreboard *b, uint64_t now_ms);

/* Does anybody else wait? */
bool queue_others_wait(const struct scoreboard *b);

#endif
