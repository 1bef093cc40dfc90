/*
 * A session whose slots are free when the test says so, its turns, and data that
 * it sends.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_SLOT_RIG_H
#define TESTS_SLOT_RIG_H

#include "session_rig.h"

#include "serve/talk/slot.h"

#define FRAME_60    "c50d00000060 0100 00000000000000000000"
#define FRAME_60_7  "c50d00000060 0700 00000000000000000000"
#define FRAME_57    "e30100000057"
#define FRAME_54_F1 "e31100000054" HASH_F1
#define FRAME_54_G  "e31100000054" HASH_G

static uint64_t taken; /* bytes, by the peer */

static inline int
begin_with_slots(void **state)
{
	taken = 0;
	config.slots = &slots;
	return begin(state);
}

/* So much time goes by, and then it is the session's turn to say this. */
static inline void
turn(uint64_t ms, const char *expected)
{
	struct writer w = writer_of(reply, sizeof reply);

	now += ms;
	slot_update(&s, now, &w);
	assert_false(w.bad);
	assert_hex(reply, w.pos, expected);
}

/* So much time goes by, and nothing can be said: a frame is being sent. */
static inline void
turn_in_frame(uint64_t ms)
{
	now += ms;
	slot_update(&s, now, NULL);
}

/* Nothing is under way. Returns ms to the next deadline. */
static inline uint64_t
rest(void)
{
	return pulse(now, taken, false, false);
}

static inline void
wait_for(const char *frame)
{
	greet();
	check(frame, FRAME_60);
	assert_int_equal(s.state, SESSION_WAITING);
}

static inline void
get_slot(void)
{
	slot.free = true;
	start_upload(HASH_G);
}

/* Ask for len bytes of G from start on. */
static inline void
request(uint64_t start, uint64_t len)
{
	ask_of(HASH_G, range(start, start + len), unused, unused);
	assert_int_equal(reply_len, 0);
}

/* One frame goes out whole. */
static inline void
send_frame(uint64_t max, uint64_t len)
{
	struct session_frame f;

	assert_true(session_has_frames(&s));
	assert_true(session_next_frame(&s, max, &f));
	assert_int_equal(f.range.end - f.range.start, len);
	taken += len;
	rest();
}

/* Ask for and send so many bytes of G, in ranges of a block. */
static inline void
send_bytes(uint64_t bytes)
{
	static uint64_t at;

	if (at > 4000000000)
		at = 0;
	while (bytes > 0) {
		uint64_t len = min_u64(bytes, BLOCK_SIZE);

		request(at, len);
		send_frame(len, len);
		at += len;
		bytes -= len;
	}
}

#define TEST_SLOT(f) cmocka_unit_test_setup(f, begin_with_slots)

#endif
