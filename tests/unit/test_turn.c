/*
 * serve/turn.h: the order of waiters, and by simulation that nobody waits for
 * ever.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "board/turn.h"

/* xorshift64*, with a fixed seed: each run is the same. */
static uint64_t random_state;

static uint64_t
random_below(uint64_t n)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * UINT64_C(0x2545F4914F6CDD1D) >> 11) % n;
}

static const uint32_t weights[] = {WEIGHT_LOW, WEIGHT_NORMAL, WEIGHT_HIGH};

static struct waiter
waiter(uint64_t since_ms, uint32_t weight, uint32_t id)
{
	return (struct waiter){since_ms, weight, id};
}

/* Is it a's turn at 1,000,000, and then not b's? */
static bool
goes_first(struct waiter a, struct waiter b)
{
	assert_int_not_equal(
	    turn_is_before(&a, &b, 1000000), turn_is_before(&b, &a, 1000000));
	return turn_is_before(&a, &b, 1000000);
}

static void
it_is_a_strict_order(void **state)
{
	(void)state;
	random_state = 1;
	for (int i = 0; i < 200000; i++) {
		struct waiter w[3];
		uint64_t now_ms = 50 + random_below(50);

		/* from a few values, so that ties are frequent; some to come */
		for (uint32_t j = 0; j < 3; j++)
			w[j] = waiter(
			    random_below(110), weights[random_below(3)], j);
		for (int j = 0; j < 3; j++) {
			const struct waiter *a = &w[j], *b = &w[(j + 1) % 3],
					    *c = &w[(j + 2) % 3];

			assert_false(turn_is_before(a, a, now_ms));
			assert_true(turn_is_before(a, b, now_ms) !=
			    turn_is_before(b, a, now_ms));
			if (turn_is_before(a, b, now_ms) &&
			    turn_is_before(b, c, now_ms))
				assert_true(turn_is_before(a, c, now_ms));
		}
	}
}

static void
who_waited_longer_goes_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(weights); i++) {
		uint32_t w = weights[i];

		assert_true(goes_first(waiter(10, w, 9), waiter(11, w, 1)));
		assert_true(goes_first(waiter(10, w, 9), waiter(999999, w, 1)));
	}
}

static void
the_heavier_file_goes_first(void **state)
{
	(void)state;
	assert_true(goes_first(
	    waiter(500, WEIGHT_HIGH, 3), waiter(500, WEIGHT_NORMAL, 2)));
	assert_true(goes_first(
	    waiter(500, WEIGHT_NORMAL, 2), waiter(500, WEIGHT_LOW, 1)));
	/* a second counts four times as much, and no more than that */
	assert_true(goes_first(
	    waiter(900001, WEIGHT_HIGH, 3), waiter(600005, WEIGHT_LOW, 1)));
	assert_false(goes_first(
	    waiter(900001, WEIGHT_HIGH, 3), waiter(600003, WEIGHT_LOW, 1)));
}

static void
of_equals_who_came_first(void **state)
{
	(void)state;
	/* the same score */
	assert_true(goes_first(
	    waiter(600000, WEIGHT_LOW, 9), waiter(900000, WEIGHT_HIGH, 1)));
	/* the same in all but the number */
	assert_true(goes_first(waiter(7, 2, 1), waiter(7, 2, 2)));
	/* nobody has waited yet; another process' clock may be ahead of ours */
	assert_true(goes_first(waiter(1000000, 1, 9), waiter(1000000, 4, 10)));
	assert_true(goes_first(waiter(1000001, 1, 9), waiter(1000002, 4, 1)));
	assert_true(goes_first(waiter(999999, 1, 9), waiter(1000002, 4, 1)));
}

static void
centuries_do_not_overflow(void **state)
{
	uint64_t now_ms = UINT64_C(500) * 366 * 86400 * 1000;
	struct waiter old = waiter(0, WEIGHT_HIGH, 2);
	struct waiter new = waiter(1, WEIGHT_HIGH, 1);

	(void)state;
	assert_true(turn_is_before(&old, &new, now_ms));
	assert_false(turn_is_before(&new, &old, now_ms));
}

