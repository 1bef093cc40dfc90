/*
 * Hashing files with all processors. Files are put (index/hash_queue), threads
 * hash their parts (index/hash_worker), several at once (index/lanes). Never
 * linked into the server.
 *
 * Memory: 330 KiB for each thread, and the results: 36 bytes for each part of
 * the files that are not freed yet. Nothing else grows with the number or the
 * size of files. Up to LANES parts for each thread are in the page cache at a
 * time; see page_cache.h.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_HASH_H
#define INDEX_HASH_H

#include "index/hash_worker.h"

#include <pthread.h>

#define HASHER_THREADS_MAX 1024

struct hasher {
	struct hash_queue queue;
	struct hash_worker worker; /* what all threads are told */
	atomic_bool is_wrong;
	pthread_t *threads;
	unsigned n_threads;
};

/* The number of processors that this process may use. */
unsigned hasher_processors(void);

/*
 * Start n threads (1 to HASHER_THREADS_MAX), or one for each processor. 0, or
 * EX_OSERR after a log line when no thread can be started.
 */
int hasher_open_threads(struct hasher *h, unsigned n);
int hasher_open(struct hasher *h);

/*
 * Stop all threads, also in the middle of a job. Jobs that are not done are
 * empty then. Safe to call twice, and on a zeroed struct.
 */
void hasher_close(struct hasher *h);

/* Let the threads hash a file. Returns at once. */
void hasher_put(struct hasher *h, struct hash_job *job);

/* Wait for at most `ms`. True when the job is done. */
bool hasher_wait(struct hasher *h, struct hash_job *job, unsigned ms);

/* Bytes hashed so far, for a progress display. */
uint64_t hasher_bytes(const struct hasher *h);

#endif
