/*
 * A thread that hashes: it takes up to LANES parts and hashes them at once.
 *
 * Parts that are in memory are hashed together. While a disk is slower than the
 * processor, those that have come are hashed and the thread waits for the
 * oldest one; the others are asked for already.
 *
 * Memory: LANES chunks of 36 KiB, a map of the pages of each part, and the
 * hashes of its blocks: 330 KiB.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_HASH_WORKER_H
#define INDEX_HASH_WORKER_H

#include "index/hash_queue.h"
#include "index/lanes.h"

/* One part of so many is hashed by OpenSSL, too, and compared. */
#define HASH_JUDGED 64

struct hash_worker {
	struct hash_queue *queue;
	struct lanes way;
	/* Set when OpenSSL found another hash; `way` is not used any more. */
	atomic_bool *is_wrong;
};

/* Hash until the queue is stopped. For pthread_create; arg: a hash_worker. */
void *hash_worker_run(void *arg);

#endif
