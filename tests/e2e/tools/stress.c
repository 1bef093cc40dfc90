/*
 * stress SECONDS DIR: up to 200 processes at once claim a record of the
 * scoreboard in DIR, wait, take a slot, hold it for a moment, give it back, and
 * are killed at random. Each says in a page of its own that it holds one, after
 * it has taken it and until before it gives it back, so that what is said never
 * is more than what is held: if ever more say so than there are slots, the
 * board is wrong. The same goes for costly answers, of which there is one.
 *
 * In the end all are killed at once, and a newcomer has to get a slot as soon
 * as they are no longer believed to live.
 *
 * Exit: 0 all held; 1 not; 2 usage.
 * SPDX-License-Identifier: ISC
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/util.h"
#include "board/costly.h"
#include "board/queue.h"
#include "board/roster.h"
#include "board/turn.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define N_KIDS  200
#define N_SLOTS 5

static const struct scoreboard_limits limits = {
    .slots = N_SLOTS,
    .connections = 2 * N_KIDS,
    .address_connections = 2 * N_KIDS,
    .address_minute = UINT32_MAX,
    .address_slots = N_SLOTS,
};

/* What the kids say: written by each for itself, cleared for the killed. */
struct page {
	struct held {
		_Atomic uint32_t by[N_KIDS];
		_Atomic uint64_t n_taken;
	} slots, costly;
};

static struct page *page;
static pid_t kids[N_KIDS];
static uint64_t n_born, n_killed, n_killed_holding, n_most, n_last;
static uint64_t n_most_costly;

static void
sleep_us(long us)
{
	struct timespec ts = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&ts, NULL);
}

static void
address_of(uint8_t out[16], int i)
{
	static const uint8_t base[16] = {[10] = 0xFF, [11] = 0xFF, [12] = 10};

	memcpy(out, base, 16);
	out[15] = (uint8_t)i;
}

/* Wait for a slot and take it. */
static void
await_slot(struct scoreboard *b, uint32_t weight)
{
	uint32_t before;

	queue_wait(b, weight, clock_ms());
	while (!queue_take(b, clock_ms(), &before))
		sleep_us(2000 + random() % 20000);
}

/* Say that this kid holds one for so long. */
static void
hold(struct held *held, int i, long us)
{
	held->n_taken++; /* first: count_held relies on it */
	held->by[i] = 1;
	sleep_us(us);
	held->by[i] = 0;
}

static void
make_costly(struct scoreboard *b, int i)
{
	if (!costly_begin(b, clock_ms()))
		return;
	hold(&page->costly, i, random() % 5000);
	costly_end(b);
}

static void
live(const char *dir, int i)
{
	struct scoreboard b;
	uint8_t address[16];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	srandom((unsigned)getpid());
	address_of(address, i);
	if (!scoreboard_open(&b, dir, &limits) ||
	    roster_claim(&b, address, 1, clock_ms()) != CLAIM_OK)
		_exit(1);
	memset(scoreboard_mine(&b)->user_hash, i, HASH_SIZE);
	scoreboard_mine(&b)->has_user = 1;
	for (long n = random() % 4; n >= 0; n--) {
		await_slot(&b, 1u << random() % 3);
		hold(&page->slots, i, random() % 50000);
		queue_give(&b, clock_ms());
		if (random() % 4 == 0)
			make_costly(&b, i);
	}
	roster_leave(&b, clock_ms());
	_exit(0);
}

static void
bear(const char *dir, int i)
{
	kids[i] = fork();
	if (kids[i] == 0)
		live(dir, i);
	if (kids[i] < 0) {
		perror("fork");
		kids[i] = 0;
		exit(1);
	}
	n_born++;
}

/* A fault of the kid's own, unless we killed it. */
static void
bury(int i, int status)
{
	if (WIFEXITED(status) ? WEXITSTATUS(status) != 0
			      : WTERMSIG(status) != SIGKILL) {
		printf("a kid ended with status 0x%x\n", (unsigned)status);
		exit(1);
	}
	kids[i] = 0;
	page->slots.by[i] = page->costly.by[i] = 0;
}

/*
 * It is stopped first: between its death and our looking at its page others may
 * take its slot, so what it says must be gone before that.
 */
static void
murder(int i)
{
	int status;

	if (kids[i] == 0)
		return;
	kill(kids[i], SIGSTOP);
	if (waitpid(kids[i], &status, WUNTRACED) != kids[i])
		return;
	if (!WIFSTOPPED(status)) { /* it was just done */
		bury(i, status);
		return;
	}
	n_killed++;
	n_killed_holding += page->slots.by[i];
	page->slots.by[i] = page->costly.by[i] = 0;
	kill(kids[i], SIGKILL);
	waitpid(kids[i], &status, 0);
	bury(i, status);
}

