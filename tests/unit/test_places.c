/*
 * The places of peers that hang up, through board/roster.h and board/queue.h:
 * who finds what again, and that nobody takes another's.
 * SPDX-License-Identifier: ISC
 */
#include "board_rig.h"

#define MINUTE 60000

/* A kid comes from there as this user (0: it says no hello) and waits. */
static void
comes(struct kid *k, const uint8_t address[16], uint64_t user, uint64_t now_ms)
{
	assert_int_equal(claim(k, address, now_ms), CLAIM_OK);
	if (user)
		tell(k, OP_USER, user, 0);
	tell(k, OP_WAIT, WEIGHT_NORMAL, now_ms);
}

static void
waits_from_to(struct kid *k, const uint8_t address[16], uint64_t user,
    uint64_t from_ms, uint64_t to_ms)
{
	comes(k, address, user, from_ms);
	tell(k, OP_LEAVE, 0, to_ms);
}

/* How long it has waited, when it comes back. It then goes on waiting. */
static uint64_t
waited(struct kid *k, const uint8_t address[16], uint64_t user, uint64_t now_ms)
{
	comes(k, address, user, now_ms);
	return now_ms - tell(k, OP_SINCE, 0, 0);
}

/* What one finds that waited for 10 ms, when the next comes. */
static uint64_t
waited_of_the_next(const uint8_t address[16], uint64_t user,
    const uint8_t next_address[16], uint64_t next_user, uint64_t after_ms)
{
	struct kid *k = new_kid();

	waits_from_to(k, address, user, T0, T0 + 10);
	return waited(k, next_address, next_user, T0 + 10 + after_ms);
}

static void
a_place_is_kept_for_an_hour(void **state)
{
	(void)state;
	assert_int_equal(waited_of_the_next(v4_7, 1, v4_7, 1, 500), 10);
	assert_int_equal(waited_of_the_next(v4_7, 2, v4_7, 2, PLACE_MS), 10);
	assert_int_equal(waited_of_the_next(v4_7, 3, v4_7, 3, PLACE_MS + 1), 0);
}

static void
a_place_is_for_one_user_of_one_address(void **state)
{
	(void)state;
	assert_int_equal(waited_of_the_next(v4_7, 1, v4_7, 2, 500), 0);
	assert_int_equal(waited_of_the_next(v4_7, 3, v4_8, 3, 500), 0);
	assert_int_equal(waited_of_the_next(v4_7, 4, v4_7, 0, 500), 0);
	assert_int_equal(waited_of_the_next(v4_7, 0, v4_7, 0, 500), 0);
	assert_int_equal(waited_of_the_next(unknown, 5, unknown, 5, 500), 0);
	/* privacy extensions: another address of the same /64 */
	assert_int_equal(waited_of_the_next(v6_a, 6, v6_b, 6, 500), 10);
	assert_int_equal(waited_of_the_next(v6_a, 7, v6_c, 7, 500), 0);
}

static void
a_place_is_given_back_once(void **state)
{
	struct kid *k = new_kid();

	(void)state;
	assert_int_equal(waited_of_the_next(v4_7, 1, v4_7, 1, 500), 10);
	assert_int_equal(waited(k, v4_7, 1, T0 + 600), 0);
}

/* However often a peer hangs up, all that it waited counts. */
static void
the_time_waited_adds_up_and_absence_does_not(void **state)
{
	struct kid *k = new_kid();

	(void)state;
	for (uint64_t i = 0; i < 5; i++) {
		assert_int_equal(
		    waited(k, v4_7, 1, T0 + i * 30 * MINUTE), i * 10 * MINUTE);
		tell(k, OP_LEAVE, 0, T0 + (i * 30 + 10) * MINUTE);
	}
}

static void
a_peer_that_is_connected_twice_has_waited_once(void **state)
{
	struct kid *a = new_kid(), *b = new_kid();

	(void)state;
	comes(a, v4_7, 1, T0);
	comes(b, v4_7, 1, T0 + MINUTE);
	tell(a, OP_LEAVE, 0, T0 + 5 * MINUTE);
	tell(b, OP_LEAVE, 0, T0 + 5 * MINUTE);
	assert_int_equal(waited(a, v4_7, 1, T0 + 6 * MINUTE), 5 * MINUTE);
	assert_int_equal(waited(b, v4_7, 1, T0 + 6 * MINUTE), 0);
}

