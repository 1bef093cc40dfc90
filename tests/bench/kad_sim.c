/*
 * kad_sim NODES FILES DONE RATE COPIES: publish files on a simulated network, in
 * the order of their hashes, until so many are done. Prints one line of
 * "name value" pairs. Of a large share a piece of the ring is enough: its files
 * lie as close as all of them would.
 * SPDX-License-Identifier: ISC
 */
#include "../unit/kad_net.h"

#include <sys/resource.h>
#include <time.h>

static struct net net;
static uint64_t n_files, given, done, stored, wanted, ends[8];
static uint64_t asked_sum, stored_sum;

/* File i of n_files, evenly spread but for the lower bits. */
static struct kad_id
file_id(uint64_t i)
{
	uint64_t step = UINT64_MAX / n_files;
	uint64_t low = net_hash(i, 7);

	return (struct kad_id){i * step + low % step, low};
}

static bool
next(void *ctx, struct kad_job *out)
{
	(void)ctx;
	if (given == n_files)
		return false;
	*out = (struct kad_job){KAD_SOURCE, file_id(given), 300000, given};
	given++;
	return true;
}

static size_t
describe(void *ctx, const struct kad_job *job,
    struct kad_file files[KAD_KEYWORD_FILES])
{
	(void)ctx;
	(void)job;
	(void)files;
	return 1;
}

static void
note_done(void *ctx, const struct kad_job *job, const struct kad_outcome *o)
{
	(void)ctx;
	(void)job;
	done++;
	stored += o->end == KAD_STORED;
	ends[o->end]++;
	asked_sum += o->n_asked;
	stored_sum += o->n_stored;
}

static double
cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double used_s;

/* As net_run, with the time of the publisher alone. */
static uint64_t
turn(struct kad *k, uint64_t now)
{
	uint8_t bytes[64][KAD_DATAGRAM_MAX];
	struct kad_address to[64];
	size_t len[64], n;
	struct net_answer answers[64];
	double begin;
	uint64_t wake;

	for (n = 0; n < 64 && net.n_answers > 0 && net.answers[0].at_ms <= now;
	     n++)
		answers[n] = net_pop(&net);
	begin = cpu_s();
	for (size_t i = 0; i < n; i++)
		kad_receive(
		    k, answers[i].bytes, answers[i].len, answers[i].from, now);
	kad_tick(k, now);
	for (n = 0; n < 64; n++) {
		len[n] = kad_next_datagram(k, now, bytes[n], &to[n]);
		if (len[n] == 0)
			break;
	}
	wake = kad_deadline(k, now);
	used_s += cpu_s() - begin;
	for (size_t i = 0; i < n; i++)
		net_receive(&net, to[i], bytes[i], len[i], now);
	if (net.n_answers > 0 && net.answers[0].at_ms < wake)
		wake = net.answers[0].at_ms;
	return wake > now ? wake : now + 1;
}

int
main(int argc, char *argv[])
{
	static const struct kad_work work = {NULL, next, describe, note_done};
	struct kad_config config = {.id = {1, 2},
	    .user_hash = {3, 4},
	    .tcp_port = 4662,
	    .secret = "secret",
	    .seed = 5,
	    .unchecked = true,
	    .work = &work};
	uint8_t dat[12 + 200 * KAD_CONTACT_SIZE];
	struct kad *k = calloc(1, kad_size());
	struct rusage before, after;
	uint64_t begin = 1000, now = begin, worst = 0, too_fast = 0;

	if (argc != 6 || !k)
		return 2;
	config.rate = (unsigned)strtoul(argv[4], NULL, 10);
	config.copies = (unsigned)strtoul(argv[5], NULL, 10);
	n_files = strtoull(argv[2], NULL, 10);
	wanted = strtoull(argv[3], NULL, 10);
	net_init(&net, strtoull(argv[1], NULL, 10), 25, 1);
	net.lost = 3;
	net.late = 3;
	getrusage(RUSAGE_SELF, &before);
	kad_init(k, &config, now);
	kad_add_nodes(k, dat, net_nodes_dat(&net, dat, sizeof dat, 200));
	while (done < wanted && now < begin + UINT64_C(86400000))
		now = turn(k, now);
	getrusage(RUSAGE_SELF, &after);
	for (size_t i = 0; i < net.n; i++) {
		if (net.nodes[i].n_stored > worst)
			worst = net.nodes[i].n_stored;
		too_fast += net.nodes[i].n_too_fast;
	}
	/* what was postponed comes again, so it is no file yet */
	printf("files %lu stored %lu packets_file %.2f req_file %.2f "
	       "publish_file %.2f copies %.2f near10 %.2f worst %lu too_fast "
	       "%lu seconds %lu cpu_percent %.2f contacts %u postponed_percent "
	       "%.2f rss_mb %.1f\n",
	    done, stored, (double)net.n_datagrams / (double)stored,
	    (double)net.n_req / (double)stored,
	    (double)asked_sum / (double)stored,
	    (double)stored_sum / (double)stored,
	    (double)net.n_near / (double)stored, worst, too_fast,
	    (now - begin) / 1000, 100 * used_s / ((double)(now - begin) / 1000),
	    kad_status(k, now).n_contacts,
	    100 * (double)ends[KAD_POSTPONED] / (double)done,
	    (double)(after.ru_maxrss - before.ru_maxrss) / 1024);
	net_free(&net);
	free(k);
	return 0;
}
