/*
 * The publisher as a whole, on a network in memory.
 * SPDX-License-Identifier: ISC
 */
#include "kad_rig.h"

#include "kad_net.h"

#define T0 1000

static struct net net;
static struct kad *k;
static struct kad_config config;
static struct kad_job jobs[64];
static size_t n_jobs, n_given, n_done;
static struct kad_outcome outcomes[64];
static bool withdrawn;

static bool
next(void *ctx, struct kad_job *out)
{
	(void)ctx;
	if (n_given == n_jobs)
		return false;
	*out = jobs[n_given++];
	return true;
}

static size_t
describe(void *ctx, const struct kad_job *job,
    struct kad_file files[KAD_KEYWORD_FILES])
{
	(void)ctx;
	files[0] = (struct kad_file){.hash = job->target,
	    .size = 1,
	    .name = "some name",
	    .name_len = 9,
	    .rating = 4};
	return withdrawn ? 0 : 1;
}

static void
done(void *ctx, const struct kad_job *job, const struct kad_outcome *outcome)
{
	(void)ctx;
	assert_true(job->number < 64);
	outcomes[job->number] = *outcome;
	n_done++;
}

static const struct kad_work work = {NULL, next, describe, done};

static int
begin(void **state)
{
	(void)state;
	config = (struct kad_config){.id = {1, 2},
	    .user_hash = {3, 4},
	    .tcp_port = 4662,
	    .connect_options = 1,
	    .secret = "secret",
	    .seed = 5,
	    .rate = 50,
	    .work = &work};
	k = calloc(1, kad_size());
	assert_non_null(k);
	n_jobs = n_given = n_done = 0;
	withdrawn = false;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	net_free(&net);
	net = (struct net){0};
	free(k);
	return 0;
}

/* A network of n nodes, of which the publisher knows some. */
static void
start(size_t n, unsigned dead, size_t n_known)
{
	uint8_t dat[12 + 200 * KAD_CONTACT_SIZE];

	net_init(&net, n, dead, 7);
	kad_init(k, &config, T0);
	assert_true(kad_add_nodes(k, dat,
			net_nodes_dat(&net, dat, sizeof dat, n_known)) > 0);
}

static void
add_job(enum kad_kind kind, struct kad_id target)
{
	jobs[n_jobs] = (struct kad_job){kind, target, 300000, n_jobs};
	n_jobs++;
}

static void
a_file_is_stored_on_the_nearest_nodes(void **state)
{
	(void)state;
	start(20000, 25, 50);
	for (uint64_t i = 0; i < 20; i++)
		add_job(KAD_SOURCE,
		    (struct kad_id){i * UINT64_C(0x0CCCCCCCCCCCCCCC), i});
	net_run(&net, k, T0, T0 + 240000);
	assert_int_equal(n_done, 20);
	for (size_t i = 0; i < 20; i++) {
		assert_int_equal(outcomes[i].end, KAD_STORED);
		assert_true(outcomes[i].n_stored >= 9);
		assert_int_equal(outcomes[i].load, 1);
	}
	assert_true(net.n_near >= 20 * 7);
}

static void
keywords_and_notes_are_stored_too(void **state)
{
	(void)state;
	start(20000, 0, 50);
	add_job(KAD_KEYWORD, (struct kad_id){UINT64_C(1) << 60, 1});
	add_job(KAD_NOTE, (struct kad_id){UINT64_C(1) << 61, 1});
	net_run(&net, k, T0, T0 + 60000);
	assert_int_equal(n_done, 2);
	assert_int_equal(outcomes[0].end, KAD_STORED);
	assert_int_equal(outcomes[0].n_files, 1);
	assert_int_equal(outcomes[1].end, KAD_STORED);
}

static void
answers_that_are_late_and_lost_leave_most_copies(void **state)
{
	(void)state;
	start(20000, 25, 50);
	net.lost = net.late = 10;
	for (uint64_t i = 0; i < 20; i++)
		add_job(KAD_SOURCE,
		    (struct kad_id){i * UINT64_C(0x0CCCCCCCCCCCCCCC), i});
	net_run(&net, k, T0, T0 + 240000);
	assert_int_equal(n_done, 20);
	assert_true(kad_status(k, T0 + 240000).n_stored >= 20 * 7);
}

