/*
 * Hashing files with all processors; see hash.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/hash.h"

#include "base/log.h"
#include "base/util.h"
#include "proto/parts.h"
#include "index/page_cache.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

/* What each thread has for itself. */
struct worker {
	uint8_t *block; /* BLOCK_SIZE bytes */
	struct page_cache cache;
};

unsigned
hasher_processors(void)
{
	cpu_set_t set;

	/* it fails beyond 1,024 processors */
	if (sched_getaffinity(0, sizeof set, &set) != 0)
		return HASHER_THREADS_MAX;
	return (unsigned)CPU_COUNT(&set);
}

/* Wait for a part that no thread took. False when there is no more to do. */
static bool
next_part(struct hasher *h, struct hash_job **job, size_t *part)
{
	bool more;

	pthread_mutex_lock(&h->lock);
	while (!h->first && !atomic_load(&h->watch.stop))
		pthread_cond_wait(&h->put, &h->lock);
	more = !atomic_load(&h->watch.stop);
	if (more) {
		*job = h->first;
		*part = (*job)->next_part++;
		if ((*job)->next_part == (*job)->n_parts)
			h->first = (*job)->next;
		if (!h->first)
			h->end = &h->first;
	}
	pthread_mutex_unlock(&h->lock);
	return more;
}

/* Take the next part, and ask the disk for it; one thread at a time. */
static bool
take_part(struct hasher *h, struct page_cache *cache, struct hash_job **job,
    size_t *part)
{
	bool more;

	pthread_mutex_lock(&h->ask);
	more = next_part(h, job, part);
	if (more)
		page_cache_ask(cache, (*job)->fd, *part * PART_SIZE,
		    (size_t)parts_size((*job)->size, *part));
	pthread_mutex_unlock(&h->ask);
	return more;
}

/* Keep the first fault of a job; its other parts are not hashed any more. */
static void
note_fault(
    struct hasher *h, struct hash_job *job, enum hash_result result, int error)
{
	if (job->result != HASH_OK)
		return;
	job->result = result;
	job->error = error;
	if (job->next_part == job->n_parts)
		return;
	/* parts are only taken from the first job, so this is the first */
	h->first = job->next;
	if (!h->first)
		h->end = &h->first;
	job->n_left -= job->n_parts - job->next_part;
	job->next_part = job->n_parts;
}

/* A part is hashed, or failed. The thread with the last one ends the file. */
static void
end_part(
    struct hasher *h, struct hash_job *job, enum hash_result result, int error)
{
	bool last;

	pthread_mutex_lock(&h->lock);
	if (result != HASH_OK)
		note_fault(h, job, result, error);
	last = --job->n_left == 0;
	pthread_mutex_unlock(&h->lock);
	if (!last)
		return;
	if (job->result == HASH_OK)
		file_hash_end(&job->hash, job->size);
	else
		file_hash_free(&job->hash);
	pthread_mutex_lock(&h->lock);
	job->done = true;
	pthread_cond_broadcast(&h->done);
	pthread_mutex_unlock(&h->lock);
}

static void *
work(void *ctx)
{
	struct hasher *h = ctx;
	struct worker w = {.block = malloc(BLOCK_SIZE)};
	struct hash_job *job;
	size_t part;

	while (take_part(h, &w.cache, &job, &part)) {
		enum hash_result result = HASH_FAILED;
		int error = ENOMEM;

		if (w.block) {
			result = file_hash_part(&job->hash, w.block, job->fd,
			    job->size, part, &h->watch);
			error = errno;
		}
		page_cache_restore(&w.cache);
		end_part(h, job, result, error);
	}
	free(w.block);
	return NULL;
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
		error =
		    pthread_create(&h->threads[h->n_threads], NULL, work, h);
		h->n_threads += !error;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* fewer threads than wanted are enough */
	return h->n_threads > 0 ? 0 : error;
}

int
hasher_open_threads(struct hasher *h, unsigned n)
{
	pthread_condattr_t clock;
	int error;

	memset(h, 0, sizeof *h);
	h->end = &h->first;
	pthread_mutex_init(&h->ask, NULL);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->put, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&h->done, &clock);
	pthread_condattr_destroy(&clock);
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
	if (!h->end)
		return;
	pthread_mutex_lock(&h->lock);
	atomic_store(&h->watch.stop, true);
	pthread_cond_broadcast(&h->put);
	pthread_mutex_unlock(&h->lock);
	for (unsigned i = 0; i < h->n_threads; i++)
		pthread_join(h->threads[i], NULL);
	for (struct hash_job *job = h->first; job; job = job->next)
		file_hash_free(&job->hash);
	free(h->threads);
	pthread_cond_destroy(&h->done);
	pthread_cond_destroy(&h->put);
	pthread_mutex_destroy(&h->lock);
	pthread_mutex_destroy(&h->ask);
	memset(h, 0, sizeof *h);
}

void
hasher_put(struct hasher *h, struct hash_job *job)
{
	job->result = HASH_OK;
	job->error = 0;
	job->next = NULL;
	job->next_part = 0;
	job->n_left = job->n_parts = parts_count(job->size);
	job->done = !file_hash_begin(&job->hash, job->size);
	if (job->done) {
		job->result = HASH_FAILED;
		job->error = ENOMEM;
		return;
	}
	pthread_mutex_lock(&h->lock);
	*h->end = job;
	h->end = &job->next;
	pthread_cond_signal(
	    &h->put); /* at most one thread waits: it holds `ask` */
	pthread_mutex_unlock(&h->lock);
}

bool
hasher_wait(struct hasher *h, struct hash_job *job, unsigned ms)
{
	struct timespec until;
	bool done;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&h->lock);
	while (!job->done &&
	    pthread_cond_timedwait(&h->done, &h->lock, &until) == 0)
		;
	done = job->done;
	pthread_mutex_unlock(&h->lock);
	return done;
}

uint64_t
hasher_bytes(const struct hasher *h)
{
	return atomic_load(&h->watch.bytes);
}
