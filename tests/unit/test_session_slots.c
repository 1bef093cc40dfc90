/*
 * serve/session.h: slots, the queue for them, and its end, with slots that are
 * free when the test says so and a simulated clock.
 * SPDX-License-Identifier: ISC
 */
#include "frames.h"

#include "proto/msg.h"
#include "proto/opcodes.h"
#include "serve/talk/deadline.h"
#include "serve/talk/dispatch.h"
#include "serve/talk/slot.h"
#include "board/turn.h"

#include <stdio.h>

#define FRAME_60    "c50d00000060 0100 00000000000000000000"
#define FRAME_60_7  "c50d00000060 0700 00000000000000000000"
#define FRAME_57    "e30100000057"
#define FRAME_54_F1 "e31100000054" HASH_F1
#define FRAME_54_G  "e31100000054" HASH_G

static enum catalog_result
find(void *ctx, const uint8_t hash[HASH_SIZE], bool alias,
    struct catalog_file *out)
{
	static const struct {
		const char *hash;
		uint64_t size;
		uint32_t weight;
	} files[] = {
	    {HASH_F1, 300000, WEIGHT_HIGH},
	    {HASH_F2, 10000000, WEIGHT_LOW},
	    {HASH_G, UINT64_C(5000000000), WEIGHT_NORMAL},
	};

	(void)ctx;
	(void)alias;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		uint8_t bytes[HASH_SIZE];

		if (!hex_decode(bytes, files[i].hash, HASH_SIZE) ||
		    memcmp(bytes, hash, HASH_SIZE) != 0)
			continue;
		*out = (struct catalog_file){.size = files[i].size,
		    .name = "x",
		    .weight = files[i].weight};
		return CATALOG_FOUND;
	}
	return CATALOG_UNKNOWN;
}

static const struct catalog catalog = {.find = find};

/* The script: what the slots say, and what they were asked. */
static struct {
	bool free, others;
	uint16_t rank;
	uint64_t again_ms;
	bool held; /* a slot or a place */
	int n_asks, n_gives;
	uint32_t weight;
} script;

static bool
ask(void *ctx, uint32_t weight, uint64_t now_ms, uint16_t *rank,
    uint64_t *again_ms)
{
	assert_ptr_equal(ctx, &script);
	assert_true(now_ms > 0);
	script.n_asks++;
	script.weight = weight;
	script.held = true;
	*rank = script.rank;
	*again_ms = script.again_ms;
	return script.free;
}

static void
give(void *ctx, uint64_t now_ms)
{
	assert_ptr_equal(ctx, &script);
	assert_true(now_ms > 0);
	script.n_gives++;
	script.held = false;
}

static bool
others_wait(void *ctx)
{
	assert_ptr_equal(ctx, &script);
	return script.others;
}

static const struct slot_source slots = {&script, ask, give, others_wait};
static struct session_config config = {
    .self = {.port = 4662, .name = "upeer", .mod = "upeer 1.0"},
    .hello_ms = 10000,
    .idle_ms = 60000,
    .stall_ms = 30000,
    .wait_ms = 600000,
    .direct_max = 10485760,
    .slots = &slots,
};

static struct session s;
static uint64_t now, taken;
static uint8_t *reply;
static size_t reply_len;

static int
begin(void **state)
{
	(void)state;
	if (!reply)
		reply = malloc(REPLY_MAX);
	memset(&script, 0, sizeof script);
	script.rank = 1;
	script.again_ms = 100;
	config.session_ms = 0;
	config.slots = &slots;
	now = 1000000;
	taken = 0;
	session_init(&s, &config, &catalog, now);
	return reply ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	free(reply);
	return 0;
}

static const char *
say(const char *hex)
{
	struct packet p = packet_of(hex);
	struct writer w = writer_of(reply, REPLY_MAX);
	const char *name = dispatch_packet(&s, now, &p, &w);

	assert_false(w.bad);
	reply_len = w.pos;
	return name;
}

static void
check(const char *hex, const char *expected)
{
	say(hex);
	assert_hex(reply, reply_len, expected);
}

/* So much time goes by, and then it is the session's turn to say this. */
static void
turn(uint64_t ms, const char *expected)
{
	struct writer w = writer_of(reply, REPLY_MAX);

	now += ms;
	slot_update(&s, now, &w);
	assert_false(w.bad);
	assert_hex(reply, w.pos, expected);
}

/* Nothing is under way. Returns ms to the next deadline. */
static uint64_t
pulse(void)
{
	struct socket_state p = {.now_ms = now, .taken_bytes = taken};

	return deadline_check(&s, &p);
}

static void
greet(void)
{
	say(FRAME_01_AMULE);
	assert_int_equal(s.state, SESSION_READY);
}

