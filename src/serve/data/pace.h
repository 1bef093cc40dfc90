/*
 * How data is sent, by how fast the peer takes it. Pure.
 *
 * The fewer frames, the less work. But eMule restarts its "no data" clock of
 * 100 s at whole frames only, so a slow peer gets small ones. A peer is fast
 * when it took a block in a quarter of a second or less. MLDonkey gets small
 * ones in any case: in its first session it reads through a buffer of 50,000
 * bytes, and waits for ever for a frame that does not fit.
 *
 * sendfile saves a copy, half of the processor time of a byte, but leaves a
 * reference to the file in the socket: what is written to the file before the
 * bytes are out goes to the peer. So it is for peers that take 256 MB a second,
 * as no line of 1 Gbit/s lets them. What waits in their socket is out at once,
 * and their bytes are the ones that cost.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_PACE_H
#define SERVE_DATA_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_SMALL_FRAME UINT64_C(10240) /* what eMule and aMule send */
#define PACE_BLOCK_MS    250

#define PACE_BULK_BYTES (UINT64_C(32) << 20)
#define PACE_BULK_MS    128

/* A stretch of time that is measured. */
struct pace_stretch {
	uint64_t since_ms;
	uint64_t since_bytes; /* taken by then */
};

/* Zeroed to begin with. */
struct pace {
	bool fast, bulk;
	bool measuring; /* whether it is fast */
	struct pace_stretch block, many;
};

/*
 * Note that the peer has taken taken_bytes so far, a count that only grows.
 * Whether it is fast is measured only while data is on its way (`sending`).
 */
void pace_note(
    struct pace *p, uint64_t now_ms, uint64_t taken_bytes, bool sending);

/* The most bytes of data for the next frame. */
uint64_t pace_frame_size(const struct pace *p);

/* Does it take PACE_BULK_BYTES in PACE_BULK_MS? Starts false. */
bool pace_is_bulk(const struct pace *p);

#endif