static void
a_network_of_four_nodes_is_enough(void **state)
{
	(void)state;
	start(4, 0, 4);
	for (size_t i = 0; i < 4; i++)
		net.nodes[i].id.high = UINT64_C(0xA1) << 56 | i << 40;
	net.n_near = 0;
	free(k);
	k = calloc(1, kad_size());
	kad_init(k, &config, T0);
	{
		uint8_t dat[12 + 4 * KAD_CONTACT_SIZE];

		kad_add_nodes(k, dat, net_nodes_dat(&net, dat, sizeof dat, 4));
	}
	add_job(KAD_SOURCE, (struct kad_id){UINT64_C(0xA10B) << 48, 0});
	config.unchecked = false;
	net_run(&net, k, T0, T0 + 12000);
	assert_int_equal(n_done, 1);
	assert_int_equal(outcomes[0].end, KAD_STORED);
	assert_int_equal(outcomes[0].n_stored, 4);
}

static void
no_node_is_asked_more_often_than_half_its_limit(void **state)
{
	(void)state;
	start(4, 0, 4);
	for (uint64_t i = 0; i < 10; i++)
		add_job(KAD_SOURCE, net.nodes[0].id);
	config.unchecked = true;
	net_run(&net, k, T0, T0 + 1200000);
	assert_true(n_done >= 5);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(net.nodes[i].n_too_fast, 0);
		/* 5 REQ and 1 of each other opcode a minute */
		assert_true(net.nodes[i].n_requests <= 20 * 9);
	}
}

static void
out_of_the_zone_nothing_is_stored(void **state)
{
	(void)state;
	start(4, 0, 4);
	add_job(KAD_SOURCE,
	    kad_distance(net.nodes[0].id,
		(struct kad_id){UINT64_C(0x5555555555555555), 0}));
	net_run(&net, k, T0, T0 + 60000);
	assert_int_equal(n_done, 1);
	assert_int_equal(outcomes[0].end, KAD_NO_NODES);
	assert_int_equal(net.n_publish, 0);
}

static void
nothing_is_published_before_two_nodes_reached_us(void **state)
{
	struct kad_status status;

	(void)state;
	start(1000, 0, 50);
	net.ack = false;
	add_job(KAD_SOURCE, net.nodes[500].id);
	net_run(&net, k, T0, T0 + 300000);
	status = kad_status(k, T0 + 300000);
	assert_int_equal(status.reach, KAD_NOT_REACHABLE);
	assert_true(status.connected);
	assert_int_equal(net.n_publish, 0);
	/* it is asked again after half an hour */
	net.ack = true;
	net_run(&net, k, T0 + 300000, T0 + 2400000);
	status = kad_status(k, T0 + 2400000);
	assert_int_equal(status.reach, KAD_REACHABLE);
	assert_int_equal(n_done, 1);
}

static void
our_address_and_port_are_learned_from_two_nodes(void **state)
{
	struct kad_status status;

	(void)state;
	start(1000, 0, 50);
	net_run(&net, k, T0, T0 + 60000);
	status = kad_status(k, T0 + 60000);
	assert_int_equal(status.ip, 0x505A5A05);
	assert_int_equal(status.udp_port, 4672);
	assert_int_equal(status.reach, KAD_REACHABLE);
}

static void
what_is_not_shared_any_more_is_withdrawn(void **state)
{
	(void)state;
	start(1000, 0, 50);
	withdrawn = true;
	add_job(KAD_SOURCE, net.nodes[500].id);
	net_run(&net, k, T0, T0 + 60000);
	assert_int_equal(n_done, 1);
	assert_int_equal(outcomes[0].end, KAD_WITHDRAWN);
	assert_int_equal(net.n_publish, 0);
}