static void
wait_for(const char *frame)
{
	greet();
	check(frame, FRAME_60);
	assert_int_equal(s.state, SESSION_WAITING);
}

static void
start_upload(void)
{
	script.free = true;
	greet();
	check(FRAME_54_G, FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

/* Ask for len bytes of G from start on. */
static void
request(uint64_t start, uint64_t len)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct packet p = {OP_EMULEPROT, OP_REQUESTPARTS_I64, bytes, 64};
	struct writer out = writer_of(reply, REPLY_MAX);

	hex_decode(put_slice(&w, HASH_SIZE), HASH_G, HASH_SIZE);
	put_u64(&w, start);
	put_u64(&w, 0);
	put_u64(&w, 0);
	put_u64(&w, start + len);
	put_u64(&w, 0);
	put_u64(&w, 0);
	dispatch_packet(&s, now, &p, &out);
	assert_int_equal(out.pos, 0);
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
	pulse();
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
	start_upload();
	assert_int_equal(script.n_asks, 1);
	assert_int_equal(script.weight, WEIGHT_NORMAL);
	/* again: it has it already, and the board learns of the weight */
	check(FRAME_54_G, FRAME_55);
	assert_int_equal(script.n_asks, 2);
	turn(100000, "");
	assert_int_equal(script.n_asks, 2);
	assert_int_equal(s.state, SESSION_UPLOADING);
}

static void
to_ask_again_does_not_prolong_a_slot(void **state)
{
	(void)state;
	start_upload();
	send_bytes(PART_SIZE);
	script.others = true;
	check(FRAME_54_G, FRAME_55);
	script.free = false;
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
	script.rank = 7;
	turn(1000, "");
	check(FRAME_54_G, FRAME_60_7);
	script.rank = 1;
	/* for another file, of other weight */
	check(FRAME_54_F1, FRAME_60);
	assert_int_equal(script.weight, WEIGHT_HIGH);
	check(FRAME_54_BARE, FRAME_60);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_int_equal(s.n_strikes, 0);
}

static void
it_is_not_asked_again_too_soon(void **state)
{
	(void)state;
	script.again_ms = 3000;
	wait_for(FRAME_54_G);
	assert_int_equal(script.n_asks, 1);
	assert_int_equal(pulse(), 3000);
	turn(2999, "");
	assert_int_equal(script.n_asks, 1);
	assert_int_equal(pulse(), 1);
	script.again_ms = 500;
	turn(1, "");
	assert_int_equal(script.n_asks, 2);
	assert_int_equal(pulse(), 500);
	turn(499, "");
	assert_int_equal(script.n_asks, 2);
	turn(1, "");
	assert_int_equal(script.n_asks, 3);
}

static void
its_turn_comes(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	turn(100, "");
	script.free = true;
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
	script.again_ms = 10000;
	wait_for(FRAME_54_G);
	script.free = true;
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
	assert_true(pulse() <= KEEP_ALIVE_MS);
}

static void
who_waits_and_says_nothing_is_idle_in_the_end(void **state)
{
	(void)state;
	script.again_ms = 10000;
	wait_for(FRAME_54_G);
	for (uint64_t ms = 0; ms < 590000; ms += 10000) {
		struct writer w = writer_of(reply, REPLY_MAX);

		now += 10000;
		slot_update(&s, now, &w);
		assert_true(pulse() > 0);
	}
	now += 9999;
	assert_int_equal(pulse(), 1);
	now += 1;
	assert_int_equal(pulse(), 0);
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(s.end, END_IDLE);
}

static void
any_frame_puts_that_off(void **state)
{
	(void)state;
	wait_for(FRAME_54_G);
	now += 599999;
	pulse();
	say(FRAME_FE);
	now += 599999;
	pulse();
	assert_int_equal(s.state, SESSION_WAITING);
	now += 1;
	pulse();
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
	assert_int_equal(script.n_gives, 1);
	assert_false(script.held);
	script.free = true;
	turn(60000, "");
	assert_int_equal(script.n_asks, 1);
	/* a place that is not there is not given back twice */
	check(FRAME_56, "");
	assert_int_equal(script.n_gives, 1);
	check(FRAME_54_G, FRAME_55);
	check(FRAME_49, "");
	assert_int_equal(script.n_gives, 2);
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
	struct socket_state p;

	(void)state;
	script.again_ms = 10000;
	wait_for(FRAME_54_G);
	p = (struct socket_state){.now_ms = now, .sending = true};
	deadline_check(&s, &p);
	p.now_ms = now += 29999;
	deadline_check(&s, &p);
	assert_int_equal(s.state, SESSION_WAITING);
	p.now_ms = now += 1;
	deadline_check(&s, &p);
	assert_int_equal(s.end, END_STALLED);
}

/* The end of a slot. */

static void
a_slot_ends_after_a_part_if_others_wait(void **state)
{
	(void)state;
	start_upload();
	send_bytes(PART_SIZE - 1);
	script.others = true;
	turn(0, "");
	send_bytes(1);
	script.free = false;
	turn(0, FRAME_57);
	assert_int_equal(s.state, SESSION_WAITING);
	assert_int_equal(script.n_gives, 1);
	assert_int_equal(script.n_asks, 2);
	assert_false(session_has_frames(&s));
	script.free = true;
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
	start_upload();
	send_bytes(3 * PART_SIZE);
	turn(2 * SLOT_MS, "");
	assert_int_equal(s.state, SESSION_UPLOADING);
	script.others = true;
	script.free = false;
	turn(0, FRAME_57);
}

static void
a_slot_that_is_free_again_goes_on_as_another(void **state)
{
	(void)state;
	start_upload();
	send_bytes(PART_SIZE);
	script.others = true;
	turn(0, FRAME_57 FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
	assert_int_equal(script.n_gives, 1);
	turn(0, "");
	send_bytes(1000);
}

static void
a_slot_ends_between_two_ranges_only(void **state)
{
	(void)state;
	start_upload();
	send_bytes(PART_SIZE);
	request(UINT64_C(4100000000), BLOCK_SIZE);
	request(UINT64_C(4200000000), BLOCK_SIZE);
	send_frame(10240, 10240);
	script.others = true;
	script.free = false;
	turn(0, "");
	send_frame(BLOCK_SIZE, BLOCK_SIZE - 10240);
	/* the second, not begun, is dropped; the peer asks for it again */
	turn(0, FRAME_57);
	assert_false(session_has_frames(&s));
	script.free = true;
	turn(100, FRAME_55);
	request(UINT64_C(4100000000), BLOCK_SIZE);
	send_frame(BLOCK_SIZE, BLOCK_SIZE);
	request(UINT64_C(4200000000), BLOCK_SIZE);
	send_frame(BLOCK_SIZE, BLOCK_SIZE);
}

static void
a_slot_ends_after_an_hour(void **state)
{
	(void)state;
	start_upload();
	script.others = true;
	for (int i = 0; i < 359; i++) {
		now += 10000;
		send_bytes(1000);
	}
	turn(9999, "");
	script.free = false;
	turn(1, FRAME_57);
}

static void
a_slot_that_is_not_used_ends(void **state)
{
	(void)state;
	start_upload();
	script.others = true;
	script.free = false;
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
	start_upload();
	script.others = true;
	send_bytes(10240);
	for (int i = 0; i < 10; i++) {
		now += 20000;
		taken++; /* the kernel still has some of it */
		pulse();
		turn(0, "");
	}
	/* neither is a queue with ranges in it unused */
	request(0, BLOCK_SIZE);
	turn(2 * SLOT_IDLE_MS, "");
}

/* Direct clients. */

static const char *
direct(uint64_t start, uint64_t end_byte)
{
	static char hex[2 * DATA_HEADER_MAX + 64];
	char *at = hex + snprintf(hex, sizeof hex, "e32100000047" HASH_F2);

	for (int i = 0; i < 8; i++, start >>= 8)
		at += snprintf(at, 3, "%02x", (unsigned)(start & 0xFF));
	for (int i = 0; i < 8; i++, end_byte >>= 8)
		at += snprintf(at, 3, "%02x", (unsigned)(end_byte & 0xFF));
	return hex;
}

static void
a_direct_client_with_a_slot_is_served_at_once(void **state)
{
	(void)state;
	script.free = true;
	check(direct(0, 5000), "");
	assert_int_equal(script.n_asks, 1);
	assert_int_equal(script.weight, WEIGHT_LOW);
	send_frame(100, 5000);
	check(direct(5000, 6000), "");
	assert_int_equal(script.n_asks, 1);
	send_frame(100, 1000);
}

static void
a_direct_client_is_held_until_its_turn(void **state)
{
	struct session_frame f;

	(void)state;
	check(direct(0, 5000), "");
	assert_int_equal(s.state, SESSION_DIRECT);
	assert_false(session_has_frames(&s));
	assert_false(session_next_frame(&s, 100, &f));
	check(direct(5000, 6000), "");
	assert_int_equal(script.n_asks, 1);
	assert_int_equal(pulse(), 100);
	turn(100, "");
	assert_int_equal(script.n_asks, 2);
	script.free = true;
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
	script.again_ms = 10000;
	check(direct(0, 5000), "");
	turn(DIRECT_WAIT_MS - 1, "");
	pulse();
	assert_int_equal(s.state, SESSION_DIRECT);
	turn(1, "");
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(s.end, END_BUSY);
}

static void
a_direct_client_that_is_sent_away_asks_for_no_slot(void **state)
{
	(void)state;
	check(direct(0, 10000001), "");
	assert_int_equal(s.state, SESSION_ENDED);
	assert_int_equal(script.n_asks, 0);
	begin(NULL);
	check(direct(0, 5000), "");
	assert_int_equal(script.n_asks, 1);
	check(direct(0, 10000001), "");
	assert_int_equal(s.state, SESSION_ENDED);
	turn(100, "");
	assert_int_equal(script.n_asks, 1);
}

static void
a_direct_client_does_not_lose_what_it_asked_for(void **state)
{
	(void)state;
	script.free = true;
	check(direct(0, PART_SIZE), "");
	check(direct(PART_SIZE, PART_SIZE + 1000), "");
	send_frame(100, PART_SIZE);
	script.others = true;
	script.free = false;
	turn(0, "");
	assert_int_equal(script.n_gives, 1);
	assert_false(session_has_frames(&s));
	assert_int_equal(s.state, SESSION_DIRECT);
	script.free = true;
	turn(100, "");
	send_frame(100, 1000);
}

static void
a_direct_client_that_asks_for_nothing_loses_its_slot(void **state)
{
	(void)state;
	script.free = true;
	check(direct(0, 1000), "");
	send_frame(100, 1000);
	script.others = true;
	turn(SLOT_IDLE_MS, "");
	assert_int_equal(script.n_gives, 1);
	assert_false(script.held);
	turn(SLOT_IDLE_MS - 1, "");
	assert_int_equal(script.n_asks, 1);
	/* and asks for one with the next */
	script.free = false;
	check(direct(0, 1000), "");
	assert_int_equal(script.n_asks, 2);
	assert_false(session_has_frames(&s));
	script.free = true;
	turn(100, "");
	send_frame(100, 1000);
}

/* All of it. */

static void
check_time_up(void)
{
	now = 1000000 + 7199999;
	assert_true(pulse() <= 1);
	assert_int_not_equal(s.state, SESSION_ENDED);
	now++;
	assert_int_equal(pulse(), 0);
	assert_int_equal(s.end, END_TIME_UP);
}

static void
a_session_ends_when_its_time_is_up(void **state)
{
	(void)state;
	config.session_ms = 7200000;
	start_upload();
	now += 7199000;
	say(FRAME_FE);
	check_time_up();
	begin(state);
	config.session_ms = 7200000;
	wait_for(FRAME_54_G);
	now += 7199000;
	say(FRAME_FE);
	check_time_up();
	/* before hello, too, whose deadline may be further off */
	begin(state);
	config.session_ms = 5000;
	now += 4999;
	assert_int_equal(pulse(), 1);
	now++;
	assert_int_equal(pulse(), 0);
	assert_int_equal(s.end, END_TIME_UP);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, begin)
	const struct CMUnitTest tests[] = {
	    TEST(a_free_slot_is_granted_at_once),
	    TEST(to_ask_again_does_not_prolong_a_slot),
	    TEST(without_slots_one_is_always_free),
	    TEST(each_request_gets_one_rank),
	    TEST(it_is_not_asked_again_too_soon),
	    TEST(its_turn_comes),
	    TEST(a_request_is_a_look_too),
	    TEST(who_waits_hears_from_us),
	    TEST(who_waits_and_says_nothing_is_idle_in_the_end),
	    TEST(any_frame_puts_that_off),
	    TEST(parts_asked_for_while_waiting_are_a_strike),
	    TEST(who_cancels_gives_its_place_back),
	    TEST(questions_are_answered_while_waiting),
	    TEST(a_waiting_peer_that_takes_nothing_is_stalled),
	    TEST(a_slot_ends_after_a_part_if_others_wait),
	    TEST(nobody_else_waits_and_it_goes_on),
	    TEST(a_slot_that_is_free_again_goes_on_as_another),
	    TEST(a_slot_ends_between_two_ranges_only),
	    TEST(a_slot_ends_after_an_hour),
	    TEST(a_slot_that_is_not_used_ends),
	    TEST(what_is_slowly_taken_is_used),
	    TEST(a_direct_client_with_a_slot_is_served_at_once),
	    TEST(a_direct_client_is_held_until_its_turn),
	    TEST(a_direct_client_waits_so_long_only),
	    TEST(a_direct_client_that_is_sent_away_asks_for_no_slot),
	    TEST(a_direct_client_does_not_lose_what_it_asked_for),
	    TEST(a_direct_client_that_asks_for_nothing_loses_its_slot),
	    TEST(a_session_ends_when_its_time_is_up),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
