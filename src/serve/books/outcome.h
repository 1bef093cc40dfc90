/*
 * How a connection ended: the line in the log, the rows in activity.db, the
 * exit code.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_BOOKS_OUTCOME_H
#define SERVE_BOOKS_OUTCOME_H

#include "serve/books/ledger.h"
#include "serve/who/peer.h"
#include "serve/talk/session.h"

#include <stdbool.h>
#include <stdint.h>

struct outcome {
	const struct peer *peer;
	const struct session *session;
	bool obfuscated;
	uint64_t bytes; /* of files, taken by the kernel */
	uint64_t ms;    /* the connection lasted */
};

/* Log the one line about the session. */
void outcome_log(const struct outcome *o);

/* Write what was sent to activity.db. */
void outcome_record(
    const struct outcome *o, struct ledger *ledger, uint64_t now_ms);

int outcome_exit_code(const struct outcome *o);

#endif
