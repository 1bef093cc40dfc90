/*
 * What a connection tells the scoreboard of its sending, and what it learns
 * there: its share of the rate, which changes as others come and go.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_RATE_SHARE_H
#define SERVE_RATE_SHARE_H

#include "serve/data/rate.h"
#include "board/scoreboard.h"

#include <stdbool.h>
#include <stdint.h>

struct rate_share {
	struct scoreboard *board; /* borrowed */
	uint64_t all_bps;         /* to all together; 0: no limit */
	uint64_t peer_bps;        /* to one peer; 0: no limit */
	bool is_socket;           /* fd 1 is one */
	bool was_sending;
	uint64_t updated_ms, spent_ms;
	struct rate_limit rate; /* what this connection may send */
};

void rate_share_init(struct rate_share *s, struct scoreboard *board,
    uint64_t all_bps, uint64_t peer_bps, bool is_socket);

/*
 * If it is due, or if sending began or ended: tell the board that we
 * live, and take our share. Returns whether it was done.
 */
bool rate_share_update(struct rate_share *s, uint64_t now_ms, bool sending);

/* Note that so much was sent. */
void rate_share_spend(struct rate_share *s, uint64_t now_ms, uint64_t bytes);

/* Milliseconds until the next update is due. */
uint64_t rate_share_due_ms(
    const struct rate_share *s, uint64_t now_ms, bool sending);

#endif
