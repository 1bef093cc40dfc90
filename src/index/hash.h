/*
 * Hashing files with all processors. A few threads take the parts of the files,
 * in the order in which the files were put. Never linked into the server.
 *
 * One thread at a time asks the disk for its part; the next thread asks for the
 * part behind it, and so on. Then each one hashes what it asked for. So the
 * disk is read sequentially, however many threads there are. Rotating disks
 * need that, and virtual ones do not tell whether they rotate.
 *
 * Memory: a block (180 KiB) and a page map (2.4 KB) for each thread, and the
 * results: 36 bytes for each part of the files that are not freed yet. Nothing
 * else grows with the number or the size of files. Up to a part for each thread
 * is in the page cache at a time; see page_cache.h.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_HASH_H
#define INDEX_HASH_H

#include "index/file_hash.h"

#include <pthread.h>
#include <stdatomic.h>

#define HASHER_THREADS_MAX 1024

/* A file to be hashed. The struct must not move until the job is done. */
struct hash_job {
	int fd;        /* these two are set by the caller, who closes fd */
	uint64_t size; /* > 0 */
	/* when done: */
	enum hash_result result;
	int error; /* errno, for HASH_FAILED */
	struct file_hash
	    hash; /* for HASH_OK, the caller frees it; else empty */
	/* used by the hasher: */
	bool done;
	size_t n_parts, next_part, n_left;
	struct hash_job *next;
};

struct hasher {
	struct hash_watch watch;
	pthread_mutex_t ask; /* held while a thread waits for a part and asks */
	pthread_mutex_t lock; /* for all below, and for all jobs */
	pthread_cond_t put, done;
	struct hash_job *first, **end; /* jobs with parts that no thread took */
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
