/*
 * The session's slots from the scoreboard: fills in our record, waits in it,
 * takes and gives back.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_BOARD_SLOTS_H
#define SERVE_BOARD_SLOTS_H

#include "serve/scoreboard.h"
#include "serve/session.h"
#include "serve/shared_file.h"

struct board_slots {
	struct scoreboard *board;               /* borrowed */
	const struct scoreboard_limits *limits; /* borrowed */
	const struct session *session;          /* borrowed */
	const struct shared_file *file; /* borrowed: what is asked for */
	struct session_slots ops;       /* what the session is given */
};

void board_slots_init(struct board_slots *s, struct scoreboard *board,
    const struct scoreboard_limits *limits, const struct session *session,
    const struct shared_file *file);

#endif
