/*
 * The session's slots from the scoreboard: fills in our record, waits in it,
 * takes and gives back.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_SLOT_SOURCE_H
#define SERVE_SLOT_SOURCE_H

#include "board/scoreboard.h"
#include "serve/talk/session.h"
#include "serve/data/shared_file.h"

struct slot_source {
	struct scoreboard *board;       /* borrowed */
	const struct session *session;  /* borrowed */
	const struct shared_file *file; /* borrowed: what is asked for */
	struct session_slots ops;       /* what the session is given */
};

void slot_source_init(struct slot_source *s, struct scoreboard *board,
    const struct session *session, const struct shared_file *file);

#endif
