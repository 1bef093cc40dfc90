/*
 * What one connection sent, file by file, until it is written to activity.db at
 * the end; and what processes that were killed had sent, found on the
 * scoreboard.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_BOOKS_LEDGER_H
#define SERVE_BOOKS_LEDGER_H

#include "serve/books/activity.h"
#include "board/scoreboard.h"

#include <stddef.h>
#include <stdint.h>

/* Files of one connection told apart; more count as the last of them. */
#define LEDGER_FILES 16

/* Dead processes that one connection accounts for. */
#define LEDGER_DEAD 16

struct ledger {
	const char *state_dir; /* where activity.db is; NULL: write nothing */
	bool anonymize;        /* see activity_write */
	struct transfer files[LEDGER_FILES];
	uint64_t began_ms[LEDGER_FILES];
	size_t n_files;
	struct transfer dead[LEDGER_DEAD];
	size_t n_dead;
};

/* So many bytes of this file go out from now on. */
void ledger_add(struct ledger *l, const uint8_t file[HASH_SIZE],
    const char *name, uint64_t bytes, uint64_t now_ms);

/* The file that went out last; NULL when none did. */
struct transfer *ledger_last(struct ledger *l);

/* For scoreboard.on_dead: ctx is the ledger. */
void ledger_add_dead(void *ctx, const struct record *dead);

/*
 * Write it all to activity.db, with this peer and outcome for our own files.
 * Nothing is opened when nothing was sent.
 */
void ledger_write(
    struct ledger *l, const struct transfer *peer, uint64_t now_ms);

#endif