static void
a_dead_network_gets_few_datagrams(void **state)
{
	(void)state;
	start(1000, 100, 200);
	add_job(KAD_SOURCE, net.nodes[500].id);
	net_run(&net, k, T0, T0 + 600000);
	assert_false(kad_status(k, T0 + 600000).connected);
	/* 3 in 5 seconds, none twice within 2 minutes */
	assert_true(net.n_datagrams <= 360);
	assert_int_equal(n_done, 0);
}

static void
the_rate_is_kept(void **state)
{
	(void)state;
	config.rate = 5;
	start(20000, 25, 50);
	for (uint64_t i = 0; i < 60; i++)
		add_job(KAD_SOURCE, (struct kad_id){i << 58, i});
	net_run(&net, k, T0, T0 + 60000);
	assert_true(net.n_datagrams >= 100 && net.n_datagrams <= 305);
}

static void
nodes_that_answered_are_saved(void **state)
{
	static uint8_t dat[KAD_NODES_DAT_MAX];
	struct kad *other = calloc(1, kad_size());
	size_t len;

	(void)state;
	start(20000, 25, 50);
	assert_int_equal(kad_put_nodes(k, T0, dat), 0);
	for (uint64_t i = 0; i < 20; i++)
		add_job(KAD_SOURCE,
		    (struct kad_id){i * UINT64_C(0x0CCCCCCCCCCCCCCC), i});
	net_run(&net, k, T0, T0 + 120000);
	len = kad_put_nodes(k, T0 + 120000, dat);
	assert_true(len >= 12 + 25 * 34 && (len - 12) % 34 == 0);
	kad_init(other, &config, T0);
	assert_int_equal(kad_add_nodes(other, dat, len), (len - 12) / 34);
	free(other);
}

static void
a_node_that_is_too_near_does_not_count(void **state)
{
	struct kad_id target = {UINT64_C(0x1234567812345678), 1};

	(void)state;
	start(20000, 0, 50);
	/* of an attacker who chose its id after the hash */
	net.nodes[net_place(&net, target) - 1].id =
	    (struct kad_id){target.high, 0};
	add_job(KAD_SOURCE, target);
	net_run(&net, k, T0, T0 + 60000);
	assert_int_equal(n_done, 1);
	assert_int_equal(outcomes[0].n_stored, 11);
}

/* Strangers. */

static void
receive(const char *hex, struct kad_address from, uint64_t now)
{
	uint8_t bytes[600];
	size_t n = unhex(bytes, sizeof bytes, hex);
	uint8_t *copy = exact_copy(bytes, n);

	kad_receive(k, copy, n, from, now);
	free(copy);
}

/* Have all datagrams that are due sent; returns the bytes of the last one. */
static size_t
sent(uint64_t now, uint8_t *out, struct kad_address *to)
{
	size_t len, last = 0;
	uint8_t bytes[KAD_DATAGRAM_MAX];

	kad_tick(k, now);
	while ((len = kad_next_datagram(k, now, bytes, to)) > 0) {
		memcpy(out, bytes, len);
		last = len;
	}
	return last;
}

static const struct kad_address stranger = {0x500A1405, 4672};

static void
a_ping_is_answered_and_not_twice_a_minute(void **state)
{
	uint8_t bytes[KAD_DATAGRAM_MAX];
	struct kad_address to;

	(void)state;
	kad_init(k, &config, T0);
	receive("e460", stranger, T0 + 1000);
	assert_hex(bytes, sent(T0 + 1000, bytes, &to), "e4614012");
	assert_true(kad_same_address(to, stranger));
	receive("e460", stranger, T0 + 2000);
	assert_int_equal(sent(T0 + 2000, bytes, &to), 0);
}

static void
a_request_for_contacts_is_answered_with_none(void **state)
{
	uint8_t bytes[KAD_DATAGRAM_MAX];
	struct kad_address to;

	(void)state;
	kad_init(k, &config, T0);
	receive("e42104 2d410ba172f4c1f167c59bb8dde917cc"
		"5558c7a1368ff06e19e09b0f9562214d",
	    stranger, T0 + 1000);
	assert_hex(bytes, sent(T0 + 1000, bytes, &to),
	    "e4292d410ba172f4c1f167c59bb8dde917cc00");
}

