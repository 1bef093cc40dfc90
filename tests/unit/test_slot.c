/*
 * serve/talk/slot.h: slots, the queue for them, and their end, with slots that
 * are free when the test says so.
 * SPDX-License-Identifier: ISC
 */
#include "session_rig.h"

#include "serve/talk/slot.h"

#define FRAME_60    "c50d00000060 0100 00000000000000000000"
#define FRAME_60_7  "c50d00000060 0700 00000000000000000000"
#define FRAME_57    "e30100000057"
#define FRAME_54_F1 "e31100000054" HASH_F1
#define FRAME_54_G  "e31100000054" HASH_G

static uint64_t taken; /* bytes, by the peer */

static int
begin_with_slots(void **state)
{
	taken = 0;
	config.slots = &slots;
	return begin(state);
}

/* So much time goes by, and then it is the session's turn to say this. */
static void
turn(uint64_t ms, const char *expected)
{
	struct writer w = writer_of(reply, sizeof reply);

	now += ms;
	slot_update(&s, now, &w);
	assert_false(w.bad);
	assert_hex(reply, w.pos, expected);
}

/* Nothing is under way. Returns ms to the next deadline. */
static uint64_t
rest(void)
{
	return pulse(now, taken, false, false);
}

static void
wait_for(const char *frame)
{
	greet();
	check(frame, FRAME_60);
	assert_int_equal(s.state, SESSION_WAITING);
}

static void
get_slot(void)
{
	slot.free = true;
	start_upload(HASH_G);
}

/* Ask for len bytes of G from start on. */
static void
request(uint64_t start, uint64_t len)
{
	ask_of(HASH_G, range(start, start + len), unused, unused);
	assert_int_equal(reply_len, 0);
}

/* One frame goes out whole. */
static void
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
static void
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

/* The way to a slot. */

