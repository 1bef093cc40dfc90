/*
 * Who is on the scoreboard: a process claims a record for its connection, says
 * now and then that it lives, and leaves. Records of dead processes are freed.
 * SPDX-License-Identifier: ISC
 */
#ifndef BOARD_ROSTER_H
#define BOARD_ROSTER_H

#include "base/address.h"
#include "board/scoreboard.h"

#include <stdbool.h>
#include <stdint.h>

enum claim_result {
	CLAIM_OK,
	CLAIM_FULL,      /* no record: go on without one, and roster_rejoin */
	CLAIM_TOO_MANY,  /* connections of this address, see crowd.h */
	CLAIM_TOO_OFTEN, /* new ones of this address in this minute */
};

/* What the log says of the last two, whichever process refuses. */
#define FAULT_TOO_MANY  "too many connections"
#define FAULT_TOO_OFTEN "too many new connections a minute"

/*
 * Claim a record for a connection with this peer, within the limits. CLAIM_OK
 * without a board; CLAIM_FULL when a lock keeps us from it.
 */
enum claim_result roster_claim(struct scoreboard *b,
    const uint8_t address[ADDRESS_SIZE], uint16_t port, uint64_t now_ms);

/*
 * Claim a record after CLAIM_FULL for a peer that waits, as soon as there is
 * one. Until then the time counts as waited. One that we have is looked after
 * as by roster_alive.
 */
void roster_rejoin(struct scoreboard *b, uint64_t now_ms);

/*
 * Say that we live. If somebody spoilt our record or the board, say again who
 * we are, and map a new board: pointers to records are void then.
 */
void roster_alive(struct scoreboard *b, uint64_t now_ms);

/* Give up our record; the place of a peer that waits is kept. */
void roster_leave(struct scoreboard *b, uint64_t now_ms);

/*
 * Can this peer be told from others, by user hash and address? Only such a one
 * has a place that can be kept.
 */
static inline bool
record_is_identified(const struct record *r)
{
	return r->has_user && r->owner > 0;
}

/* Free record i, of a process that died. */
void roster_bury_locked(struct scoreboard *b, int i, uint64_t now_ms);

/* Is record i in use by a live process? Frees it if that one is dead. */
bool roster_check_locked(struct scoreboard *b, int i, uint64_t now_ms);

/*
 * Does this owner have `limit` live connections or more, in state `least` or a
 * later one, or a network around it as many as owner_limit says? An unknown
 * owner is nobody in particular, so never.
 */
bool roster_is_full_locked(struct scoreboard *b, uint64_t owner,
    enum record_state least, uint32_t limit, uint64_t now_ms);

#endif
