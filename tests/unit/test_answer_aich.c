/*
 * serve/talk/answer.h: AICH roots and recovery data.
 * SPDX-License-Identifier: ISC
 */
#include "session_rig.h"

#define ASK_ROOT       "c5110000009e" HASH_F2
#define TELL_ROOT      "c5250000009d" HASH_F2 SAMPLE_F2_ROOT
#define ASK_RECOVERY_1 "c5270000009b" HASH_F2 "0100" SAMPLE_F2_ROOT
#define RECOVERY_1                                                             \
	"c56d0000009c" HASH_F2 "0100" SAMPLE_F2_ROOT SAMPLE_F2_RECOVERY_1
#define REFUSAL "c5110000009c" HASH_F2

/* The answer is that, and the session goes on. */
static void
answers(const char *ask, const char *expected)
{
	check(ask, expected);
	assert_int_not_equal(s.state, SESSION_ENDED);
}

static void
the_root_is_told_to_who_asks(void **state)
{
	(void)state;
	answers(ASK_ROOT, TELL_ROOT);
	say("e31100000054" HASH_F2);
	assert_int_equal(s.state, SESSION_UPLOADING);
	answers(ASK_ROOT, TELL_ROOT);
}

static void
without_a_root_there_is_silence(void **state)
{
	(void)state;
	file_of(HASH_F2)->has_aich = false;
	answers(ASK_ROOT, "");
	file_of(HASH_F2)->has_aich = true;
	file_of(HASH_F2)->result = CATALOG_UNKNOWN;
	answers(ASK_ROOT, "");
	file_of(HASH_F2)->result = CATALOG_SILENT;
	answers(ASK_ROOT, "");
	file_of(HASH_F2)->result = CATALOG_FOUND;
	file_of(HASH_F2)->size = EMULE_FILE_MAX + 1;
	answers(ASK_ROOT, "");
}

static void
recovery_data_comes_as_it_should(void **state)
{
	(void)state;
	answers(ASK_RECOVERY_1, RECOVERY_1);
	assert_int_equal(script.part, 1);
	answers(ASK_RECOVERY_1, RECOVERY_1);
	assert_int_equal(script.n_recoveries, 2);
}

static void
what_cannot_be_recovered_is_refused_without_work(void **state)
{
	(void)state;
	/* another root; no such part; the largest part number */
	answers("c5270000009b" HASH_F2 "0100" SAMPLE_F1_ROOT, REFUSAL);
	answers("c5270000009b" HASH_F2 "0200" SAMPLE_F2_ROOT, REFUSAL);
	answers("c5270000009b" HASH_F2 "ffff" SAMPLE_F2_ROOT, REFUSAL);
	/* a part of one block */
	file_of(HASH_F2)->size = PART_SIZE + BLOCK_SIZE;
	answers(ASK_RECOVERY_1, REFUSAL);
	file_of(HASH_F2)->size = EMULE_FILE_MAX + 1;
	answers(ASK_RECOVERY_1, REFUSAL);
	file_of(HASH_F2)->size = SAMPLE_F2_SIZE;
	file_of(HASH_F2)->has_aich = false;
	answers(ASK_RECOVERY_1, REFUSAL);
	file_of(HASH_F2)->has_aich = true;
	file_of(HASH_F2)->result = CATALOG_UNKNOWN;
	answers(ASK_RECOVERY_1, REFUSAL);
	file_of(HASH_F2)->result = CATALOG_SILENT;
	answers(ASK_RECOVERY_1, REFUSAL);
	assert_int_equal(script.n_recoveries, 0);
	/* and none of this counted */
	file_of(HASH_F2)->result = CATALOG_FOUND;
	for (unsigned i = 0; i < RECOVERIES_PER_MINUTE; i++)
		answers(ASK_RECOVERY_1, RECOVERY_1);
}

static void
what_fails_is_refused_and_leaves_nothing_behind(void **state)
{
	(void)state;
	script.recovery = RECOVERY_FAILS;
	answers(ASK_RECOVERY_1, REFUSAL);
	script.recovery = RECOVERY_TOO_LONG;
	answers(ASK_RECOVERY_1, REFUSAL);
	assert_int_equal(script.n_recoveries, 2);
}

static void
a_peer_gets_so_many_in_a_minute(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RECOVERIES_PER_MINUTE; i++)
		answers(ASK_RECOVERY_1, RECOVERY_1);
	for (unsigned i = 0; i < 1000; i++)
		answers(ASK_RECOVERY_1, REFUSAL);
	assert_int_equal(script.n_recoveries, RECOVERIES_PER_MINUTE);
	now += 59999;
	answers(ASK_RECOVERY_1, REFUSAL);
	/* failures count too: they cost as much */
	script.recovery = RECOVERY_FAILS;
	for (unsigned i = 0; i < RECOVERIES_PER_MINUTE + 5; i++) {
		now++;
		answers(ASK_RECOVERY_1, REFUSAL);
	}
	assert_int_equal(script.n_recoveries, 2 * RECOVERIES_PER_MINUTE);
	script.recovery = RECOVERY_RIGHT;
	now += 60000;
	answers(ASK_RECOVERY_1, RECOVERY_1);
}

static void
requests_of_another_length_end_the_session(void **state)
{
	static const char *const bad[] = {
	    "c5110000009b" HASH_F2,
	    "c5280000009b" HASH_F2 "0100" SAMPLE_F2_ROOT "00",
	    "c5010000009b",
	    "c5100000009e 849c68a9fa74b2935d64d092066158",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		begin_greeted(NULL);
		check(bad[i], "");
		check_end(END_BAD_PEER);
	}
	begin_greeted(NULL);
	/* behind a hash there may be more, as everywhere */
	answers("c5130000009e" HASH_F2 "0100", TELL_ROOT);
}

static void
before_hello_there_is_nothing(void **state)
{
	static const char *const asked[] = {ASK_ROOT, ASK_RECOVERY_1};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		begin(NULL);
		check(asked[i], "");
		check_end(END_BAD_PEER);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_GREETED(the_root_is_told_to_who_asks),
	    TEST_GREETED(without_a_root_there_is_silence),
	    TEST_GREETED(recovery_data_comes_as_it_should),
	    TEST_GREETED(what_cannot_be_recovered_is_refused_without_work),
	    TEST_GREETED(what_fails_is_refused_and_leaves_nothing_behind),
	    TEST_GREETED(a_peer_gets_so_many_in_a_minute),
	    TEST_GREETED(requests_of_another_length_end_the_session),
	    TEST(before_hello_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
