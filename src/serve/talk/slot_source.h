/*
 * Where a session gets its upload slot. An interface, so that the session needs
 * no scoreboard: serve/board_slots has the real one.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_SLOT_SOURCE_H
#define SERVE_TALK_SLOT_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

struct slot_source {
	void *ctx;
	/*
	 * Ask for a slot for a file of this weight. When it is refused, *rank
	 * is the place in the queue (1 is next), and *again_ms is when to ask
	 * again at the latest, in milliseconds from now.
	 */
	bool (*ask)(void *ctx, uint32_t weight, uint64_t now_ms, uint16_t *rank,
	    uint64_t *again_ms);
	/* Give the slot, or the place in the queue, back. */
	void (*give)(void *ctx, uint64_t now_ms);
	/* Does any other peer wait for a slot? */
	bool (*others_wait)(void *ctx);
};

#endif
