/*
 * What this connection sent, file by file, until it is written to activity.db
 * at the end; also what killed processes had sent, as the scoreboard says.
 *
 * Bytes count when the kernel has taken them. The record on the scoreboard has
 * their sum at once, so that whoever finds it after we were killed counts all
 * of them, but for those of the call that we were killed in.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_BOOKS_LEDGER_H
#define SERVE_BOOKS_LEDGER_H

#include "serve/books/activity.h"
#include "board/scoreboard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Files that are counted separately. Further ones are counted together, as a
 * file with a hash of zeros and no name.
 */
#define LEDGER_FILES 16

/* Killed processes that one connection records; the next one finds the rest. */
#define LEDGER_DEAD 64

/* Fewer bytes are not recorded, unless they are a whole file. */
#define LEDGER_BYTES_MIN 1024

/* What was sent of one file. */
struct ledger_file {
	struct transfer sent;
	uint64_t size; /* of the file */
};

struct ledger {
	const char *state_dir; /* where activity.db is; NULL: write nothing */
	struct activity_rules rules;
	struct scoreboard *board; /* borrowed; NULL: none */
	struct ledger_file files[LEDGER_FILES + 1], *current;
	size_t n_files;
	uint64_t since_ms; /* when the current file was begun, or returned to */
	uint64_t bytes;    /* of all files */
	struct transfer dead[LEDGER_DEAD];
	size_t n_dead;
	struct db db; /* what was written to, until ledger_close */
};

/* The kernel has taken so many bytes of this file. */
void ledger_add(struct ledger *l, const uint8_t file[HASH_SIZE],
    const char *name, uint64_t size, uint64_t bytes, uint64_t now_ms);

/* The peer never got the last `bytes`. */
void ledger_take_back(struct ledger *l, uint64_t bytes);

/*
 * For scoreboard.on_dead: ctx is the ledger. False when it has no room: the
 * record is to stay.
 */
bool ledger_add_dead(void *ctx, const struct record *dead);

/* Write what killed processes had sent now, if there is something. */
void ledger_write_dead(struct ledger *l);

/*
 * Write it all to activity.db, in one transaction. Peer and outcome of our own
 * files are taken from `peer`. With nothing to write, nothing is opened.
 * Afterwards our record has to be left at once, so that nobody counts it again,
 * and then ledger_close to be called, which may take long.
 */
void ledger_write(
    struct ledger *l, const struct transfer *peer, uint64_t now_ms);

void ledger_close(struct ledger *l);

#endif
