/*
 * What was asked of whom within the last 180 seconds. It answers two questions:
 * may this node be asked now, and was this answer asked for? Pure.
 *
 * Nodes drop what exceeds their limits for an address and opcode, and ban who
 * exceeds them five times over. We stay within half of each limit, for all
 * files together.
 * Source: aMule PacketTracking.cpp (InTrackListIsAllowedPacket,
 * IsOnOutTrackList); ed2k-kad(5).
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_ASKED_H
#define KAD_ASKED_H

#include "kad/address.h"
#include "kad/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How long an answer may take to be believed. */
#define KAD_ANSWER_MS 180000
/* An address that never answered gets one datagram in this time. */
#define KAD_STRANGER_MS 120000

/*
 * Datagrams in 180 seconds, at most: enough for 728 a second. A power of two.
 * When there are more, nothing is asked until the oldest are forgotten.
 */
#define KAD_ASKED_MAX    (UINT32_C(1) << 17)
#define KAD_ASKED_CHAINS (UINT32_C(1) << 16)

struct kad_question {
	struct kad_address to;
	uint8_t opcode;
	bool answered;
	struct kad_id about;
	uint64_t at_ms;
	uint64_t before; /* number of an older one in the same chain; 0: none */
};

/* To be zeroed. A question has number n > 0 and lies at n % KAD_ASKED_MAX. */
struct kad_asked {
	uint64_t oldest, newest;           /* numbers; oldest > newest: none */
	uint64_t chains[KAD_ASKED_CHAINS]; /* newest of each; 0: none */
	struct kad_question questions[KAD_ASKED_MAX];
};

void kad_asked_init(struct kad_asked *a);

/*
 * When may the node be sent this opcode: `now` or earlier: at once. UINT64_MAX:
 * not before questions are forgotten. `stranger`: it never answered.
 */
uint64_t kad_may_ask_at(const struct kad_asked *a, struct kad_address to,
    uint8_t opcode, bool stranger, uint64_t now);

/* It is asked now. `about`: the id that the answer will carry, if any. */
void kad_note_question(struct kad_asked *a, struct kad_address to,
    uint8_t opcode, struct kad_id about, uint64_t now);

/* Was this node asked anything lately? */
bool kad_was_asked(
    const struct kad_asked *a, struct kad_address of, uint64_t now);

/*
 * Was this node asked this, and did not answer yet? Then it has answered now:
 * each question takes one answer.
 */
bool kad_take_answer(struct kad_asked *a, struct kad_address from,
    uint8_t opcode, struct kad_id about, uint64_t now);

#endif
