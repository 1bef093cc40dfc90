/*
 * serve/talk/answer.h: bundles, identifiers, hash sets by them, comments, by
 * golden bytes. Questions in a message of their own are in test_answer.c.
 * SPDX-License-Identifier: ISC
 */
#include "session_rig.h"

#define SIZE_F2 "8096980000000000" /* 10,000,000 */
#define ID_F2   "07" HASH_F2 SIZE_F2 SAMPLE_F2_ROOT

static void
a_bundle_is_answered_in_the_order_asked(void **state)
{
	(void)state;
	say("c51900000092" HASH_F2 "58020000 07004f9e");
	expect("c53600000093" HASH_F2
	       "590a004269676765722e62696e 500000 9d" SAMPLE_F2_ROOT);
	say("c524000000a4" HASH_F2 SIZE_F2 "9e 83040000 4f 58000000 00");
	/* the last byte but one begins no question we know: an odd byte */
	expect("c536000000"
	       "93" HASH_F2 "9d" SAMPLE_F2_ROOT
	       "500000 590a004269676765722e62696e");
}

static void
a_bundle_by_identifier_is_answered_by_identifier(void **state)
{
	(void)state;
	say("c521000000a903" HASH_F2 SIZE_F2 "5802000007004f");
	expect("c53e000000b0" ID_F2 "590a004269676765722e62696e500000");
	/* the root is in the identifier: not told twice */
	say("c51d000000a903" HASH_F2 SIZE_F2 "9e81 4f");
	expect("c531000000b0" ID_F2 "500000");
}

static void
a_file_without_aich_has_no_root_to_tell(void **state)
{
	(void)state;
	say("c51300000092" HASH_F1 "9e4f");
	expect("c51400000093" HASH_F1 "500000");
	say("c51200000092" HASH_F1 "9e");
	assert_int_equal(reply_len, 0);
}

static void
what_contradicts_the_file_is_refused(void **state)
{
	(void)state;
	say("c51a000000a4" HASH_F2 "8196980000000000 4f");
	expect("e31100000048" HASH_F2);
	say("c51b000000a903" HASH_F2 "0000000000000000 4f");
	expect("e31100000048" HASH_F2);
	say("c527000000a905" HASH_F2
	    "00000000000000000000000000000000000000ff 4f");
	expect("e31100000048" HASH_F2);
	say("c51200000092" HASH_NONE "4f");
	expect("e31100000048" HASH_NONE);
	assert_int_equal(s.state, SESSION_READY);
}

static void
an_unknown_question_ends_a_bundle_and_what_came_before_is_answered(void **state)
{
	(void)state;
	say("c51400000092" HASH_F2 "4f aa 9e");
	expect("c51400000093" HASH_F2 "500000");
	say("c51200000092" HASH_F2 "aa");
	assert_int_equal(reply_len, 0);
	/* part maps that are cut, or say that they are longer than the frame */
	say("c51600000092" HASH_F2 "4f58ffff00");
	expect("c51400000093" HASH_F2 "500000");
	say("c51500000092" HASH_F2 "4f580000");
	expect("c51400000093" HASH_F2 "500000");
}

static void
a_question_is_answered_once_a_bundle(void **state)
{
	char hex[4096] = "c5"
			 "2301"
			 "000092" HASH_F2;

	(void)state;
	/* 0x123 = 291 bytes: opcode, hash, 274 times "status?" */
	snprintf(hex, sizeof hex, "c52301000092%s", HASH_F2);
	for (int i = 0; i < 274; i++)
		strcat(hex, "4f");
	say(hex);
	expect("c51400000093" HASH_F2 "500000");
}