static void
the_first_looks_often_and_the_last_often_enough(void **state)
{
	uint64_t last = 0;

	(void)state;
	assert_int_equal(turn_recheck_ms(0), 100);
	assert_int_equal(turn_recheck_ms(99), 10000);
	assert_int_equal(turn_recheck_ms(199), 20000);
	for (uint32_t n = 0; n < 10000; n++) {
		uint64_t ms = turn_recheck_ms(n);

		assert_true(ms >= last && ms >= 100 && ms <= 20000);
		last = ms;
	}
	assert_int_equal(turn_recheck_ms(UINT32_MAX), 20000);
}

/*
 * The simulation: jobs that come, wait for one of N_SLOTS and hold it for a
 * while. A slot that gets free is given at once to whoever is first.
 */
#define N_SLOTS     5
#define N_JOBS      6000
#define SERVICE_MIN 1000
#define SERVICE_MAX 9000

struct job {
	uint64_t came_ms, service_ms, began_ms;
	uint32_t weight;
	bool served;
};

static struct job jobs[N_JOBS];

enum order {
	FIFO,
	BY_TURN
};

/* The one that is next among those that have come; N_JOBS: nobody waits. */
static size_t
find_next(size_t first, size_t n_come, enum order order, uint64_t now_ms)
{
	size_t best = N_JOBS;

	for (size_t i = first; i < n_come; i++) {
		struct waiter a, b;

		if (jobs[i].served)
			continue;
		if (best == N_JOBS) {
			best = i;
			if (order == FIFO)
				break;
			continue;
		}
		a = waiter(jobs[i].came_ms, jobs[i].weight, (uint32_t)i);
		b = waiter(
		    jobs[best].came_ms, jobs[best].weight, (uint32_t)best);
		if (turn_is_before(&a, &b, now_ms))
			best = i;
	}
	return best;
}

/* Serve them all. Returns the longest wait of those of this weight at most. */
static uint64_t
simulate(enum order order, uint32_t weight)
{
	uint64_t free_ms[N_SLOTS] = {0}, longest = 0, now_ms = 0;
	size_t first = 0, n_come = 0, n_served = 0;

	for (size_t i = 0; i < N_JOBS; i++)
		jobs[i].served = false;
	while (n_served < N_JOBS) {
		size_t slot = 0, i;
		struct job *job;

		for (i = 1; i < N_SLOTS; i++)
			if (free_ms[i] < free_ms[slot])
				slot = i;
		if (free_ms[slot] > now_ms)
			now_ms = free_ms[slot];
		while (first < N_JOBS && jobs[first].served)
			first++;
		/* nobody is there: the slot is free until somebody comes */
		if (n_come == n_served && jobs[first].came_ms > now_ms)
			now_ms = jobs[first].came_ms;
		while (n_come < N_JOBS && jobs[n_come].came_ms <= now_ms)
			n_come++;
		i = find_next(first, n_come, order, now_ms);
		assert_true(i < N_JOBS);
		job = &jobs[i];
		job->served = true;
		job->began_ms = now_ms;
		free_ms[slot] = now_ms + job->service_ms;
		n_served++;
		if (job->weight <= weight && now_ms - job->came_ms > longest)
			longest = now_ms - job->came_ms;
	}
	return longest;
}

/*
 * Arrivals: now and then a burst, single ones between; so many percent of what
 * the slots can do. Of 100 so many want a light file, as many of what is left
 * want a heavy one as not.
 */
