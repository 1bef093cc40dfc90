/*
 * board/turn.h and board/places.h together, by simulation: nobody waits for
 * ever, even next to a thief who banks places. He has one address, several
 * connections and any number of user hashes. For an hour he has them wait in
 * turn, for a light file so that they wait long, and hangs up when one is next.
 * Then he brings them all back, each for a heavy file.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "base/util.h"
#include "board/places.h"
#include "board/turn.h"

#define N_SLOTS     5
#define SERVICE_MAX 9000

/* A step of the simulation, how long it runs, and a period of the thief. */
#define STEP_MS  1000
#define END_MS   (6 * 3600000)
#define CYCLE_MS (2 * 3600000)
#define BANK_MS  3600000

#define N_HONEST    80
#define N_THIEF     360 /* his user hashes */
#define N_PEERS     (N_HONEST + N_THIEF)
#define CONNECTIONS 16 /* of one address at once */
#define JOBS_MAX    40000

struct peer {
	bool waits;
	bool absent; /* it hung up, and will be back */
	bool stays;  /* honest, and never hangs up */
	struct waiter waiter;
	uint64_t first_ms;  /* when it began to wait, before any absence */
	uint64_t waited_ms; /* when it hung up */
	uint64_t moves_ms;  /* when it comes, hangs up or comes back */
	uint64_t service_ms;
};

/* What was served, by the time it was first wanted. */
struct job {
	uint64_t first_ms, service_ms;
};

static struct place places[PLACES_MAX];
static struct peer peers[N_PEERS]; /* the thief's are the last */
static struct job jobs[JOBS_MAX];
static size_t n_jobs;
static uint64_t now_ms, slot_free_ms[N_SLOTS];
static uint32_t places_limit; /* of an owner */

/* What happened to honest ones: */
static uint64_t longest_ms; /* wait of one who stayed */
static uint32_t n_absent, most_absent, n_lost;

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

static bool
is_thief(const struct peer *p)
{
	return p >= peers + N_HONEST;
}

static bool
thief_banks(void)
{
	return now_ms % CYCLE_MS < BANK_MS;
}

static struct place
place_of(const struct peer *p)
{
	struct place place = {
	    .owner = is_thief(p) ? 1 : 1000 + p->waiter.id,
	    .waited_ms = now_ms - p->waiter.since_ms,
	    .left_ms = now_ms,
	};

	memcpy(place.user_hash, &p->waiter.id, sizeof p->waiter.id);
	return place;
}

/* As queue_wait does. Returns what it waited before. */
static uint64_t
begin_to_wait(struct peer *p, uint32_t weight)
{
	struct place place = place_of(p);
	uint64_t waited_ms =
	    places_take(places, place.user_hash, place.owner, now_ms);

	if (waited_ms == 0)
		p->first_ms = now_ms;
	p->waiter.since_ms = now_ms - waited_ms;
	p->waiter.weight = weight;
	p->waits = true;
	p->absent = false;
	return waited_ms;
}

/* As roster_leave does. */
static void
hang_up(struct peer *p)
{
	struct place place = place_of(p);

	places_keep(places, &place, places_limit, now_ms);
	p->waited_ms = place.waited_ms;
	p->waits = false;
	p->absent = true;
}

static uint32_t
any_weight(void)
{
	static const uint32_t weights[] = {
	    WEIGHT_LOW, WEIGHT_NORMAL, WEIGHT_HIGH};

	return weights[random_below(3)];
}

/* It comes anew, or hangs up for 40 s after each 20 s of waiting. */
static void
move_honest(struct peer *p)
{
	if (now_ms < p->moves_ms || (p->waits && p->stays))
		return;
	if (p->waits) {
		hang_up(p);
		p->moves_ms = now_ms + 40000;
		if (++n_absent > most_absent)
			most_absent = n_absent;
		return;
	}
	p->moves_ms = now_ms + 20000;
	if (p->absent) {
		n_absent--;
		if (begin_to_wait(p, p->waiter.weight) != p->waited_ms)
			n_lost++;
		return;
	}
	p->service_ms = STEP_MS * (1 + random_below(SERVICE_MAX / STEP_MS));
	begin_to_wait(p, any_weight());
}

/*
 * While he banks, his connections are for those who have least; later for those
 * who have most. Nobody is told which places were dropped.
 */
static struct peer *
pick_of_thief(void)
{
	struct peer *pick = NULL;

	for (size_t i = N_HONEST; i < N_PEERS; i++) {
		struct peer *p = &peers[i];

		if (p->waits)
			continue;
		if (!pick ||
		    (thief_banks() ? p->waited_ms < pick->waited_ms
				   : p->waited_ms > pick->waited_ms))
			pick = p;
	}
	return pick;
}

static void
move_thief(void)
{
	size_t n_waiting = 0;

	for (size_t i = N_HONEST; i < N_PEERS; i++)
		n_waiting += peers[i].waits;
	for (; n_waiting < CONNECTIONS; n_waiting++)
		begin_to_wait(
		    pick_of_thief(), thief_banks() ? WEIGHT_LOW : WEIGHT_HIGH);
}