static void
heads_that_are_short_or_not_understood_end_the_session(void **state)
{
	static const char *const bad[] = {
	    "c50100000092",
	    "c51000000092"
	    "849c68a9fa74b2935d64d092066158",
	    "c518000000a4" HASH_F2 "80969800000000", "c501000000a9",
	    "c51a000000a902" HASH_F2 SIZE_F2,    /* no hash in it */
	    "c51a000000a90b" HASH_F2 SIZE_F2,    /* a mandatory option */
	    "c516000000a903" HASH_F2 "80969800", /* size cut */
	    "c51a000000b103" HASH_F2 SIZE_F2,    /* no options */
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		begin_greeted(state);
		say(bad[i]);
		assert_int_equal(reply_len, 0);
		assert_int_equal(s.end, END_BAD_PEER);
	}
	begin_greeted(state);
	say("c51b000000a9e3" HASH_F2 SIZE_F2 "4f"); /* optional ones pass */
	expect("c531000000b0" ID_F2 "500000");
}

static void
hash_sets_come_by_identifier(void **state)
{
	(void)state;
	say("c52f000000b1" ID_F2 "03");
	expect(
	    "c59f000000b2" ID_F2 "03" HASH_F2
	    "0200" F2_PART_HASHES SAMPLE_F2_ROOT "0200" SAMPLE_F2_AICH_PARTS);
	say("c52f000000b1" ID_F2 "01");
	expect("c561000000b2" ID_F2 "01" HASH_F2 "0200" F2_PART_HASHES);
	say("c52f000000b1" ID_F2 "02");
	expect("c56d000000b2" ID_F2 "02" SAMPLE_F2_ROOT
	       "0200" SAMPLE_F2_AICH_PARTS);
	say("c52f000000b1" ID_F2 "00");
	assert_int_equal(reply_len, 0);
	/* one part: none of either; and no AICH to tell of */
	say("c513000000b101" HASH_F1 "03");
	expect("c52d000000b203" HASH_F1 "e093040000000000 01" HASH_F1 "0000");
	say("c513000000b101" HASH_NONE "03");
	expect("e31100000048" HASH_NONE);
}

static void
a_comment_follows_the_name_once_a_file(void **state)
{
	(void)state;
	script.has_comment = true;
	say("e31100000058" HASH_F1);
	expect("e32300000059" HASH_F1 "10004120736d616c6c2066696c652e747874"
	       "c50f0000006104 09000000 676f6f6420636f7079");
	say("e31100000058" HASH_F1);
	expect("e32300000059" HASH_F1 "10004120736d616c6c2066696c652e747874");
	say("c51600000092" HASH_F2 "5800000000");
	expect("c51e00000093" HASH_F2 "590a004269676765722e62696e"
	       "c50f0000006104 09000000 676f6f6420636f7079");
}

static void
every_prefix_of_a_bundle_leaves_us_sane(void **state)
{
	uint8_t bytes[128];
	size_t n = unhex(bytes, sizeof bytes,
	    "c521000000a903" HASH_F2 SIZE_F2 "58020000070083040000 9e4f");

	for (size_t cut = 6; cut <= n; cut++) {
		uint8_t *copy = exact_copy(bytes, cut);
		struct reader r = reader_of(copy, cut);
		struct writer w;
		struct packet p;

		begin_greeted(state);
		w = writer_of(reply, sizeof reply);
		copy[1] = (uint8_t)(cut - 5);
		assert_int_equal(packet_next(&r, &p), PACKET_OK);
		dispatch_packet(&s, 0, &p, &w);
		assert_false(w.bad);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_GREETED(a_bundle_is_answered_in_the_order_asked),
	    TEST_GREETED(a_bundle_by_identifier_is_answered_by_identifier),
	    TEST_GREETED(a_file_without_aich_has_no_root_to_tell),
	    TEST_GREETED(what_contradicts_the_file_is_refused),
	    TEST_GREETED(
		an_unknown_question_ends_a_bundle_and_what_came_before_is_answered),
	    TEST_GREETED(a_question_is_answered_once_a_bundle),
	    TEST_GREETED(
		heads_that_are_short_or_not_understood_end_the_session),
	    TEST_GREETED(hash_sets_come_by_identifier),
	    TEST_GREETED(a_comment_follows_the_name_once_a_file),
	    TEST_GREETED(every_prefix_of_a_bundle_leaves_us_sane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
