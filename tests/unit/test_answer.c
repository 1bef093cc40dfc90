/*
 * serve/talk/answer.h: the greeting, and questions about files, each in a message
 * of its own. Bundles, AICH and lists of the share have tests of their own.
 * SPDX-License-Identifier: ISC
 */
#include "session_rig.h"

static void
old_clients_introduce_themselves_twice(void **state)
{
	(void)state;
	greet();
	check(FRAME_01_INFO, FRAME_02);
	check(FRAME_01_OS_INFO, "");
	check(FRAME_02, "");
	check("c501000000 01", "");
	assert_int_equal(s.state, SESSION_READY);
}

static void
five_hellos_are_answered_and_the_sixth_ends(void **state)
{
	(void)state;
	start_upload(HASH_G);
	ask_blocks(1, 2, 3);
	check(FRAME_01_SHORT_TAGS, FRAME_4C);
	check(FRAME_01_AMULE, FRAME_4C);
	check(FRAME_01_AMULE, FRAME_4C);
	check(FRAME_01_MLDONKEY, FRAME_4C);
	/* the slot and what waits are not touched; who the peer is, is */
	assert_int_equal(s.state, SESSION_UPLOADING);
	assert_int_equal(s.ranges.n_queue, 3);
	assert_string_equal(s.hello.name, "mlnet");
	check(FRAME_01_AMULE, "");
	check_bad_peer("too many HELLOs");
}

static void
a_peer_without_ipv4_is_not_told_its_address(void **state)
{
	(void)state;
	config.peer_has_ipv4 = false;
	greet();
	check(FRAME_97, "");
	assert_int_equal(s.state, SESSION_READY);
}

static void
every_form_of_the_name_question_is_answered(void **state)
{
	(void)state;
	greet();
	check(FRAME_58_V0, FRAME_59);
	check(FRAME_58_V1, FRAME_59);
	check(FRAME_58_V2, FRAME_59);
	check(FRAME_58_NEW, FRAME_59);
	/* a part map that is cut */
	check("e31300000058" HASH_F2 "ffff", FRAME_59);
}

static void
an_unknown_file_is_refused_once(void **state)
{
	(void)state;
	greet();
	check(with_hash("58", HASH_NONE), FRAME_48);
	check(with_hash("4f", HASH_NONE), "");
	check(with_hash("51", HASH_NONE), "");
	check(with_hash("54", HASH_NONE), "");
	/* a new question gets a new answer */
	check(with_hash("58", HASH_NONE), FRAME_48);
	check(with_hash("4f", HASH_NONE), "");
	/* so does another file in between */
	check(FRAME_4F, FRAME_50);
	check(with_hash("4f", HASH_NONE), FRAME_48);
	check(with_hash("4f", HASH_BLUE), "e31100000048" HASH_BLUE);
	check(with_hash("54", HASH_NONE), FRAME_48);
	assert_int_equal(s.state, SESSION_READY);
	assert_true(is_hash(s.file, HASH_F2));
}

static void
a_file_that_cannot_be_told_of_now_is_not_called_gone(void **state)
{
	(void)state;
	greet();
	check(with_hash("58", HASH_SILENT), "");
	check(with_hash("4f", HASH_SILENT), "");
	check(with_hash("51", HASH_SILENT), "");
	check(with_hash("54", HASH_SILENT), "");
	assert_int_equal(s.state, SESSION_READY);
	assert_false(s.has_file);
	check(FRAME_54, FRAME_55);
	ask_of(HASH_SILENT, range(0, 10), unused, unused);
	assert_int_equal(reply_len, 0);
	assert_int_equal(s.ranges.n_queue, 0);
	assert_int_equal(s.n_strikes, 0);
}

static void
files_too_large_for_emule_are_refused_to_it(void **state)
{
	(void)state;
	greet();
	check(with_hash("4f", HASH_HUGE), "e31100000048" HASH_HUGE);
	check(with_hash("58", HASH_LARGEST),
	    "e31400000059" HASH_LARGEST "0100 6c");
}

static void
an_alias_is_no_file_to_emule(void **state)
{
	(void)state;
	greet();
	check(with_hash("58", HASH_BLUE), "e31100000048" HASH_BLUE);
	check(with_hash("58", HASH_RED), "e31600000059" HASH_RED "0300 726564");
}