static void
a_peer_that_uploaded_leaves_no_place(void **state)
{
	struct kid *k = new_kid();

	(void)state;
	comes(k, v4_7, 1, T0);
	takes(k, T0 + 1);
	tell(k, OP_LEAVE, 0, T0 + 2);
	assert_int_equal(waited(k, v4_7, 1, T0 + 500), 0);
}

static void
a_killed_waiter_keeps_its_place(void **state)
{
	struct kid *up, *a, *b;

	(void)state;
	limits.slots = 1;
	up = waiting(WEIGHT_NORMAL, T0);
	takes(up, T0);
	a = new_kid();
	comes(a, v4_7, 0xAA, T0 + 1);
	b = waiting(WEIGHT_NORMAL, T0 + 1000);
	tell(a, OP_ALIVE, 0, T0 + 1501);
	waits_behind(b, 1, T0 + 1600);
	kill_kid(a);
	/* back on another port; it was last heard of after 1,500 ms */
	a = new_kid();
	assert_int_equal(waited(a, v4_7, 0xAA, T0 + 2000), 1500);
	waits_behind(a, 0, T0 + 2001);
	waits_behind(b, 1, T0 + 2001);
}

/*
 * One who banks places: 25 user hashes, each of which asks for a slot and hangs
 * up, then come back one after the other on one connection.
 */
static void
banked_user_hashes_get_no_turn_before_an_honest_waiter(void **state)
{
	struct kid *up = waiting(WEIGHT_NORMAL, T0), *honest = new_kid();
	struct kid *thief = new_kid();
	int n_turns = 0;

	(void)state;
	limits.slots = 1;
	takes(up, T0);
	for (uint64_t user = 1; user <= 25; user++)
		waits_from_to(thief, v4_7, user, T0 + user, T0 + user + 1);
	comes(honest, v4_8, 1, T0 + MINUTE);
	tell(up, OP_LEAVE, 0, T0 + 2 * MINUTE);
	for (uint64_t user = 1; user <= 25; user++) {
		uint64_t now_ms = T0 + 2 * MINUTE + user;

		comes(thief, v4_7, user, now_ms);
		n_turns += (int)tell(thief, OP_TAKE, 0, now_ms);
		tell(thief, OP_LEAVE, 0, now_ms);
	}
	assert_int_equal(n_turns, 0);
	takes(honest, T0 + 3 * MINUTE);
}

/* An address that may be of this kind of owner, number i of them. */
struct crowd {
	const char *what;
	uint8_t address[16];
	unsigned last; /* byte of the address that i is counted in, downwards */
};

static void
address_of(const struct crowd *c, unsigned i, uint8_t address[16])
{
	memcpy(address, c->address, 16);
	for (unsigned at = c->last; i > 0; at--, i >>= 8)
		address[at] = (uint8_t)(address[at] + i);
}

/*
 * 4,200 hang-ups, more than there are places, of one owner, of a network, and
 * of as many owners. They push out nobody who has waited longer than they.
 */
static void
hang_ups_push_out_nobody_who_waited_longer(void **state)
{
	static const struct crowd crowds[] = {
	    {"one IPv4 address", {[10] = 0xFF, 0xFF, 10, 0, 0, 1}, 0},
	    {"a /64", {0x20, 1, 0xD, 0xB8}, 15},
	    {"a /48", {0x20, 1, 0xD, 0xB8, 0, 1}, 7},
	    {"all of IPv4", {[10] = 0xFF, 0xFF, 11, 0, 0, 0}, 15},
	};
	struct kid *victim = new_kid(), *k = new_kid();
	uint64_t now_ms = T0;

	(void)state;
	limits.address_connections = 16;
	limits.address_minute = 100000;
	for (size_t n = 0; n < ARRAY_LEN(crowds); n++) {
		waits_from_to(victim, v4_8, n + 1, now_ms, now_ms + MINUTE);
		now_ms += MINUTE;
		for (unsigned i = 0; i < 4200; i++, now_ms++) {
			uint8_t address[16];

			address_of(&crowds[n], crowds[n].last ? i : 0, address);
			waits_from_to(k, address, i + 1, now_ms, now_ms + 1);
		}
		if (waited(victim, v4_8, n + 1, now_ms) != MINUTE)
			fail_msg("pushed out by %s", crowds[n].what);
		tell(victim, OP_GIVE, 0, now_ms);
		tell(victim, OP_LEAVE, 0, now_ms);
	}
}