static void
make_jobs(uint64_t seed, uint64_t percent, uint64_t light)
{
	uint64_t mean_ms =
	    (SERVICE_MIN + SERVICE_MAX) / 2 * 100 / N_SLOTS / percent;
	uint64_t now_ms = 0, burst = 0, owed_ms = 0;

	random_state = seed;
	for (size_t i = 0; i < N_JOBS; i++) {
		uint64_t gap_ms = random_below(2 * mean_ms + 1);

		if (burst == 0 && random_below(150) == 0)
			burst = 10 + random_below(40);
		if (burst > 0) { /* all at once; the pause comes after */
			burst--;
			owed_ms += gap_ms;
		} else {
			now_ms += gap_ms + owed_ms;
			owed_ms = 0;
		}
		jobs[i].came_ms = now_ms;
		jobs[i].service_ms =
		    SERVICE_MIN + random_below(SERVICE_MAX - SERVICE_MIN + 1);
		jobs[i].weight = random_below(100) < light
		    ? WEIGHT_LOW
		    : weights[1 + random_below(2)];
	}
}

/*
 * Let L come at time 0 and wait W. With r = WEIGHT_HIGH / WEIGHT_LOW, whoever
 * comes after t = (1 - 1/r) W is behind L all that time, so all slots are busy
 * until W with those that came by t. In plain FIFO those have all begun f after
 * t and ended one service time S later, where f is the longest wait there. No
 * slot is ever free while somebody waits, in both orders, so what both have
 * done of the work differs by less than one S a slot. So W <= t + f + 2 S, that
 * is W <= r (f + 2 S): a bound that knows nothing of how many heavy ones come.
 */
static void
check_bound(void)
{
	uint64_t fifo = simulate(FIFO, WEIGHT_HIGH);
	uint64_t most =
	    WEIGHT_HIGH / WEIGHT_LOW * (fifo + (uint64_t)2 * SERVICE_MAX);
	uint64_t light = simulate(BY_TURN, WEIGHT_LOW);

	assert_true(light <= most);
	/* and all the others as well */
	assert_true(simulate(BY_TURN, WEIGHT_HIGH) <= most);
}

static void
nobody_waits_for_ever(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		make_jobs(seed, 60 + 4 * (seed % 10), 33);
		check_bound();
	}
}

static void
nobody_waits_for_ever_while_heavy_ones_never_stop(void **state)
{
	(void)state;
	/* a light one of a hundred, with slots that are hardly ever free */
	for (uint64_t seed = 1; seed <= 5; seed++) {
		make_jobs(seed, 98, 1);
		check_bound();
	}
	/* even with more than the slots can do, when everybody's wait grows */
	make_jobs(6, 120, 1);
	check_bound();
}

/*
 * Without that its wait counts, a light one would not be served before the last
 * of the heavy ones; here at most r times as late as it came, and a service.
 */
static void
a_light_one_is_served_in_an_endless_stream_of_heavy_ones(void **state)
{
	(void)state;
	/* one slot's worth too many: there is always a heavy one waiting */
	for (size_t i = 0; i < N_JOBS; i++)
		jobs[i] = (struct job){
		    .came_ms = i * 1000,
		    .service_ms = 6000,
		    .weight = i == N_JOBS / 4 ? WEIGHT_LOW : WEIGHT_HIGH,
		};
	simulate(BY_TURN, WEIGHT_LOW);
	for (size_t i = 0; i < N_JOBS; i++)
		assert_true(jobs[i].served);
	assert_true(jobs[N_JOBS / 4].began_ms < jobs[N_JOBS - 1].came_ms);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_a_strict_order),
	    cmocka_unit_test(who_waited_longer_goes_first),
	    cmocka_unit_test(the_heavier_file_goes_first),
	    cmocka_unit_test(of_equals_who_came_first),
	    cmocka_unit_test(centuries_do_not_overflow),
	    cmocka_unit_test(the_first_looks_often_and_the_last_often_enough),
	    cmocka_unit_test(nobody_waits_for_ever),
	    cmocka_unit_test(nobody_waits_for_ever_while_heavy_ones_never_stop),
	    cmocka_unit_test(
		a_light_one_is_served_in_an_endless_stream_of_heavy_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