static void
names_are_utf8_for_those_who_say_so_and_else_latin1(void **state)
{
	(void)state;
	check(FRAME_01_AMULE, FRAME_4C);
	check(with_hash("58", HASH_UTF8),
	    "e31c00000059" HASH_UTF8 "0900 c3bce282ac2e747874");
	check(with_hash("58", HASH_LATIN1),
	    "e31900000059" HASH_LATIN1 "0600 c3bc2e747874");
	check(FRAME_01_MLDONKEY, FRAME_4C);
	check(with_hash("58", HASH_UTF8),
	    "e31900000059" HASH_UTF8 "0600 fc3f2e747874");
	check(with_hash("58", HASH_LATIN1),
	    "e31800000059" HASH_LATIN1 "0500 fc2e747874");
}

static void
long_names_are_cut_between_characters(void **state)
{
	(void)state;
	/* 254 bytes, and then one of two bytes or of one */
	greet();
	say(with_hash("58", HASH_LONG));
	assert_int_equal(reply_len, 6 + 16 + 2 + 254);
	assert_hex(reply + 22, 2, "fe00");
	check(FRAME_01_MLDONKEY, FRAME_4C);
	say(with_hash("58", HASH_LONG));
	assert_int_equal(reply_len, 6 + 16 + 2 + 255);
	assert_int_equal(reply[reply_len - 1], 0xFC);
}

static void
hash_sets_have_the_count_that_clients_expect(void **state)
{
	static const struct {
		const char *hash;
		size_t n;
	} cases[] = {
	    {HASH_F1, 0},
	    {HASH_1_LESS, 0},
	    {HASH_PART, 2},
	    {HASH_1_MORE, 2},
	    {HASH_2_PARTS, 3},
	    {HASH_G, 514},
	    {HASH_LARGEST, 28257},
	};

	(void)state;
	greet();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t n = cases[i].n;

		say(with_hash("51", cases[i].hash));
		assert_int_equal(reply_len, 24 + 16 * n);
		assert_int_equal(reply[22] | reply[23] << 8, n);
		assert_true(is_hash(reply + 6, cases[i].hash));
		assert_int_equal(
		    reply[1] | reply[2] << 8 | reply[3] << 16 | reply[4] << 24,
		    19 + 16 * n);
		for (size_t k = 24; k < reply_len; k++)
			assert_int_equal(reply[k], 0xAA);
	}
}

static void
no_hash_set_is_sent_when_the_hashes_are_not_there(void **state)
{
	(void)state;
	greet();
	check(with_hash("51", HASH_BROKEN), "");
	assert_int_equal(s.state, SESSION_READY);
	check(FRAME_51, FRAME_52);
}

static void
a_bare_upload_request_means_the_file_named_last(void **state)
{
	(void)state;
	greet();
	check(FRAME_54_BARE, "");
	assert_int_equal(s.n_strikes, 1);
	assert_int_equal(s.state, SESSION_READY);
	check(FRAME_58_V0, FRAME_59);
	check(FRAME_54_BARE, FRAME_55);
	assert_int_equal(s.state, SESSION_UPLOADING);
	/* 0x4F names one too; an unknown file does not */
	check(with_hash("4f", HASH_F1), "e31300000050" HASH_F1 "0000");
	check(with_hash("4f", HASH_NONE), FRAME_48);
	check(FRAME_54_BARE, FRAME_55);
	assert_true(is_hash(s.file, HASH_F1));
	file_of(HASH_F1)->result = CATALOG_UNKNOWN;
	check(FRAME_54_BARE, "e31100000048" HASH_F1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(old_clients_introduce_themselves_twice),
	    TEST(five_hellos_are_answered_and_the_sixth_ends),
	    TEST(a_peer_without_ipv4_is_not_told_its_address),
	    TEST(every_form_of_the_name_question_is_answered),
	    TEST(an_unknown_file_is_refused_once),
	    TEST(a_file_that_cannot_be_told_of_now_is_not_called_gone),
	    TEST(files_too_large_for_emule_are_refused_to_it),
	    TEST(an_alias_is_no_file_to_emule),
	    TEST(names_are_utf8_for_those_who_say_so_and_else_latin1),
	    TEST(long_names_are_cut_between_characters),
	    TEST(hash_sets_have_the_count_that_clients_expect),
	    TEST(no_hash_set_is_sent_when_the_hashes_are_not_there),
	    TEST(a_bare_upload_request_means_the_file_named_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