static void
what_would_amplify_or_store_is_not_answered(void **state)
{
	static const char *const requests[] = {
	    "e401",
	    "e4114d7ab0a1b176130764fb28b468ea268436120800",
	    "e4342d410ba172f4c1f167c59bb8dde917cc0000e093040000000000",
	    ("e4442d410ba172f4c1f167c59bb8dde917cc"
	     "c9394db2c2ec0eb223785d13666f468e01090100ff01"),
	    "e4533712c9394db2c2ec0eb223785d13666f468e00",
	    "e4",
	    "e4ff",
	    "c560",
	};
	uint8_t bytes[KAD_DATAGRAM_MAX];
	struct kad_address to;

	(void)state;
	kad_init(k, &config, T0);
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		receive(requests[i], stranger, T0 + 1000 * i);
		assert_int_equal(sent(T0 + 1000 * i, bytes, &to), 0);
	}
}

static void
requests_of_many_strangers_do_not_take_the_budget(void **state)
{
	uint8_t bytes[KAD_DATAGRAM_MAX];
	struct kad_address to;
	size_t n = 0;

	(void)state;
	kad_init(k, &config, T0);
	for (uint32_t i = 0; i < 10000; i++) {
		struct kad_address from = {0x50000000 + i * 300, 4672};

		receive("e460", from, T0 + i);
		n += sent(T0 + i, bytes, &to) > 0;
	}
	assert_true(n <= 41);
}

static void
answers_that_were_not_asked_for_are_ignored(void **state)
{
	(void)state;
	start(1000, 0, 50);
	kad_tick(k, T0);
	for (size_t i = 0; i < 1000; i++)
		receive("e4095558c7a1368ff06e19e09b0f9562214d361208 0100"
			"8e0f1da143edc740eb3a963a13c77fe305160c504012361208",
		    net_address(i), T0 + 1);
	assert_int_equal(kad_status(k, T0 + 1).n_answers, 0);
	assert_false(kad_status(k, T0 + 1).connected);
}

static void
junk_changes_nothing(void **state)
{
	struct kad_status before, after;
	uint64_t now = T0 + 60000;

	(void)state;
	start(1000, 0, 50);
	net_run(&net, k, T0, now);
	before = kad_status(k, now);
	for (int i = 0; i < 100000; i++) {
		uint8_t bytes[64];
		size_t n = net_random(&net) % sizeof bytes;

		for (size_t j = 0; j < n; j++)
			bytes[j] = (uint8_t)net_random(&net);
		kad_receive(
		    k, bytes, n, net_address(net_random(&net) % 1000), now);
	}
	after = kad_status(k, now);
	assert_int_equal(before.n_answers, after.n_answers);
	assert_int_equal(before.n_contacts, after.n_contacts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_file_is_stored_on_the_nearest_nodes),
	    TEST(keywords_and_notes_are_stored_too),
	    TEST(answers_that_are_late_and_lost_leave_most_copies),
	    TEST(a_network_of_four_nodes_is_enough),
	    TEST(no_node_is_asked_more_often_than_half_its_limit),
	    TEST(out_of_the_zone_nothing_is_stored),
	    TEST(nothing_is_published_before_two_nodes_reached_us),
	    TEST(our_address_and_port_are_learned_from_two_nodes),
	    TEST(what_is_not_shared_any_more_is_withdrawn),
	    TEST(a_dead_network_gets_few_datagrams),
	    TEST(the_rate_is_kept),
	    TEST(nodes_that_answered_are_saved),
	    TEST(a_node_that_is_too_near_does_not_count),
	    TEST(a_ping_is_answered_and_not_twice_a_minute),
	    TEST(a_request_for_contacts_is_answered_with_none),
	    TEST(what_would_amplify_or_store_is_not_answered),
	    TEST(requests_of_many_strangers_do_not_take_the_budget),
	    TEST(answers_that_were_not_asked_for_are_ignored),
	    TEST(junk_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
