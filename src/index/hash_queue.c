/*
 * Files that wait to be hashed; see hash_queue.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/hash_queue.h"

#include "proto/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

void
hash_queue_open(struct hash_queue *q, unsigned n_threads)
{
	pthread_condattr_t clock;

	memset(q, 0, sizeof *q);
	q->n_threads = n_threads;
	q->end = &q->first;
	pthread_mutex_init(&q->ask, NULL);
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->put, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&q->done, &clock);
	pthread_condattr_destroy(&clock);
}

void
hash_queue_stop(struct hash_queue *q)
{
	pthread_mutex_lock(&q->lock);
	atomic_store(&q->stop, true);
	pthread_cond_broadcast(&q->put);
	pthread_mutex_unlock(&q->lock);
}

void
hash_queue_close(struct hash_queue *q)
{
	for (struct hash_job *job = q->first; job; job = job->next)
		file_hash_free(&job->hash);
	pthread_cond_destroy(&q->done);
	pthread_cond_destroy(&q->put);
	pthread_mutex_destroy(&q->lock);
	pthread_mutex_destroy(&q->ask);
}

void
hash_queue_put(struct hash_queue *q, struct hash_job *job)
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
	pthread_mutex_lock(&q->lock);
	*q->end = job;
	q->end = &job->next;
	q->n_waiting += job->n_parts;
	pthread_cond_signal(
	    &q->put); /* at most one thread waits: it holds `ask` */
	pthread_mutex_unlock(&q->lock);
}

bool
hash_queue_wait(struct hash_queue *q, struct hash_job *job, unsigned ms)
{
	struct timespec until;
	bool done;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&q->lock);
	while (!job->done &&
	    pthread_cond_timedwait(&q->done, &q->lock, &until) == 0)
		;
	done = job->done;
	pthread_mutex_unlock(&q->lock);
	return done;
}

/*
 * Is there a part for a thread that has n_mine? Each thread gets the same share
 * of all, so that the last parts are not left to one of them.
 */
static bool
has_part(const struct hash_queue *q, size_t n_mine)
{
	size_t all = q->n_waiting + q->n_taken;

	return q->first && n_mine < (all + q->n_threads - 1) / q->n_threads;
}

static bool
next_part(
    struct hash_queue *q, size_t n_mine, struct hash_job **job, size_t *part)
{
	bool more;

	pthread_mutex_lock(&q->lock);
	while (n_mine == 0 && !q->first && !atomic_load(&q->stop))
		pthread_cond_wait(&q->put, &q->lock);
	more = !atomic_load(&q->stop) && has_part(q, n_mine);
	if (more) {
		*job = q->first;
		*part = (*job)->next_part++;
		if ((*job)->next_part == (*job)->n_parts)
			q->first = (*job)->next;
		if (!q->first)
			q->end = &q->first;
		q->n_waiting--;
		q->n_taken++;
	}
	pthread_mutex_unlock(&q->lock);
	return more;
}

/*
 * Have the kernel write what is dirty. A page that a program has mapped is then
 * write-protected, so that what is written to it from now on changes the times
 * of the file; a dirty one can be written to without a trace.
 *
 * This waits for the disk if the part was just written, and for nothing else.
 * The result is of no interest: a disk that fails is noticed by the one who
 * wrote. tmpfs writes no pages; see ed2k-share(1), "add".
 */
static void
write_dirty_pages(int fd, uint64_t begin, uint64_t len)
{
	sync_file_range(fd, (off64_t)begin, (off64_t)len,
	    SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
		SYNC_FILE_RANGE_WAIT_AFTER);
}

bool
hash_queue_take(struct hash_queue *q, size_t n_mine, struct page_cache *cache,
    struct hash_job **job, size_t *part)
{
	uint64_t begin, len;
	bool more;

	/* a thread with parts goes on with them while another one asks */
	if (n_mine == 0)
		pthread_mutex_lock(&q->ask);
	else if (pthread_mutex_trylock(&q->ask) != 0)
		return false;
	more = next_part(q, n_mine, job, part);
	if (more) {
		begin = *part * PART_SIZE;
		len = parts_size((*job)->size, *part);
		page_cache_ask(cache, (*job)->fd, begin, (size_t)len);
	}
	pthread_mutex_unlock(&q->ask);
	if (more)
		write_dirty_pages((*job)->fd, begin, len);
	return more;
}

/* Keep the first fault of a job; its other parts are not hashed any more. */
static void
note_fault(struct hash_queue *q, struct hash_job *job, enum hash_result result,
    int error)
{
	if (job->result != HASH_OK)
		return;
	job->result = result;
	job->error = error;
	if (job->next_part == job->n_parts)
		return;
	/* parts are only taken from the first job, so this is the first */
	q->first = job->next;
	if (!q->first)
		q->end = &q->first;
	q->n_waiting -= job->n_parts - job->next_part;
	job->n_left -= job->n_parts - job->next_part;
	job->next_part = job->n_parts;
}

/* A part is hashed, or failed. The thread with the last one ends the file. */
void
hash_queue_end_part(struct hash_queue *q, struct hash_job *job,
    enum hash_result result, int error)
{
	bool last;

	pthread_mutex_lock(&q->lock);
	if (result != HASH_OK)
		note_fault(q, job, result, error);
	q->n_taken--;
	last = --job->n_left == 0;
	pthread_mutex_unlock(&q->lock);
	if (!last)
		return;
	if (job->result == HASH_OK)
		file_hash_end(&job->hash, job->size);
	else
		file_hash_free(&job->hash);
	pthread_mutex_lock(&q->lock);
	job->done = true;
	pthread_cond_broadcast(&q->done);
	pthread_mutex_unlock(&q->lock);
}
