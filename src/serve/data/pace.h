/*
 * The size of data frames, by how fast the peer takes data. Pure.
 *
 * sendfile pays with a whole block in one frame. But eMule restarts its "no
 * data" clock of 100 s at whole frames only, so a slow peer gets small ones. A
 * peer is fast when it took a block in a quarter of a second or less.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_PACE_H
#define SERVE_DATA_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_SMALL_FRAME UINT64_C(10240) /* what eMule and aMule send */
#define PACE_BLOCK_MS    250

struct pace {
	bool fast; /* starts false */
	bool measuring;
	uint64_t since_ms;    /* when the measured stretch began */
	uint64_t since_bytes; /* bytes taken by then */
};

/*
 * Note that the peer has taken taken_bytes so far, a count that only grows.
 * Time counts only while data is on its way (`sending`).
 */
void pace_note(
    struct pace *p, uint64_t now_ms, uint64_t taken_bytes, bool sending);

/* The most bytes of data for the next frame. */
uint64_t pace_frame_size(const struct pace *p);

#endif
