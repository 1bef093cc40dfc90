/*
 * What the processes share: one record for each connection, in a file that all
 * of them map. A process owns record i while it holds the fcntl lock on byte i
 * behind the head's, so the kernel gives the record back however the process
 * dies. Changes that must not be made twice (claiming a record, taking a slot)
 * are made under the lock on the head, held for microseconds.
 *
 * A record whose lock nobody holds is dead, whatever it says: it counts for
 * nothing, and the next process that looks frees it.
 *
 * Times are CLOCK_MONOTONIC in milliseconds, so a file of an earlier boot is
 * begun anew. Without a state directory each connection is alone: a slot is
 * always free.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_SCOREBOARD_H
#define SERVE_SCOREBOARD_H

#include "proto/opcodes.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCOREBOARD_RECORDS 4096 /* connections at once */
#define SCOREBOARD_PLACES  4096 /* remembered places of peers that hung up */
#define SCOREBOARD_RATES   4096 /* addresses whose new connections count */

/* How long the place of a peer that hung up is kept. */
#define PLACE_MS 3600000

/* Every process says this often that it lives; beyond twice, locks are asked. */
#define ALIVE_MS 25000

enum record_state {
	RECORD_FREE,
	RECORD_CONNECTED,
	RECORD_WAITING,
	RECORD_UPLOADING,
};

/* Written by its owner alone; read by all without a lock. */
struct record {
	_Atomic uint32_t state;
	_Atomic uint32_t weight; /* of the file it waits for or sends */
	_Atomic uint64_t
	    since_ms; /* of this state; of waiting, with its place */
	_Atomic uint64_t alive_ms;
	_Atomic uint32_t sending; /* has data to send, so wants its share */
	_Atomic uint64_t bytes;   /* of the file, in this transfer */
	uint8_t address[16];      /* IPv4 as v4-mapped; zero: unknown */
	uint8_t user_hash[HASH_SIZE];
	uint8_t file[HASH_SIZE];
	uint32_t pid;
	uint16_t port;
	uint16_t has_user;
	int64_t began_s; /* Unix time of the transfer's begin */
	uint64_t began_ms;
	char client[PEER_NAME_MAX + 1];
	char name[WIRE_NAME_MAX + 1];
};

struct board; /* the file */

struct scoreboard {
	int fd;              /* -1: none */
	struct board *board; /* NULL: none */
	int mine;            /* our record; -1: none */
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
	CLAIM_FULL,      /* no record: go on without one, and without a slot */
	CLAIM_TOO_MANY,  /* from this address at once */
	CLAIM_TOO_OFTEN, /* from this address in this minute */
};

/*
 * Map dir/scoreboard, made on demand; one that is damaged, foreign or of an
 * earlier boot is replaced, with a log line where that is news. False, after a
 * log line, when it cannot be had: then the board is empty and every call below
 * does no harm.
 */
bool scoreboard_open(struct scoreboard *b, const char *dir, uint64_t now_ms);

/* The same for looking on only: nothing is made or changed. */
bool scoreboard_look(struct scoreboard *b, const char *dir);

void scoreboard_close(struct scoreboard *b);

/* Get a record, if the limits let this address have one more. */
enum claim_result scoreboard_claim(struct scoreboard *b,
    const uint8_t address[16], uint16_t port,
    const struct scoreboard_limits *limits, uint64_t now_ms);

/* Our record, to fill in; NULL without one. */
struct record *scoreboard_mine(struct scoreboard *b);

/*
 * Wait for a slot, for a file of this weight. A peer known by user hash and
 * address that waited before takes up its place.
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
uint64_t scoreboard_share(
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
