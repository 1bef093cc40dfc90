/*
 * The files that wait to be hashed, for several threads. Threads take parts, in
 * the order in which the files were put, and give back their hashes.
 *
 * One thread at a time takes a part and asks the disk for it. So the disk reads
 * sequentially, however many threads there are. Rotating disks need that, and
 * virtual ones do not tell whether they rotate.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_HASH_QUEUE_H
#define INDEX_HASH_QUEUE_H

#include "index/file_hash.h"
#include "index/page_cache.h"

#include <pthread.h>
#include <stdatomic.h>

enum hash_result {
	HASH_OK,
	HASH_SHORT,  /* the file ended before `size` bytes: it was cut */
	HASH_FAILED, /* read error; errno tells which */
};

/* A file to be hashed. The struct must not move until the job is done. */
struct hash_job {
	int fd;        /* these two are set by the caller, who closes fd */
	uint64_t size; /* > 0 */
	/* when done: */
	enum hash_result result;
	int error; /* errno, for HASH_FAILED */
	struct file_hash
	    hash; /* for HASH_OK, the caller frees it; else empty */
	/* used by the queue: */
	bool done;
	size_t n_parts, next_part, n_left;
	struct hash_job *next;
};

struct hash_queue {
	atomic_bool stop;
	atomic_uint_fast64_t bytes; /* hashed so far */
	unsigned n_threads;
	pthread_mutex_t ask; /* held while a thread waits for a part and asks */
	pthread_mutex_t lock; /* for all below, and for all jobs */
	pthread_cond_t put, done;
	struct hash_job *first, **end; /* jobs with parts that no thread took */
	size_t n_waiting, n_taken; /* parts: not taken yet, and being hashed */
};

void hash_queue_open(struct hash_queue *q, unsigned n_threads);

/* No thread uses it any more. Jobs that are not done are empty then. */
void hash_queue_close(struct hash_queue *q);

/* Threads get no parts any more. */
void hash_queue_stop(struct hash_queue *q);

void hash_queue_put(struct hash_queue *q, struct hash_job *job);

/* Wait for at most `ms`. True when the job is done. */
bool hash_queue_wait(struct hash_queue *q, struct hash_job *job, unsigned ms);

/*
 * Take the next part, and ask the disk for it. `n_mine`: how many parts the
 * thread has already. If it has none, it waits for one; otherwise it gets its
 * share of all parts that there are, and no more than are there. False: none,
 * and for a thread that has none: the queue was stopped.
 */
bool hash_queue_take(struct hash_queue *q, size_t n_mine,
    struct page_cache *cache, struct hash_job **job, size_t *part);

/*
 * A part that was taken is hashed, and its hashes are in job->hash; or it
 * failed, and the other parts of the file are not hashed any more.
 */
void hash_queue_end_part(struct hash_queue *q, struct hash_job *job,
    enum hash_result result, int error);

#endif
