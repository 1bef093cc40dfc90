/*
 * What this connection sent, file by file, until it is written to activity.db
 * at the end; also what killed processes had sent, as the scoreboard says.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_BOOKS_LEDGER_H
#define SERVE_BOOKS_LEDGER_H

#include "serve/books/activity.h"
#include "board/scoreboard.h"

#include <stddef.h>
#include <stdint.h>

/* Files counted separately; more count as the last of them. */
#define LEDGER_FILES 16

/* Killed processes that one connection records. */
#define LEDGER_DEAD 16

struct ledger {
	const char *state_dir; /* where activity.db is; NULL: write nothing */
	struct activity_rules rules;
	struct transfer files[LEDGER_FILES];
	uint64_t began_ms[LEDGER_FILES];
	size_t n_files;
	struct transfer dead[LEDGER_DEAD];
	size_t n_dead;
};

/* Note that so many bytes of this file are about to be sent. */
void ledger_add(struct ledger *l, const uint8_t file[HASH_SIZE],
    const char *name, uint64_t bytes, uint64_t now_ms);

/* The file that was sent last; NULL when none was. */
struct transfer *ledger_last(struct ledger *l);

/* For scoreboard.on_dead: ctx is the ledger. */
void ledger_add_dead(void *ctx, const struct record *dead);

/*
 * Write it all to activity.db. Peer and outcome of our own files are taken from
 * `peer`. Nothing is opened when nothing was sent.
 */
void ledger_write(
    struct ledger *l, const struct transfer *peer, uint64_t now_ms);

#endif
