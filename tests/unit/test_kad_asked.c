/*
 * What was asked of whom: the limits of nodes, and answers that are believed.
 * SPDX-License-Identifier: ISC
 */
#include "kad_rig.h"

#include "kad/asked.h"
#include "kad/msg.h"

static struct kad_asked *a;
static const struct kad_address node = {0x500A1405, 4672};
static const struct kad_id target = {1, 2};

static int
begin(void **state)
{
	(void)state;
	a = calloc(1, sizeof *a);
	assert_non_null(a);
	kad_asked_init(a);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	free(a);
	return 0;
}

static bool
may_ask(uint8_t opcode, bool stranger, uint64_t now)
{
	return kad_may_ask_at(a, node, opcode, stranger, now) <= now;
}

static void
a_node_gets_half_of_its_limit_a_minute(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 5; i++) {
		assert_true(may_ask(KAD_REQ, false, 1000 + i));
		kad_note_question(a, node, KAD_REQ, target, 1000 + i);
	}
	assert_false(may_ask(KAD_REQ, false, 1005));
	assert_int_equal(kad_may_ask_at(a, node, KAD_REQ, false, 1005), 61000);
	assert_true(may_ask(KAD_REQ, false, 61000));
	/* each opcode has its own limit */
	assert_true(may_ask(KAD_PUBLISH_SOURCE_REQ, false, 1005));
	kad_note_question(a, node, KAD_PUBLISH_SOURCE_REQ, target, 1005);
	assert_false(may_ask(KAD_PUBLISH_SOURCE_REQ, false, 61004));
	assert_true(may_ask(KAD_PUBLISH_SOURCE_REQ, false, 61005));
}

static void
limits_are_those_of_the_address_whatever_the_port(void **state)
{
	struct kad_address other = {node.ip, 4000};

	(void)state;
	kad_note_question(a, other, KAD_PUBLISH_KEY_REQ, target, 1000);
	assert_false(may_ask(KAD_PUBLISH_KEY_REQ, false, 2000));
}

static void
an_address_that_never_answered_gets_one_datagram_in_two_minutes(void **state)
{
	(void)state;
	kad_note_question(a, node, KAD_REQ, target, 1000);
	assert_false(may_ask(KAD_PUBLISH_SOURCE_REQ, true, 120999));
	assert_true(may_ask(KAD_PUBLISH_SOURCE_REQ, true, 121000));
	assert_true(may_ask(KAD_PUBLISH_SOURCE_REQ, false, 1001));
}

static void
an_answer_is_believed_once_and_for_180_seconds(void **state)
{
	(void)state;
	kad_note_question(a, node, KAD_REQ, target, 1000);
	assert_true(kad_take_answer(a, node, KAD_REQ, target, 180999));
	assert_false(kad_take_answer(a, node, KAD_REQ, target, 180999));
	kad_note_question(a, node, KAD_REQ, target, 200000);
	assert_false(kad_take_answer(a, node, KAD_REQ, target, 380000));
	assert_false(kad_was_asked(a, node, 380000));
}

static void
an_answer_must_match_address_port_opcode_and_id(void **state)
{
	struct kad_address other_ip = {node.ip + 1, node.port};
	struct kad_address other_port = {node.ip, 1};
	struct kad_id other = {1, 3};

	(void)state;
	kad_note_question(a, node, KAD_REQ, target, 1000);
	assert_false(kad_take_answer(a, other_ip, KAD_REQ, target, 1001));
	assert_false(kad_take_answer(a, other_port, KAD_REQ, target, 1001));
	assert_false(kad_take_answer(a, node, KAD_PING, target, 1001));
	assert_false(kad_take_answer(a, node, KAD_REQ, other, 1001));
	assert_false(kad_was_asked(a, other_port, 1001));
	assert_true(kad_take_answer(a, node, KAD_REQ, target, 1001));
}

static void
a_full_table_asks_nothing_until_questions_are_old(void **state)
{
	struct kad_address other = {1, 1};

	(void)state;
	for (uint32_t i = 0; i < KAD_ASKED_MAX; i++)
		kad_note_question(a, (struct kad_address){0x10000000 + i, 1},
		    KAD_REQ, target, 1000);
	assert_int_equal(
	    kad_may_ask_at(a, other, KAD_REQ, false, 180999), UINT64_MAX);
	assert_int_equal(
	    kad_may_ask_at(a, other, KAD_REQ, false, 181000), 181000);
	/* even then no memory beyond the table is used */
	kad_note_question(a, other, KAD_REQ, target, 1000);
	assert_true(kad_take_answer(a, other, KAD_REQ, target, 1000));
	assert_false(
	    kad_was_asked(a, (struct kad_address){0x10000000, 1}, 1000));
	assert_true(
	    kad_was_asked(a, (struct kad_address){0x10000000 + 77, 1}, 1000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_node_gets_half_of_its_limit_a_minute),
	    TEST(limits_are_those_of_the_address_whatever_the_port),
	    TEST(
		an_address_that_never_answered_gets_one_datagram_in_two_minutes),
	    TEST(an_answer_is_believed_once_and_for_180_seconds),
	    TEST(an_answer_must_match_address_port_opcode_and_id),
	    TEST(a_full_table_asks_nothing_until_questions_are_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
