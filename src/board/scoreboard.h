/*
 * The scoreboard as one process has it open: its own record, and those of the
 * others to read. The processes share one record for each connection, in a file
 * that all of them map. roster.h enters it and leaves it, queue.h hands out
 * slots.
 *
 * Locks:
 * - A process holds the lock on its record for as long as it has it. The kernel
 *   releases it however the process dies, so a record whose lock nobody holds
 *   is dead, whatever it says: it counts for nothing, and is freed by the next
 *   process that comes upon it.
 * - The lock on the head protects what only one process may do at a time: claim
 *   a record, free a dead one, take a slot, change places or tallies. It is
 *   held for microseconds. Functions that end in _locked are called with it.
 * - A process writes its own record without the head's lock, but for the change
 *   to RECORD_UPLOADING. Anybody reads without a lock; a record may change
 *   meanwhile, and its strings need not end.
 *
 * To ask whether a lock is held is slow when a thousand are. So a process with
 * a slot says every second that it lives, and is believed for that long; once a
 * minute each process that wants a slot asks the locks all the same. A reader
 * who may not open the locks has nothing else to go by.
 *
 * Without a board each connection is alone: no limit holds, a slot is always
 * free, and every function here, in roster.h and in queue.h does no harm. When
 * there is a board, and it is not to be had because of a lock, no slot is free.
 *
 * A process that was taken over can spoil the board: cut its file (guard.h) or
 * wipe records. So each process knows its own state by itself, and says it
 * again when it says that it lives (roster_alive), on a new board if need be.
 * It keeps what it has meanwhile, but gets no slot.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_SCOREBOARD_H
#define BOARD_SCOREBOARD_H

#include "base/address.h"
#include "board/board.h"

#include <stdbool.h>
#include <stdint.h>

/* How often a process says that it lives; one with a slot more often. */
#define ALIVE_MS           25000
#define UPLOADING_ALIVE_MS 1000

/* By address means: for each owner, and by owner_limit for networks. */
struct scoreboard_limits {
	uint32_t slots;
	uint32_t connections;         /* of all, at once */
	uint32_t address_connections; /* by address, at once */
	uint32_t address_minute;      /* by address, new ones a minute */
	uint32_t address_slots;       /* by address, at once */
};

struct scoreboard {
	struct board_file file;
	const char *dir; /* borrowed */
	struct scoreboard_limits limits;
	bool is_alone; /* there is no board: no limit holds */
	int mine;      /* number of our record; -1: none */
	/* what our record says, and must say again if somebody changes it */
	uint32_t state, weight;
	uint64_t since_ms;
	bool was_spoilt;               /* somebody did, which is logged once */
	uint8_t address[ADDRESS_SIZE]; /* of our peer */
	uint64_t owner;                /* of that, see base/owner.h */
	uint16_t port;
	uint64_t came_ms;    /* when it asked for a record first */
	uint64_t waiting_ms; /* since when it waits without a record; or 0 */
	uint64_t asked_ms;   /* since when we believe stamps of slots; or 0 */
	/*
	 * Called for each record of a dead process that had sent something, or
	 * NULL. False: it has no room for one more, and the record is to stay,
	 * for another process. May be set once the scoreboard is open.
	 */
	bool (*on_dead)(void *ctx, const struct record *dead);
	void *ctx;
};

/*
 * Open the board in dir (board_open); with dir NULL do without one. False,
 * after a log line, when there is a dir and the board cannot be had. The caller
 * closes b in any case.
 */
bool scoreboard_open(struct scoreboard *b, const char *dir,
    const struct scoreboard_limits *limits);

/* Open it for scoreboard_each alone (board_open_readonly). */
enum board_result scoreboard_open_readonly(
    struct scoreboard *b, const char *dir);

void scoreboard_close(struct scoreboard *b);

/* Our record, for us to fill in; NULL without one. */
struct record *scoreboard_mine(const struct scoreboard *b);

/* Take on this state, of enum record_state, and write it into our record. */
void scoreboard_set_state(
    struct scoreboard *b, uint32_t state, uint64_t since_ms);

/* Is our board no more the one of all? Until roster_alive it is no use. */
static inline bool
scoreboard_is_lost(const struct scoreboard *b)
{
	return b->file.board && board_is_lost(&b->file);
}

/*
 * Records to look at: the first n. 0 without a board, and never more than the
 * file has, whatever it says.
 */
int scoreboard_n_records(const struct scoreboard *b);

static inline struct record *
scoreboard_record(const struct scoreboard *b, int i)
{
	return &b->file.board->records[i];
}

/* Is record i of a live process? Asks the lock, so it is exact and slow. */
bool scoreboard_is_alive(const struct scoreboard *b, int i);

/* The same of a process with a slot: believed when it said so just now. */
bool scoreboard_seems_alive(const struct scoreboard *b, int i, uint64_t now_ms);

/*
 * Our part of a rate, in bytes a second, that all have in common. Those with a
 * slot share it by weight, among those that have data to send. Those without
 * one share a small part of it for their answers, which the others lack only
 * while somebody uses it. At least 1. A rate of 0 means no limit and is
 * returned as it is, as is any rate without a board.
 */
uint64_t scoreboard_rate_share(
    const struct scoreboard *b, uint64_t rate, uint64_t now_ms);

/*
 * Call visit for each record of a live process, until it returns false. Without
 * the locks, a process that was killed counts as alive for a while.
 */
void scoreboard_each(struct scoreboard *b, uint64_t now_ms,
    bool (*visit)(void *ctx, const struct record *r), void *ctx);

#endif
