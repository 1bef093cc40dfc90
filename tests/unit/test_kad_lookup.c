/*
 * A lookup, and what hostile answers can make of it.
 * SPDX-License-Identifier: ISC
 */
#include "kad_rig.h"

#include "kad/lookup.h"

static struct kad_contacts *c;
static struct kad_asked *a;
static struct kad_lookup l;
static const struct kad_id target = {0, 0};

static int
begin(void **state)
{
	(void)state;
	c = calloc(1, sizeof *c);
	a = calloc(1, sizeof *a);
	assert_true(c && a);
	kad_contacts_init(c, 1);
	kad_asked_init(a);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	free(c);
	free(a);
	return 0;
}

static struct kad_node
node_of(uint64_t high, uint32_t ip)
{
	return (struct kad_node){.contact = {{high, 0}, {ip, 4672}, 4662, 8}};
}

/* The node with this id, at an address of its own. */
static struct kad_node
node(uint64_t high)
{
	return node_of(high, 0x50000001 + (uint32_t)high * 256);
}

static struct kad_node *
add(uint64_t high)
{
	struct kad_node one = node(high);

	return kad_contacts_add(c, &one.contact, false, 1000);
}

/* Ask all that may be asked now; returns how many. */
static unsigned
ask(uint64_t now)
{
	struct kad_candidate *one;
	unsigned n = 0;

	while ((one = kad_lookup_next(&l, a, now)) != NULL) {
		kad_note_question(
		    a, one->contact.address, KAD_REQ, target, now);
		n++;
	}
	return n;
}

static enum kad_candidate_state
state_of(uint64_t high)
{
	struct kad_candidate *one =
	    kad_lookup_find(&l, node(high).contact.address);

	return one ? one->state : KAD_CANDIDATE_SILENT;
}

static void
answer(uint64_t high, const struct kad_node *nodes, size_t n)
{
	kad_lookup_answer(&l, node(high).contact.address, nodes, n, 1000);
}

static void
three_of_the_nearest_are_asked_at_once(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 30; i++)
		add(i);
	kad_lookup_begin(&l, target, c, 1000);
	assert_int_equal(l.n, KAD_CANDIDATES);
	assert_int_equal(ask(1000), 3);
	for (uint64_t i = 1; i <= 3; i++)
		assert_int_equal(state_of(i), KAD_CANDIDATE_ASKED);
	assert_int_equal(state_of(4), KAD_CANDIDATE_NEW);
}

static void
an_answer_brings_no_more_questions_than_it_closes(void **state)
{
	struct kad_node nearer[11];

	(void)state;
	for (uint64_t i = 101; i <= 110; i++)
		add(i);
	kad_lookup_begin(&l, target, c, 1000);
	ask(1000);
	for (uint64_t i = 0; i < 11; i++)
		nearer[i] = node(i + 1);
	answer(101, nearer, 11);
	assert_int_equal(ask(1000), 1);
	assert_int_equal(state_of(1), KAD_CANDIDATE_ASKED);
}

static void
nodes_that_are_farther_away_are_not_asked(void **state)
{
	struct kad_node farther[4];

	(void)state;
	for (uint64_t i = 1; i <= 5; i++)
		add(i);
	kad_lookup_begin(&l, target, c, 1000);
	ask(1000);
	for (uint64_t i = 0; i < 4; i++)
		farther[i] = node(i + 50);
	for (uint64_t i = 1; i <= 3; i++)
		answer(i, farther, 4);
	assert_int_equal(ask(1000), 2);
	answer(4, farther, 4);
	answer(5, farther, 4);
	assert_int_equal(ask(1000), 0);
	assert_true(kad_lookup_is_over(&l, 1000));
}

static void
who_was_not_asked_answers_nothing(void **state)
{
	struct kad_node nearer = node(1);

	(void)state;
	for (uint64_t i = 101; i <= 110; i++)
		add(i);
	kad_lookup_begin(&l, target, c, 1000);
	ask(1000);
	answer(110, &nearer, 1);
	answer(77, &nearer, 1);
	assert_null(kad_lookup_find(&l, nearer.contact.address));
}

static void
two_candidates_of_one_24_are_taken(void **state)
{
	struct kad_node crowd[4];

	(void)state;
	add(100);
	kad_lookup_begin(&l, target, c, 1000);
	ask(1000);
	for (uint32_t i = 0; i < 4; i++)
		crowd[i] = node_of(i + 1, 0x60000001 + i);
	answer(100, crowd, 4);
	assert_int_equal(l.n, 3);
}

static void
an_endless_chain_of_nearer_nodes_ends(void **state)
{
	unsigned n = 0;

	(void)state;
	add(1000);
	kad_lookup_begin(&l, target, c, 1000);
	for (uint64_t i = 1000; i > 0 && ask(1000) > 0; i--) {
		struct kad_node nearer = node(i - 1);

		n++;
		answer(i, &nearer, 1);
	}
	assert_int_equal(n, KAD_LOOKUP_QUESTIONS);
	assert_true(kad_lookup_is_over(&l, 1000));
}

static void
silence_is_given_up_after_two_seconds(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 3; i++)
		add(i);
	kad_lookup_begin(&l, target, c, 1000);
	ask(1000);
	kad_lookup_expire(&l, c, 2999);
	assert_false(kad_lookup_is_over(&l, 2999));
	kad_lookup_expire(&l, c, 3000);
	assert_true(kad_lookup_is_over(&l, 3000));
	assert_int_equal(state_of(1), KAD_CANDIDATE_SILENT);
	/* an answer that comes later is taken all the same */
	answer(1, NULL, 0);
	assert_int_equal(state_of(1), KAD_CANDIDATE_ANSWERED);
}

static void
a_neighbour_that_answered_lately_is_not_asked_again(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 12; i++) {
		struct kad_node *one = add(i);

		one->heard_ms = 1000;
		one->has_target = true;
		one->target = (struct kad_id){i % 2 ? 10 : 11, 0};
	}
	kad_lookup_begin(&l, target, c, 600999);
	/* the tenth is at distance 10; a target beyond it says little */
	assert_int_equal(state_of(1), KAD_CANDIDATE_ANSWERED);
	assert_int_equal(state_of(2), KAD_CANDIDATE_NEW);
	kad_lookup_begin(&l, target, c, 601000);
	assert_int_equal(state_of(1), KAD_CANDIDATE_NEW);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(three_of_the_nearest_are_asked_at_once),
	    TEST(an_answer_brings_no_more_questions_than_it_closes),
	    TEST(nodes_that_are_farther_away_are_not_asked),
	    TEST(who_was_not_asked_answers_nothing),
	    TEST(two_candidates_of_one_24_are_taken),
	    TEST(an_endless_chain_of_nearer_nodes_ends),
	    TEST(silence_is_given_up_after_two_seconds),
	    TEST(a_neighbour_that_answered_lately_is_not_asked_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