/*
 * One look is not of one moment: what is passed on meanwhile can be seen twice.
 * So a look counts only if nobody took one while it lasted; else returns 0.
 */
static uint64_t
count_held(const struct held *held)
{
	uint64_t taken = held->n_taken, n = 0;

	for (int i = 0; i < N_KIDS; i++)
		n += held->by[i] != 0;
	return taken == held->n_taken ? n : 0;
}

static void
check_held(const struct held *held, uint64_t limit, uint64_t *most)
{
	uint64_t n = count_held(held);

	if (n > *most)
		*most = n;
	if (n > limit) {
		printf("%" PRIu64 " hold one of %" PRIu64 "\n", n, limit);
		exit(1);
	}
}

static void
run(const char *dir, uint64_t ms)
{
	uint64_t end_ms = clock_ms() + ms;

	while (clock_ms() < end_ms) {
		for (int i = 0; i < N_KIDS; i++) {
			int status;

			if (kids[i] == 0)
				bear(dir, i);
			else if (waitpid(kids[i], &status, WNOHANG) == kids[i])
				bury(i, status);
			else if (random() % 100 == 0)
				murder(i);
		}
		for (int j = 0; j < 200; j++) {
			check_held(&page->slots, N_SLOTS, &n_most);
			check_held(&page->costly, 1, &n_most_costly);
			sleep_us(20);
		}
	}
}

static void
signal_all(int signal)
{
	for (int i = 0; i < N_KIDS; i++)
		if (kids[i] > 0)
			kill(kids[i], signal);
}

static int
count_holders(void)
{
	int n = 0;

	for (int i = 0; i < N_KIDS; i++)
		n += page->slots.by[i] != 0;
	return n;
}

/* All at once, at a moment when all slots are taken, if there is one. */
static void
kill_all(void)
{
	uint64_t end_ms = clock_ms() + 5000;
	int status;

	while (count_holders() < N_SLOTS && clock_ms() < end_ms)
		sleep_us(100);
	signal_all(SIGSTOP);
	n_last = (uint64_t)count_holders();
	signal_all(SIGKILL);
	for (int i = 0; i < N_KIDS; i++)
		if (kids[i] > 0 && waitpid(kids[i], &status, 0) == kids[i])
			bury(i, status);
}

/* All are gone; somebody of another address comes. */
static bool
newcomer_gets_a_slot(const char *dir)
{
	static const uint8_t address[16] = {0x20, 1, 0xD, 0xB8};
	struct scoreboard b;
	uint32_t before = 0;
	bool got;

	if (!scoreboard_open(&b, dir, &limits) ||
	    roster_claim(&b, address, 1, clock_ms()) != CLAIM_OK)
		return false;
	queue_wait(&b, WEIGHT_LOW, clock_ms());
	sleep_us(2 * 1000 * UPLOADING_ALIVE_MS);
	got = queue_take(&b, clock_ms(), &before);
	if (!got)
		printf("a newcomer waits behind %u dead ones\n", before);
	roster_leave(&b, clock_ms());
	scoreboard_close(&b);
	return got;
}

int
main(int argc, char **argv)
{
	uint32_t seconds;
	bool good;

	if (argc != 3 || (seconds = (uint32_t)atoi(argv[1])) == 0) {
		fprintf(stderr, "usage: stress SECONDS DIR\n");
		return 2;
	}
	log_open_stderr("stress");
	page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	srandom(1);
	run(argv[2], (uint64_t)seconds * 1000);
	/* a full house, then nobody */
	for (int i = 0; i < N_KIDS; i++)
		if (kids[i] == 0)
			bear(argv[2], i);
	sleep_us(300000);
	kill_all();
	good = newcomer_gets_a_slot(argv[2]);
	printf("%" PRIu64 " processes, %" PRIu64 " killed, %" PRIu64
	       " of them with a slot; %" PRIu64 " slots taken, at most %" PRIu64
	       " at once; %" PRIu64 " in the end; %" PRIu64
	       " costly answers, at most %" PRIu64 " at once\n",
	    n_born, n_killed, n_killed_holding, (uint64_t)page->slots.n_taken,
	    n_most, n_last, (uint64_t)page->costly.n_taken, n_most_costly);
	return good && page->slots.n_taken > 0 && page->costly.n_taken > 0 ? 0
									   : 1;
}