static void
a_free_slot_is_granted_at_once(void **state)
{
	(void)state;
	get_slot();
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(slot.weight, WEIGHT_NORMAL);
	/* again: it has it already, and the board learns of the weight */
	check(FRAME_54_G, FRAME_55);
	assert_int_equal(slot.n_asks, 2);
	turn(100000, "");
	assert_int_equal(slot.n_asks, 2);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
to_ask_again_does_not_prolong_a_slot(void **state)
{
	(void)state;
	get_slot();
	send_bytes(PART_SIZE);
	slot.others = true;
	check(FRAME_54_G, FRAME_55);
	slot.free = false;
	turn(0, FRAME_57);
}

static void
without_slots_one_is_always_free(void **state)
{
	(void)state;
	config.slots = NULL;
	greet();
	check(FRAME_54_G, FRAME_55);
	send_bytes(2 * PART_SIZE);
	turn(2 * SLOT_MS, "");
	check(FRAME_56, "");
	check(FRAME_54_G, FRAME_55);
}

static void
each_request_gets_one_rank(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	turn(0, "");
	turn(50, "");
	turn(50, "");
	slot.rank = 7;
	turn(1000, "");
	check(FRAME_54_G, FRAME_60_7);
	slot.rank = 1;
	/* for another file, of other weight */
	check(FRAME_54_F1, FRAME_60);
	assert_int_equal(slot.weight, WEIGHT_HIGH);
	check(FRAME_54_BARE, FRAME_60);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_int_equal(s.n_strikes, 0);
}

static void
it_is_not_asked_again_too_soon(void **state)
{
	(void)state;
	slot.again_ms = 3000;
	wait_for(FRAME_54_G);
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(rest(), 3000);
	turn(2999, "");
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(rest(), 1);
	slot.again_ms = 500;
	turn(1, "");
	assert_int_equal(slot.n_asks, 2);
	assert_int_equal(rest(), 500);
	turn(499, "");
	assert_int_equal(slot.n_asks, 2);
	turn(1, "");
	assert_int_equal(slot.n_asks, 3);
}

static void
its_turn_comes(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	turn(100, "");
	slot.free = true;
	turn(50, "");
	turn(50, FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
	turn(100, "");
	send_bytes(1000);
	assert_int_equal(s.n_strikes, 0);
}

static void
a_request_is_a_look_too(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	wait_for(FRAME_54_G);
	slot.free = true;
	now += 10;
	check(FRAME_54_G, FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

/* While it waits. */

static void
who_waits_hears_from_us(void **state)
{
	(void)state;
	wait_for(FRAME_54_F1);
	turn(KEEP_ALIVE_MS - 1, "");
	turn(1, "e3110000005b" HASH_F1);
	turn(1, "");
	turn(KEEP_ALIVE_MS - 2, "");
	turn(1, "e3110000005b" HASH_F1);
	/* the rank is as good */
	now += 10000;
	check(FRAME_54_F1, FRAME_60);
	turn(KEEP_ALIVE_MS - 1, "");
	turn(1, "e3110000005b" HASH_F1);
	/* and all the time at most 40 s go by without a byte */
	assert_true(rest() <= KEEP_ALIVE_MS);
}

static void
who_waits_and_says_nothing_is_idle_in_the_end(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	wait_for(FRAME_54_G);
	for (uint64_t ms = 0; ms < 590000; ms += 10000) {
		struct writer w = writer_of(reply, sizeof reply);

		now += 10000;
		slot_update(&s, now, &w);
		assert_true(rest() > 0);
	}
	now += 9999;
	assert_int_equal(rest(), 1);
	now += 1;
	assert_int_equal(rest(), 0);
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(s.end, END_IDLE);
}

static void
any_frame_puts_that_off(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	now += 599999;
	rest();
	say(FRAME_FE);
	now += 599999;
	rest();
	assert_int_equal(s.state, SESSION_WAITING);
	now += 1;
	rest();
	assert_int_equal(s.end, END_IDLE);
}

static void
parts_asked_for_while_waiting_are_a_strike(void **state)
{
	(void)state;
	wait_for(FRAME_54_F1);
	check(FRAME_47, "");
	assert_int_equal(s.n_strikes, 1);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_false(session_has_frames(&s));
	check(FRAME_A3, "");
	assert_int_equal(s.n_strikes, 2);
}

static void
who_cancels_gives_its_place_back(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	check(FRAME_56, "");
	assert_int_equal(s.state, SESSION_READY);
	assert_int_equal(slot.n_gives, 1);
	assert_false(slot.held);
	slot.free = true;
	turn(60000, "");
	assert_int_equal(slot.n_asks, 1);
	/* a place that is not there is not given back twice */
	check(FRAME_56, "");
	assert_int_equal(slot.n_gives, 1);
	check(FRAME_54_G, FRAME_55);
	check(FRAME_49, "");
	assert_int_equal(slot.n_gives, 2);
	assert_int_equal(s.state, SESSION_READY);
}

static void
questions_are_answered_while_waiting(void **state)
{
	(void)state;
	wait_for(FRAME_54_F1);
	check(FRAME_FE, FRAME_FE_OURS);
	assert_string_equal(say(FRAME_01_AMULE), "HELLO");
	assert_int_equal(s.state, SESSION_WAITING);
	assert_string_equal(say(FRAME_58_V1), "REQUESTFILENAME");
	assert_true(reply_len > 0);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_int_equal(s.n_strikes, 0);
}

static void
a_waiting_peer_that_takes_nothing_is_stalled(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	wait_for(FRAME_54_G);
	pulse(now, 0, true, false);
	pulse(now + 29999, 0, true, false);
	assert_int_equal(s.state, SESSION_WAITING);
	pulse(now + 30000, 0, true, false);
	assert_int_equal(s.end, END_STALLED);
}

/* The end of a slot. */

static void
a_slot_ends_after_a_part_if_others_wait(void **state)
{
	(void)state;
	get_slot();
	send_bytes(PART_SIZE - 1);
	slot.others = true;
	turn(0, "");
	send_bytes(1);
	slot.free = false;
	turn(0, FRAME_57);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_int_equal(slot.n_gives, 1);
	assert_int_equal(slot.n_asks, 2);
	assert_false(session_has_frames(&s));
	slot.free = true;
	turn(100, FRAME_55);
	/* and the next begins from nothing */
	send_bytes(PART_SIZE - 1);
	turn(0, "");
	assert_int_equal(s.n_strikes, 0);
}

static void
nobody_else_waits_and_it_goes_on(void **state)
{
	(void)state;
	get_slot();
	send_bytes(3 * PART_SIZE);
	turn(2 * SLOT_MS, "");
	assert_int_equal(s.state, SESSION_UPLOADING);
	slot.others = true;
	slot.free = false;
	turn(0, FRAME_57);
}

static void
a_slot_that_is_free_again_goes_on_as_another(void **state)
{
	(void)state;
	get_slot();
	send_bytes(PART_SIZE);
	slot.others = true;
	turn(0, FRAME_57 FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
	assert_int_equal(slot.n_gives, 1);
	turn(0, "");
	send_bytes(1000);
}

static void
a_slot_ends_in_the_middle_of_a_range(void **state)
{
	(void)state;
	get_slot();
	send_bytes(PART_SIZE - 10240);
	request(UINT64_C(4100000000), BLOCK_SIZE);
	request(UINT64_C(4200000000), BLOCK_SIZE);
	slot.others = true;
	slot.free = false;
	turn(0, "");
	send_frame(10240, 10240);
	/* what is left is dropped; the peer asks for it again */
	turn(0, FRAME_57);
	assert_false(session_has_frames(&s));
	slot.free = true;
	turn(100, FRAME_55);
	request(UINT64_C(4100010240), BLOCK_SIZE - 10240);
	send_frame(BLOCK_SIZE, BLOCK_SIZE - 10240);
	request(UINT64_C(4200000000), BLOCK_SIZE);
	send_frame(BLOCK_SIZE, BLOCK_SIZE);
}

static void
a_slot_ends_after_an_hour(void **state)
{
	(void)state;
	get_slot();
	slot.others = true;
	for (int i = 0; i < 359; i++) {
		now += 10000;
		send_bytes(1000);
	}
	turn(9999, "");
	slot.free = false;
	turn(1, FRAME_57);
}

/* So much time goes by, and nothing can be said: a frame is being sent. */
static void
turn_in_frame(uint64_t ms)
{
	now += ms;
	slot_update(&s, now, NULL);
}

static void
a_slot_ends_after_an_hour_in_the_middle_of_a_frame(void **state)
{
	(void)state;
	get_slot();
	request(0, BLOCK_SIZE);
	request(BLOCK_SIZE, BLOCK_SIZE);
	send_frame(BLOCK_SIZE, BLOCK_SIZE);
	turn_in_frame(SLOT_MS);
	assert_int_equal(slot.n_gives, 0); /* nobody waits for it */
	slot.others = true;
	slot.free = false;
	turn_in_frame(0);
	assert_int_equal(slot.n_gives, 1);
	assert_false(slot.held);
	turn_in_frame(1000);
	assert_int_equal(slot.n_gives, 1);
	/* the frame is out: no other one follows, and the peer is told */
	check_no_frame();
	turn(0, FRAME_57);
	assert_int_equal(slot.n_gives, 1);
	assert_int_equal(s.state, SESSION_WAITING);
	slot.free = true;
	turn(100, FRAME_55);
	request(BLOCK_SIZE, BLOCK_SIZE);
	send_frame(BLOCK_SIZE, BLOCK_SIZE);
}

static void
within_its_hour_a_slot_does_not_end_inside_a_frame(void **state)
{
	(void)state;
	get_slot();
	send_bytes(2 * PART_SIZE);
	slot.others = true;
	turn_in_frame(SLOT_MS - 1);
	assert_int_equal(slot.n_gives, 0);
	turn_in_frame(1);
	assert_int_equal(slot.n_gives, 1);
}

static void
a_peer_that_had_nothing_to_say_in_its_slot_may_wait(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	get_slot();
	request(0, RANGE_MAX); /* at 150 bytes a second an hour's worth */
	slot.others = true;
	slot.free = false;
	now += SLOT_MS;
	send_frame(10240, 10240);
	turn(0, FRAME_57);
	assert_int_equal(rest(), 10000);
	now += 599999;
	assert_true(rest() <= 1);
	assert_int_equal(s.state, SESSION_WAITING);
	now++;
	rest();
	assert_int_equal(s.end, END_IDLE);
}

static void
a_slot_that_is_not_used_ends(void **state)
{
	(void)state;
	get_slot();
	slot.others = true;
	slot.free = false;
	turn(SLOT_IDLE_MS - 1, "");
	send_bytes(1000);
	turn(SLOT_IDLE_MS - 1, "");
	turn(1, FRAME_57);
	assert_int_equal(s.state, SESSION_WAITING);
}

static void
what_is_slowly_taken_is_used(void **state)
{
	(void)state;
	get_slot();
	slot.others = true;
	request(0, BLOCK_SIZE);
	check_frame(BLOCK_SIZE, 0, BLOCK_SIZE);
	for (int i = 0; i < 10; i++) {
		now += 20000;
		taken += 70000; /* the kernel still has some of it */
		pulse(now, taken, true, false);
		turn(0, "");
	}
	/* neither is a queue with ranges in it unused */
	request(BLOCK_SIZE, BLOCK_SIZE);
	turn(2 * SLOT_IDLE_MS, "");
}

/* Say this every 20 s; the slot must end as if nothing was said. */
static void
check_is_no_use(const char *frame)
{
	begin_with_slots(NULL);
	get_slot();
	slot.others = true;
	slot.free = false;
	send_bytes(1000);
	for (int i = 0; i < 2; i++) {
		turn(15000 - (uint64_t)i, "");
		say(frame);
		taken += reply_len;
		pulse(now, taken, reply_len > 0, false);
		rest();
	}
	turn(1, FRAME_57);
}

static void
only_requests_for_data_use_a_slot(void **state)
{
	(void)state;
	check_is_no_use(FRAME_5B);             /* ignored */
	check_is_no_use("c5010000007f");       /* unknown */
	check_is_no_use(FRAME_58_V0);          /* answered */
	check_is_no_use(FRAME_54_G);           /* this, too */
	check_is_no_use("e32900000047" HASH_F1 /* past the end */
			"f0930400 00000000 00000000"
			"f1930400 00000000 00000000");
}

/* A peer that loads a file over and over. */

/* Ask for and send so many bytes of a file of one part, from its start on. */
static void
load_part(uint64_t bytes)
{
	while (bytes > 0) {
		uint64_t len = min_u64(RANGE_MAX, bytes);

		ask_of(HASH_PART, range(0, len), unused, unused);
		send_frame(UINT64_MAX, len);
		check(with_hash("54", HASH_PART), FRAME_55);
		bytes -= len;
	}
}

static void
begin_part(void)
{
	slot.free = true;
	start_upload(HASH_PART);
}

static void
who_loads_a_file_for_ever_is_sent_it_three_times(void **state)
{
	int n_asks;

	(void)state;
	begin_part();
	load_part(3 * PART_SIZE);
	turn(0, "");
	assert_int_equal(s.state, SESSION_UPLOADING);
	load_part(1);
	/* though slots are free, and nobody waits */
	n_asks = slot.n_asks;
	turn(0, FRAME_57);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_false(slot.held);
	check(with_hash("54", HASH_PART),
	    "c50d00000060 ffff 00000000000000000000");
	turn(100, "");
	turn(1000, "");
	/* the peer stays connected */
	turn(KEEP_ALIVE_MS - 1100, "e3110000005b" HASH_PART);
	check(FRAME_56, "");
	check(with_hash("54", HASH_PART),
	    "c50d00000060 ffff 00000000000000000000");
	assert_int_equal(slot.n_asks, n_asks);
	/* another file is another matter */
	check(FRAME_54_G, FRAME_55);
	check(FRAME_56, "");
	/* and an hour later it may try again */
	now += REPEATED_MS;
	check(with_hash("54", HASH_PART), FRAME_55);
	load_part(3 * PART_SIZE);
	turn(0, "");
	load_part(1);
	turn(0, FRAME_57);
}

static void
without_slots_the_same_is_so(void **state)
{
	(void)state;
	config.slots = NULL;
	start_upload(HASH_PART);
	load_part(3 * PART_SIZE + 1);
	turn(0, FRAME_57);
	check(with_hash("54", HASH_PART),
	    "c50d00000060 ffff 00000000000000000000");
}

static void
a_small_file_may_be_loaded_more_often(void **state)
{
	(void)state;
	slot.free = true;
	start_upload(HASH_F1);
	for (uint64_t sent = 0; sent <= PART_SIZE; sent += SAMPLE_F1_SIZE) {
		turn(0, "");
		check(with_hash("54", HASH_F1), FRAME_55);
		ask_of(HASH_F1, range(0, SAMPLE_F1_SIZE), unused, unused);
		send_frame(UINT64_MAX, SAMPLE_F1_SIZE);
	}
	turn(0, FRAME_57);
}

static void
who_loads_files_in_turn_is_not_held(void **state)
{
	(void)state;
	begin_part();
	for (int i = 0; i < 5; i++) {
		load_part(2 * PART_SIZE);
		ask_of(HASH_F1, range(0, SAMPLE_F1_SIZE), unused, unused);
		send_frame(UINT64_MAX, SAMPLE_F1_SIZE);
		turn(0, "");
	}
}

/* Direct clients. */

static void
ask_directly(uint64_t start, uint64_t end)
{
	direct(HASH_F2, start, end);
	assert_int_equal(reply_len, 0);
}

static void
a_direct_client_with_a_slot_is_served_at_once(void **state)
{
	(void)state;
	slot.free = true;
	ask_directly(0, 5000);
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(slot.weight, WEIGHT_LOW);
	send_frame(100, 5000);
	ask_directly(5000, 6000);
	assert_int_equal(slot.n_asks, 1);
	send_frame(100, 1000);
}

static void
a_direct_client_is_held_until_its_turn(void **state)
{
	struct session_frame f;

	(void)state;
	ask_directly(0, 5000);
	assert_int_equal(s.state, SESSION_DIRECT);
	assert_false(session_has_frames(&s));
	assert_false(session_next_frame(&s, 100, &f));
	ask_directly(5000, 6000);
	assert_int_equal(slot.n_asks, 1);
	assert_int_equal(rest(), 100);
	turn(100, "");
	assert_int_equal(slot.n_asks, 2);
	slot.free = true;
	turn(99, "");
	assert_false(session_has_frames(&s));
	turn(1, "");
	send_frame(100, 5000);
	send_frame(100, 1000);
	assert_int_equal(s.state, SESSION_DIRECT);
}

static void
a_direct_client_waits_so_long_only(void **state)
{
	(void)state;
	slot.again_ms = 10000;
	ask_directly(0, 5000);
	turn(DIRECT_WAIT_MS - 1, "");
	rest();
	assert_int_equal(s.state, SESSION_DIRECT);
	turn(1, "");
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(s.end, END_BUSY);
}

static void
a_direct_client_that_is_sent_away_asks_for_no_slot(void **state)
{
	(void)state;
	ask_directly(0, 10000001);
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(slot.n_asks, 0);
	begin_with_slots(NULL);
	ask_directly(0, 5000);
	assert_int_equal(slot.n_asks, 1);
	ask_directly(0, 10000001);
	assert_int_equal(s.state, SESSION_ENDED);
	turn(100, "");
	assert_int_equal(slot.n_asks, 1);
}

static void
a_direct_client_does_not_lose_what_it_asked_for(void **state)
{
	(void)state;
	slot.free = true;
	ask_directly(0, PART_SIZE);
	ask_directly(PART_SIZE, PART_SIZE + 1000);
	send_frame(100, PART_SIZE);
	slot.others = true;
	slot.free = false;
	turn(0, "");
	assert_int_equal(slot.n_gives, 1);
	assert_false(session_has_frames(&s));
	assert_int_equal(s.state, SESSION_DIRECT);
	slot.free = true;
	turn(100, "");
	send_frame(100, 1000);
}

static void
a_slow_direct_client_has_its_slot_for_an_hour(void **state)
{
	(void)state;
	slot.free = true;
	ask_directly(0, 9000000);
	ask_directly(9000000, 9001000);
	send_frame(100, 9000000);
	slot.others = true;
	turn_in_frame(SLOT_MS - 1);
	assert_int_equal(slot.n_gives, 0);
	turn_in_frame(1);
	assert_int_equal(slot.n_gives, 1);
	slot.free = false;
	/* its answer goes on, however long that takes */
	for (int i = 0; i < 10; i++) {
		turn_in_frame(SLOT_MS / 10);
		taken += 700000;
		assert_true(pulse(now, taken, true, false) > 0);
	}
	assert_int_equal(slot.n_asks, 1);
	/* and then it waits for the next one */
	check_no_frame();
	turn(0, "");
	assert_int_equal(slot.n_asks, 2);
	turn(DIRECT_WAIT_MS - 1, "");
	assert_int_equal(s.state, SESSION_DIRECT);
	slot.free = true;
	turn(100, "");
	send_frame(100, 1000);
}

static void
a_direct_client_that_asks_for_nothing_loses_its_slot(void **state)
{
	(void)state;
	slot.free = true;
	ask_directly(0, 1000);
	send_frame(100, 1000);
	slot.others = true;
	turn(SLOT_IDLE_MS, "");
	assert_int_equal(slot.n_gives, 1);
	assert_false(slot.held);
	turn(SLOT_IDLE_MS - 1, "");
	assert_int_equal(slot.n_asks, 1);
	/* and asks for one with the next */
	slot.free = false;
	ask_directly(0, 1000);
	assert_int_equal(slot.n_asks, 2);
	assert_false(session_has_frames(&s));
	slot.free = true;
	turn(100, "");
	send_frame(100, 1000);
}

/* All of it. */

static void
check_time_up(void)
{
	now = 1000000 + 7199999;
	assert_true(rest() <= 1);
	assert_int_not_equal(s.state, SESSION_ENDED);
	now++;
	assert_int_equal(rest(), 0);
	assert_int_equal(s.end, END_TIME_UP);
}

static void
a_session_ends_when_its_time_is_up(void **state)
{
	(void)state;
	config.session_ms = 7200000;
	get_slot();
	now += 7199000;
	say(FRAME_FE);
	check_time_up();
	begin_with_slots(state);
	config.session_ms = 7200000;
	wait_for(FRAME_54_G);
	now += 7199000;
	say(FRAME_FE);
	check_time_up();
	/* before hello, too, whose deadline may be further off */
	begin_with_slots(state);
	config.session_ms = 5000;
	now += 4999;
	assert_int_equal(rest(), 1);
	now++;
	assert_int_equal(rest(), 0);
	assert_int_equal(s.end, END_TIME_UP);
}

#define TEST_SLOT(f) cmocka_unit_test_setup(f, begin_with_slots)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_SLOT(a_free_slot_is_granted_at_once),
	    TEST_SLOT(to_ask_again_does_not_prolong_a_slot),
	    TEST_SLOT(without_slots_one_is_always_free),
	    TEST_SLOT(each_request_gets_one_rank),
	    TEST_SLOT(it_is_not_asked_again_too_soon),
	    TEST_SLOT(its_turn_comes),
	    TEST_SLOT(a_request_is_a_look_too),
	    TEST_SLOT(who_waits_hears_from_us),
	    TEST_SLOT(who_waits_and_says_nothing_is_idle_in_the_end),
	    TEST_SLOT(any_frame_puts_that_off),
	    TEST_SLOT(parts_asked_for_while_waiting_are_a_strike),
	    TEST_SLOT(who_cancels_gives_its_place_back),
	    TEST_SLOT(questions_are_answered_while_waiting),
	    TEST_SLOT(a_waiting_peer_that_takes_nothing_is_stalled),
	    TEST_SLOT(a_slot_ends_after_a_part_if_others_wait),
	    TEST_SLOT(nobody_else_waits_and_it_goes_on),
	    TEST_SLOT(a_slot_that_is_free_again_goes_on_as_another),
	    TEST_SLOT(a_slot_ends_in_the_middle_of_a_range),
	    TEST_SLOT(a_slot_ends_after_an_hour),
	    TEST_SLOT(a_slot_ends_after_an_hour_in_the_middle_of_a_frame),
	    TEST_SLOT(within_its_hour_a_slot_does_not_end_inside_a_frame),
	    TEST_SLOT(a_peer_that_had_nothing_to_say_in_its_slot_may_wait),
	    TEST_SLOT(a_slot_that_is_not_used_ends),
	    TEST_SLOT(what_is_slowly_taken_is_used),
	    TEST_SLOT(only_requests_for_data_use_a_slot),
	    TEST_SLOT(who_loads_a_file_for_ever_is_sent_it_three_times),
	    TEST_SLOT(without_slots_the_same_is_so),
	    TEST_SLOT(a_small_file_may_be_loaded_more_often),
	    TEST_SLOT(who_loads_files_in_turn_is_not_held),
	    TEST_SLOT(a_direct_client_with_a_slot_is_served_at_once),
	    TEST_SLOT(a_direct_client_is_held_until_its_turn),
	    TEST_SLOT(a_direct_client_waits_so_long_only),
	    TEST_SLOT(a_direct_client_that_is_sent_away_asks_for_no_slot),
	    TEST_SLOT(a_direct_client_does_not_lose_what_it_asked_for),
	    TEST_SLOT(a_slow_direct_client_has_its_slot_for_an_hour),
	    TEST_SLOT(a_direct_client_that_asks_for_nothing_loses_its_slot),
	    TEST_SLOT(a_session_ends_when_its_time_is_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
