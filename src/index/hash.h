/*
 * Hashing files with all processors: a few threads take the parts of the files
 * that are put, in the order in which they were put. Never linked into the
 * server.
 *
 * One thread at a time asks the disk for its part, the next part after it, and
 * so on; then they hash what comes. So however many threads there are, the disk
 * is read in one long run, which is what rotating ones need, and virtual ones
 * do not tell whether they rotate.
 *
 * Memory: a block (180 KiB) and a page map (2.4 KB) for each
 * thread, and the results: 36 bytes a part for files that are put and not yet
 * freed. Nothing else grows with number or size of files. Of the page cache,
 * up to a part for each thread is used at a time; see share/page_cache.h.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_HASH_H
#define INDEX_HASH_H

#include "index/file_hash.h"

#include <pthread.h>
#include <stdatomic.h>

#define HASHER_THREADS_MAX 1024

/* A file to be hashed. It stays where it is until it is done. */
struct hash_job {
	int fd;        /* the caller sets these two; stays the caller's */
	uint64_t size; /* > 0 */
	/* when done: */
	enum hash_result result;
	int error;             /* errno, for HASH_FAILED */
	struct file_hash hash; /* for HASH_OK, to be freed; else empty */
	/* the hasher's own: */
	bool done;
	size_t n_parts, next_part, n_left;
	struct hash_job *next;
};

struct hasher {
	struct hash_watch watch;
	pthread_mutex_t turn; /* held by who waits for a part and asks for it */
	pthread_mutex_t lock; /* for all below, and for jobs that are put */
	pthread_cond_t put, done;
	struct hash_job *first, **end; /* with parts that nobody took */
	pthread_t *threads;
	unsigned n_threads;
};

/* The processors that this process may use. */
unsigned hasher_processors(void);

/*
 * Start n threads (1 to HASHER_THREADS_MAX), or one for each processor. 0, or
 * EX_OSERR after a log line when no thread can be started.
 */
int hasher_open_threads(struct hasher *h, unsigned n);
int hasher_open(struct hasher *h);

/*
 * End, also in the middle of jobs; those that are not done are empty. Safe to
 * call twice, and on a zeroed struct.
 */
void hasher_close(struct hasher *h);

/* Have a file hashed, from offset 0 on. Returns at once. */
void hasher_put(struct hasher *h, struct hash_job *job);

/* Wait at most so long. Is the job done? */
bool hasher_wait(struct hasher *h, struct hash_job *job, unsigned ms);

/* Bytes hashed so far, for a progress display. */
uint64_t hasher_bytes(const struct hasher *h);

#endif
