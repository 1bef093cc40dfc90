/*
 * The session's slot from the scoreboard: fill in our record, wait, take a slot
 * and give it back.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_BOARD_SLOTS_H
#define SERVE_BOARD_SLOTS_H

#include "board/scoreboard.h"
#include "serve/talk/session.h"
#include "serve/data/shared_file.h"

struct board_slots {
	struct scoreboard *board;       /* borrowed */
	const struct session *session;  /* borrowed */
	const struct shared_file *file; /* borrowed: what is asked for */
	struct slot_source source;      /* what the session is given */
};

void board_slots_init(struct board_slots *s, struct scoreboard *board,
    const struct session *session, const struct shared_file *file);

#endif
