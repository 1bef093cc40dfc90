/*
 * Hashing files with all processors; see hash.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/hash.h"

#include "base/log.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

unsigned
hasher_processors(void)
{
	cpu_set_t set;

	/* it fails beyond 1,024 processors */
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return HASHER_THREADS_MAX;
	return (unsigned)CPU_COUNT(&set);
}

/* Signals are left to the thread that waits for results. 0, or errno. */
static int
start_threads(struct hasher *h, unsigned n)
{
	sigset_t all, before;
	int error = 0;

	h->threads = calloc(n, sizeof *h->threads);
	if (!h->threads)
		return ENOMEM;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (h->n_threads < n && !error) {
		error = pthread_create(&h->threads[h->n_threads], NULL,
		    hash_worker_run, &h->worker);
		h->n_threads += !error;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* fewer threads than wanted are enough */
	return h->n_threads > 0 ? 0 : error;
}

int
hasher_open_threads(struct hasher *h, unsigned n)
{
	int error;

	memset(h, 0, sizeof *h);
	hash_queue_open(&h->queue, n);
	h->worker.queue = &h->queue;
	h->worker.is_wrong = &h->is_wrong;
	lanes_choose(&h->worker.way);
	error = start_threads(h, n);
	if (!error)
		return 0;
	log_error("cannot start a thread: %s", strerror(error));
	hasher_close(h);
	return EX_OSERR;
}

int
hasher_open(struct hasher *h)
{
	return hasher_open_threads(h, hasher_processors());
}

void
hasher_close(struct hasher *h)
{
	if (!h->worker.queue)
		return;
	hash_queue_stop(&h->queue);
	for (unsigned i = 0; i < h->n_threads; i++)
		pthread_join(h->threads[i], NULL);
	hash_queue_close(&h->queue);
	if (atomic_load(&h->is_wrong))
		log_warning("this computer made a wrong hash: one that OpenSSL "
			    "found to be another; hash again what was hashed "
			    "now (ed2k-share verify), and test its memory");
	free(h->threads);
	memset(h, 0, sizeof *h);
}

void
hasher_put(struct hasher *h, struct hash_job *job)
{
	hash_queue_put(&h->queue, job);
}

bool
hasher_wait(struct hasher *h, struct hash_job *job, unsigned ms)
{
	return hash_queue_wait(&h->queue, job, ms);
}

uint64_t
hasher_bytes(const struct hasher *h)
{
	return atomic_load(&h->queue.bytes);
}
