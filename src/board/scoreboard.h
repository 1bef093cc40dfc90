/*
 * What the processes share: one record for each connection, in a file that all
 * of them map. A process owns record i while it holds the fcntl lock on byte i
 * behind the head's, so the kernel gives the record back however the process
 * dies. Changes that must not be made twice (claiming a record, taking a slot)
 * are made under the lock on the head, held for microseconds.
 *
 * A record whose lock nobody holds is dead, whatever it says: it counts for
 * nothing, and the next process that looks frees it. Since to ask for a lock is
 * not cheap among a thousand, those with a slot say every second that they
 * live, and are believed for that long.
 *
 * Without a state directory each connection is alone: a slot is always free.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_SCOREBOARD_H
#define BOARD_SCOREBOARD_H

#include "board/board.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often a process says that it lives; one with a slot more often. */
#define ALIVE_MS           25000
#define UPLOADING_ALIVE_MS 1000

struct scoreboard {
	struct board_file file;        /* its board is NULL: there is none */
	int mine;                      /* our record; -1: none */
	uint8_t address[ADDRESS_SIZE]; /* of the peer */
	uint16_t port;
	uint64_t waits_ms; /* it waits without a record since; 0: it does not */
	/* told of dead records that had sent something; or NULL */
	void (*on_dead)(void *ctx, const struct record *dead);
	void *ctx;
};

struct scoreboard_limits {
	uint32_t slots;
	uint32_t connections;         /* in all */
	uint32_t address_connections; /* from one address, at once */
	uint32_t address_minute;      /* from one address, new ones a minute */
	uint32_t address_slots;       /* to one address, at once */
};

enum claim_result {
	CLAIM_OK,
	CLAIM_FULL, /* no record: go on without one, and scoreboard_rejoin */
	CLAIM_TOO_MANY,  /* from this address at once */
	CLAIM_TOO_OFTEN, /* from this address in this minute */
};

/*
 * Open the board in dir (board_open). False, after a log line, when it cannot
 * be had: then every call below does no harm, and a slot is always free.
 */
bool scoreboard_open(struct scoreboard *b, const char *dir);

/* The same for looking on only (board_look). */
enum board_result scoreboard_look(struct scoreboard *b, const char *dir);

void scoreboard_close(struct scoreboard *b);

/* Get a record, if the limits let this address have one more. */
enum claim_result scoreboard_claim(struct scoreboard *b,
    const uint8_t address[16], uint16_t port,
    const struct scoreboard_limits *limits, uint64_t now_ms);

/*
 * Get a record after all when there was none; until there is, the time that is
 * waited counts. Does nothing when we have one.
 */
void scoreboard_rejoin(struct scoreboard *b,
    const struct scoreboard_limits *limits, uint64_t now_ms);

/* Our record, to fill in; NULL without one. */
struct record *scoreboard_mine(struct scoreboard *b);

/*
 * Wait for a slot, for a file of this weight. A peer known by user hash and
 * address that waited before takes up its place. One that waits already, or has
 * a slot, gets only the weight.
 */
void scoreboard_wait(struct scoreboard *b, uint32_t weight, uint64_t now_ms);

/*
 * Take a slot if one is free and it is our turn. Otherwise false, and *before
 * is how many wait before us.
 */
bool scoreboard_take(struct scoreboard *b,
    const struct scoreboard_limits *limits, uint64_t now_ms, uint32_t *before);

/* Give the slot, or the place in the queue, back. */
void scoreboard_give(struct scoreboard *b, uint64_t now_ms);

/* Does anybody wait? */
bool scoreboard_others_wait(const struct scoreboard *b);

/* Our share of a rate that all who upload have in common, by weight. */
uint64_t scoreboard_rate_share(
    const struct scoreboard *b, uint64_t rate, uint64_t now_ms);

/* Say that we live. */
void scoreboard_alive(struct scoreboard *b, uint64_t now_ms);

/* Leave; the place of one who waits is kept. */
void scoreboard_leave(struct scoreboard *b, uint64_t now_ms);

/*
 * Call visit for each live record, with its number, until it returns false. The
 * record may change under the reader's eyes.
 */
void scoreboard_each(struct scoreboard *b,
    bool (*visit)(void *ctx, const struct record *r), void *ctx);

#endif
