/*
 * How fast does the peer take data, and how large should the next data frame
 * be? Pure: time and byte counts come in as arguments.
 *
 * A whole block in one frame makes sendfile worth it; but eMule resets its
 * "no data" clock (100 s) only at whole frames, so a slow peer gets small ones.
 * A peer is fast when a block took at most a quarter of a second to get there.
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
 * Say that by now_ms the peer has taken taken_bytes in all (a count that only
 * grows), and whether there is data on its way: without any, time does not
 * count.
 */
void pace_note(
    struct pace *p, uint64_t now_ms, uint64_t taken_bytes, bool sending);

/* Bytes of data to put into the next frame at most. */
uint64_t pace_frame_size(const struct pace *p);

#endif