/* How many places of this network are found again, each worth a minute. */
static int
count_kept(const struct crowd *c, unsigned n)
{
	struct kid *k = new_kid();
	uint64_t end_ms = T0 + n * MINUTE;
	int kept = 0;

	for (unsigned i = 0; i < n; i++) {
		uint8_t address[16];

		address_of(c, i, address);
		waits_from_to(
		    k, address, i + 1, T0 + i * MINUTE, T0 + (i + 1) * MINUTE);
	}
	for (unsigned i = 0; i < n; i++) {
		uint8_t address[16];

		address_of(c, i, address);
		if (waited(k, address, i + 1, end_ms) > 0)
			kept++;
		tell(k, OP_GIVE, 0, end_ms);
		tell(k, OP_LEAVE, 0, end_ms);
	}
	return kept;
}

static void
an_owner_has_as_many_places_as_connections(void **state)
{
	static const struct crowd of_64 = {"", {0x20, 1, 0xD, 0xB8}, 15};
	static const struct crowd of_56 = {"", {0x20, 1, 0xD, 0xB9}, 7};
	static const struct crowd of_48 = {"", {0x20, 1, 0xD, 0xBA}, 6};
	static const struct crowd of_all = {"", {0x20, 1, 0xD, 0xBB}, 5};

	(void)state;
	limits.address_connections = 5;
	assert_int_equal(count_kept(&of_64, 40), 5);
	assert_int_equal(count_kept(&of_56, 40), 10);
	assert_int_equal(count_kept(&of_48, 40), 20);
	assert_int_equal(count_kept(&of_all, 40), 40);
}

/* Several users behind one address: a thief among them harms himself. */
static void
of_one_owner_the_one_who_waited_least_is_dropped(void **state)
{
	static const struct {
		uint64_t minutes, kept;
	} users[] = {{10, 10}, {5, 0}, {9, 9}, {6, 6}};
	struct kid *k = new_kid();
	uint64_t now_ms = T0;

	(void)state;
	limits.address_connections = 3;
	for (size_t i = 0; i < ARRAY_LEN(users); i++) {
		uint64_t ms = users[i].minutes * MINUTE;

		waits_from_to(k, v4_7, i + 1, now_ms, now_ms + ms);
		now_ms += ms;
		for (uint64_t user = 100; user < 150; user++, now_ms++)
			waits_from_to(k, v4_7, user, now_ms, now_ms + 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(users); i++) {
		assert_int_equal(
		    waited(k, v4_7, i + 1, now_ms), users[i].kept * MINUTE);
		tell(k, OP_LEAVE, 0, now_ms);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
	const struct CMUnitTest tests[] = {
	    TEST(a_place_is_kept_for_an_hour),
	    TEST(a_place_is_for_one_user_of_one_address),
	    TEST(a_place_is_given_back_once),
	    TEST(the_time_waited_adds_up_and_absence_does_not),
	    TEST(a_peer_that_is_connected_twice_has_waited_once),
	    TEST(a_peer_that_uploaded_leaves_no_place),
	    TEST(a_killed_waiter_keeps_its_place),
	    TEST(banked_user_hashes_get_no_turn_before_an_honest_waiter),
	    TEST(hang_ups_push_out_nobody_who_waited_longer),
	    TEST(an_owner_has_as_many_places_as_connections),
	    TEST(of_one_owner_the_one_who_waited_least_is_dropped),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
