/*
 * serve/talk/slot.h: when a slot ends, and who gets none for a while.
 * SPDX-License-Identifier: ISC
 */
#include "slot_rig.h"

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
a_session_that_ends_inside_a_frame_says_nothing_more(void **state)
{
	(void)state;
	get_slot();
	request(0, BLOCK_SIZE);
	send_frame(BLOCK_SIZE, BLOCK_SIZE);
	slot.others = true;
	turn_in_frame(SLOT_MS);
	assert_int_equal(slot.n_gives, 1);
	session_stop(&s, END_STALLED);
	turn(0, "");
	turn_in_frame(0);
	assert_int_equal(slot.n_gives, 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_SLOT(a_slot_ends_after_a_part_if_others_wait),
	    TEST_SLOT(nobody_else_waits_and_it_goes_on),
	    TEST_SLOT(a_slot_that_is_free_again_goes_on_as_another),
	    TEST_SLOT(a_slot_ends_in_the_middle_of_a_range),
	    TEST_SLOT(a_slot_ends_after_an_hour),
	    TEST_SLOT(a_slot_ends_after_an_hour_in_the_middle_of_a_frame),
	    TEST_SLOT(a_session_that_ends_inside_a_frame_says_nothing_more),
	    TEST_SLOT(within_its_hour_a_slot_does_not_end_inside_a_frame),
	    TEST_SLOT(a_peer_that_had_nothing_to_say_in_its_slot_may_wait),
	    TEST_SLOT(a_slot_that_is_not_used_ends),
	    TEST_SLOT(what_is_slowly_taken_is_used),
	    TEST_SLOT(only_requests_for_data_use_a_slot),
	    TEST_SLOT(who_loads_a_file_for_ever_is_sent_it_three_times),
	    TEST_SLOT(without_slots_the_same_is_so),
	    TEST_SLOT(a_small_file_may_be_loaded_more_often),
	    TEST_SLOT(who_loads_files_in_turn_is_not_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
