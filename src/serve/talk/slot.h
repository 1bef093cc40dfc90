/*
 * The peer's upload slot: asking and waiting for it, keeping the waiting peer
 * connected, ending the slot while others wait. The order of the queue is in
 * board/turn.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_SLOT_H
#define SERVE_TALK_SLOT_H

#include "serve/talk/session.h"

/*
 * How often a waiting peer hears from us: aMule and eMule leave a connection
 * that is silent for 40 s.
 */
#define KEEP_ALIVE_MS 20000

/*
 * While others wait, a slot ends after one part, an hour, or so long without
 * data that waits or is on its way.
 */
#define SLOT_BYTES   PART_SIZE
#define SLOT_MS      3600000
#define SLOT_IDLE_MS 30000

/*
 * A peer that was sent a file more than three times over, and at least so much
 * of it, gets no slot for it for an hour, even if nobody waits. aMule 2.3.3
 * never accepts a file of exactly one part, and loads it again for ever.
 */
#define REPEATED_MIN  PART_SIZE
#define REPEATED_MS   3600000
#define REPEATED_RANK UINT16_MAX

/* A direct client knows no queue and gives up after 60 s. */
#define DIRECT_WAIT_MS 50000

/* Handle STARTUPLOADREQ: the peer wants a slot. */
session_handler slot_start_upload;

/* Handle CANCELTRANSFER and END_OF_DOWNLOAD: the peer wants no more data. */
session_handler slot_cancel;

/* Get a slot for the requests of a direct client, or have them wait for one. */
void slot_hold_direct(struct session *s, uint64_t now_ms);

/*
 * Do what is due: ask again for a slot, send a keep-alive, end the slot. To be
 * called when deadline_check says, and more often at will, before the next
 * message is handled. `out` must have room for REPLY_MAX bytes. It is NULL
 * inside a data frame and without that room: then a slot whose hour is over is
 * given back at once, and the peer is told when it can be.
 */
void slot_update(struct session *s, uint64_t now_ms, struct writer *out);

#endif
