/*
 * A thread that hashes; see hash_worker.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/hash_worker.h"

#include "base/file.h"
#include "base/util.h"
#include "index/part_hash.h"
#include "proto/aich_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Each chunk begins a little later in its page than the one before. */
#define CHUNK_STEP (PART_CHUNK + FILE_BUFFER_AT)

/* A part that is being hashed. */
struct lane {
	struct hash_job *job;
	size_t part;
	struct page_cache cache;
	struct part_hash hash;
	enum part_read state;
	int error; /* for PART_FAILED */
};

struct work {
	const struct hash_worker *worker;
	struct lane lanes[LANES];
	struct lane
	    *mine[LANES]; /* n in use, the oldest first; then the rest */
	size_t n;
	size_t n_begun; /* parts, in all */
};

/* Take as many parts as there are for us; if we have none, wait for one. */
static void
take_parts(struct work *w)
{
	while (w->n < LANES) {
		struct lane *lane = w->mine[w->n];

		if (!hash_queue_take(w->worker->queue, w->n, &lane->cache,
			&lane->job, &lane->part))
			break;
		part_hash_begin(&lane->hash, lane->job->fd,
		    lane->part * PART_SIZE,
		    parts_size(lane->job->size, lane->part),
		    w->n_begun % HASH_JUDGED == 0);
		w->n_begun++;
		w->n++;
	}
}

/* The ith lane is free again, behind those in use. */
static void
end_lane(struct work *w, size_t i, enum hash_result result, int error)
{
	struct lane *lane = w->mine[i];

	page_cache_restore(&lane->cache);
	if (lane->hash.is_wrong)
		atomic_store(w->worker->is_wrong, true);
	hash_queue_end_part(w->worker->queue, lane->job, result, error);
	w->n--;
	memmove(w->mine + i, w->mine + i + 1, (w->n - i) * sizeof lane);
	w->mine[w->n] = lane;
}

static void
read_lane(struct lane *lane, bool wait)
{
	lane->state = part_hash_read(&lane->hash, wait);
	lane->error = errno;
}

/* See that at least one lane does not wait. */
static void
read_lanes(struct work *w)
{
	bool all_wait = true;

	for (size_t i = 0; i < w->n; i++) {
		read_lane(w->mine[i], false);
		all_wait = all_wait && w->mine[i]->state == PART_WAITS;
	}
	if (all_wait)
		read_lane(w->mine[0], true);
}

static void
end_failed(struct work *w)
{
	for (size_t i = w->n; i-- > 0;) {
		const struct lane *lane = w->mine[i];

		if (lane->state == PART_SHORT)
			end_lane(w, i, HASH_SHORT, 0);
		else if (lane->state == PART_FAILED)
			end_lane(w, i, HASH_FAILED, lane->error);
	}
}

/* Hash as many blocks of all lanes as the shortest chunk has. Returns it. */
static size_t
hash_blocks(struct work *w)
{
	struct lanes_stream streams[LANES];
	size_t n_streams = 0, n = SIZE_MAX;

	for (size_t i = 0; i < w->n; i++) {
		struct part_hash *hash = &w->mine[i]->hash;

		if (w->mine[i]->state != PART_READY ||
		    part_hash_blocks(hash) == 0)
			continue;
		n = min_size(n, part_hash_blocks(hash));
		streams[n_streams++] = (struct lanes_stream){
		    &hash->md4, &hash->sha1, part_hash_data(hash)};
	}
	if (n_streams == 0)
		return 0;
	lanes_add(
	    atomic_load(w->worker->is_wrong) ? &lanes_openssl : &w->worker->way,
	    streams, n_streams, n);
	return n;
}

/* n blocks of it are hashed, if it has any. */
static void
advance(struct work *w, size_t i, size_t n)
{
	struct lane *lane = w->mine[i];
	struct part_hash *hash = &lane->hash;
	struct file_hash *file = &lane->job->hash;
	uint64_t before = hash->at;
	bool done = part_hash_advance(hash, part_hash_blocks(hash) > 0 ? n : 0,
	    file_hash_md4(file, lane->part));

	atomic_fetch_add(&w->worker->queue->bytes, hash->at - before);
	if (!done)
		return;
	aich_part_hash(lane->job->size, lane->part, hash->blocks[0],
	    file_hash_aich(file, lane->part));
	end_lane(w, i, HASH_OK, 0);
}

static void
hash_ready(struct work *w)
{
	size_t n = hash_blocks(w);

	for (size_t i = w->n; i-- > 0;)
		if (w->mine[i]->state == PART_READY)
			advance(w, i, n);
}

static void
run(struct work *w)
{
	for (;;) {
		take_parts(w);
		if (w->n == 0)
			return;
		read_lanes(w);
		end_failed(w);
		hash_ready(w);
		while (w->n > 0 && atomic_load(&w->worker->queue->stop))
			end_lane(w, w->n - 1, HASH_FAILED, ECANCELED);
	}
}

/* All parts fail. */
static void
run_without_memory(const struct hash_worker *worker)
{
	struct page_cache cache;
	struct hash_job *job;
	size_t part;

	while (hash_queue_take(worker->queue, 0, &cache, &job, &part))
		hash_queue_end_part(worker->queue, job, HASH_FAILED, ENOMEM);
}

void *
hash_worker_run(void *arg)
{
	const struct hash_worker *worker = arg;
	struct work *w = calloc(1, sizeof *w);
	uint8_t *chunks = malloc(FILE_BUFFER_AT + LANES * CHUNK_STEP);

	if (!w || !chunks)
		run_without_memory(worker);
	else {
		w->worker = worker;
		for (size_t i = 0; i < LANES; i++) {
			w->mine[i] = &w->lanes[i];
			w->lanes[i].hash.chunk =
			    chunks + FILE_BUFFER_AT + i * CHUNK_STEP;
		}
		run(w);
	}
	free(chunks);
	free(w);
	return NULL;
}