static struct peer *
find_next(void)
{
	struct peer *next = NULL;

	for (size_t i = 0; i < N_PEERS; i++) {
		struct peer *p = &peers[i];

		if (p->waits &&
		    (!next ||
			turn_is_before(&p->waiter, &next->waiter, now_ms)))
			next = p;
	}
	return next;
}

static void
serve(struct peer *p, uint64_t *free_ms)
{
	uint64_t wait_ms = now_ms - p->first_ms;

	assert_true(n_jobs < JOBS_MAX);
	jobs[n_jobs++] = (struct job){p->first_ms, p->service_ms};
	*free_ms = now_ms + p->service_ms;
	p->waits = false;
	p->waited_ms = 0;
	p->moves_ms = now_ms + p->service_ms + random_below(60000);
	if (p->stays && wait_ms > longest_ms)
		longest_ms = wait_ms;
}

/* Give a free slot to whoever is next. */
static void
hand_out(uint64_t *free_ms)
{
	struct peer *next;

	if (*free_ms > now_ms)
		return;
	while ((next = find_next()) && is_thief(next) && thief_banks())
		hang_up(next); /* he sees his rank */
	if (next)
		serve(next, free_ms);
}

static void
simulate(uint64_t seed, uint32_t limit)
{
	random_state = seed;
	places_limit = limit;
	memset(places, 0, sizeof places);
	memset(peers, 0, sizeof peers);
	memset(slot_free_ms, 0, sizeof slot_free_ms);
	n_jobs = n_absent = most_absent = n_lost = 0;
	longest_ms = 0;
	for (uint32_t i = 0; i < N_PEERS; i++) {
		struct peer *p = &peers[i];

		p->waiter.id = i;
		p->stays = i < N_HONEST && i % 8 != 0;
		p->moves_ms = random_below(60000);
		p->service_ms = SERVICE_MAX;
	}
	for (now_ms = STEP_MS; now_ms < END_MS; now_ms += STEP_MS) {
		for (size_t i = 0; i < N_HONEST; i++)
			move_honest(&peers[i]);
		move_thief();
		for (size_t i = 0; i < N_SLOTS; i++)
			hand_out(&slot_free_ms[i]);
	}
}

static int
compare_jobs(const void *a, const void *b)
{
	const struct job *x = a, *y = b;

	return (x->first_ms > y->first_ms) - (x->first_ms < y->first_ms);
}

/* The longest wait if the same jobs are served in the order they came in. */
static uint64_t
longest_in_fifo(void)
{
	uint64_t free_ms[N_SLOTS] = {0}, longest = 0;

	qsort(jobs, n_jobs, sizeof jobs[0], compare_jobs);
	for (size_t i = 0; i < n_jobs; i++) {
		uint64_t *slot = free_ms, begin_ms;

		for (size_t j = 1; j < N_SLOTS; j++)
			if (free_ms[j] < *slot)
				slot = &free_ms[j];
		begin_ms = *slot > jobs[i].first_ms ? *slot : jobs[i].first_ms;
		*slot = begin_ms + jobs[i].service_ms;
		if (begin_ms - jobs[i].first_ms > longest)
			longest = begin_ms - jobs[i].first_ms;
	}
	return longest;
}

/*
 * Let L come at time 0, stay, and wait W. With r = WEIGHT_HIGH / WEIGHT_LOW,
 * whoever is before L at W has waited W / r or more, connected, and so was
 * first there by t = (1 - 1/r) W. In FIFO all of those have ended by t + f + S,
 * where f is the longest wait there and S the longest service. Our slots are
 * busy until W with such jobs alone. How far behind FIFO can our slots have
 * been at 0? They fall behind only while one is free, and then nobody waits:
 * what FIFO has done and we have not are jobs that run, one a slot, and those
 * of the A peers that are absent. So W <= t + f + 2 S + A S / N with N slots,
 * which is W <= r (f + 2 S + A S / N). Of a thief, A is the limit on places.
 */
static uint64_t
bound(void)
{
	uint64_t most_places = CONNECTIONS + most_absent;

	return WEIGHT_HIGH / WEIGHT_LOW *
	    (longest_in_fifo() + (uint64_t)2 * SERVICE_MAX +
		most_places * SERVICE_MAX / N_SLOTS);
}

static void
nobody_waits_for_ever_next_to_a_thief_of_places(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		simulate(seed, CONNECTIONS);
		assert_true(n_jobs > 5000 && most_absent > 0);
		assert_true(longest_ms <= bound());
		/* and those who come and go find what they have waited */
		assert_int_equal(n_lost, 0);
	}
}

/* A test of the test: the thief is able, and the limit is what holds him. */
static void
without_a_limit_on_places_the_thief_doubles_the_wait(void **state)
{
	uint64_t limited_ms;

	(void)state;
	simulate(1, CONNECTIONS);
	limited_ms = longest_ms;
	simulate(1, PLACES_MAX);
	assert_true(longest_ms > 2 * limited_ms);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nobody_waits_for_ever_next_to_a_thief_of_places),
	    cmocka_unit_test(
		without_a_limit_on_places_the_thief_doubles_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
