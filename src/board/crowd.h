/*
 * What holds while the board is nearly full: an eighth of the records that
 * there may be is for newcomers, however many connections others have.
 *
 * - No owner with a quarter of the connections that it may have otherwise gets
 *   one more. So one who has filled the rest with a few addresses needs many
 *   more of them for the last eighth.
 * - Peers that wait for nothing leave, the idlest first, as many as there are
 *   too many. Each process finds out about itself; none tells another to go.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_CROWD_H
#define BOARD_CROWD_H

#include "board/scoreboard.h"

#include <stdbool.h>
#include <stdint.h>

/* How long an honest peer may take from its greeting to asking for a slot. */
#define CROWD_IDLE_MS 20000

/* How many connections an owner may have just now. */
uint32_t crowd_owner_limit(const struct scoreboard *b);

/*
 * Is it our peer's turn to leave? Never while it waits or uploads, nor when it
 * is `busy`: bytes are on their way to it. To be called now and then; the
 * others need to know who is busy.
 */
bool crowd_should_leave(struct scoreboard *b, bool busy, uint64_t now_ms);

#endif
