/*
 * What a peer asked for; see ranges.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/ranges.h"

#include "base/util.h"

#include <string.h>

void
ranges_clear(struct ranges *r)
{
	r->n_queue = 0;
	r->n_done = 0;
}

static bool
same_range(struct range a, struct range b)
{
	return a.start == b.start && a.end == b.end;
}

/* Is this range of the file among these? */
static bool
has_range(const struct asked_range *list, size_t n,
    const uint8_t hash[HASH_SIZE], struct range range)
{
	for (size_t i = 0; i < n; i++)
		if (same_range(list[i].range, range) &&
		    same_hash(list[i].hash, hash))
			return true;
	return false;
}

/* Is the range one of the three? */
static bool
lists(const struct range ranges[3], struct range range)
{
	for (size_t i = 0; i < 3; i++)
		if (same_range(ranges[i], range))
			return true;
	return false;
}

/* Is this the last request once more? */
static bool
is_repeated(const struct ranges *r, const uint8_t hash[HASH_SIZE],
    const struct range ranges[3])
{
	for (size_t i = 0; i < 3; i++)
		if (!lists(ranges, r->asked[i]) || !lists(r->asked, ranges[i]))
			return false;
	return same_hash(r->asked_hash, hash);
}

/*
 * Forgotten are the ranges that the peer surely has: those that this request
 * does not list, and all that were sent before one of them. A peer that lists
 * one of these wants it again. So does one that repeats a request of which it
 * has taken the last byte.
 */
void
ranges_request(struct ranges *r, const uint8_t hash[HASH_SIZE],
    const struct range ranges[3], bool all_taken)
{
	bool has_later =
	    r->n_queue == 0 && all_taken && is_repeated(r, hash, ranges);
	size_t first = r->n_done; /* of the ranges that stay */

	while (first > 0 && !has_later) {
		const struct asked_range *d = &r->done[first - 1];

		has_later =
		    !lists(ranges, d->range) || !same_hash(d->hash, hash);
		if (!has_later)
			first--;
	}
	r->n_done -= first;
	memmove(r->done, r->done + first, r->n_done * sizeof r->done[0]);
	memcpy(r->asked, ranges, sizeof r->asked);
	memcpy(r->asked_hash, hash, HASH_SIZE);
}

void
ranges_push(struct ranges *r, const uint8_t hash[HASH_SIZE], struct range range)
{
	struct asked_range *q = &r->queue[r->n_queue];

	if (r->n_queue == RANGES_MAX)
		return;
	r->n_queue++;
	memcpy(q->hash, hash, HASH_SIZE);
	q->range = range;
	q->next = range.start;
}

void
ranges_add(struct ranges *r, const uint8_t hash[HASH_SIZE], struct range range)
{
	if (!has_range(r->queue, r->n_queue, hash, range) &&
	    !has_range(r->done, r->n_done, hash, range))
		ranges_push(r, hash, range);
}

/* Move the first range of the queue to those that are done. */
static void
finish_first(struct ranges *r)
{
	if (r->n_done == DONE_MAX) /* forget the oldest */
		memmove(r->done, r->done + 1, --r->n_done * sizeof r->done[0]);
	r->done[r->n_done++] = r->queue[0];
	memmove(r->queue, r->queue + 1, --r->n_queue * sizeof r->queue[0]);
}

struct range
ranges_cut(struct ranges *r, uint64_t max, uint8_t hash[HASH_SIZE])
{
	struct asked_range *q = &r->queue[0];
	struct range piece = {
	    q->next, q->next + min_u64(q->range.end - q->next, max)};

	memcpy(hash, q->hash, HASH_SIZE);
	q->next = piece.end;
	if (q->next == q->range.end)
		finish_first(r);
	return piece;
}

/* Remove the ranges of one file from a list. Returns how many are left. */
static size_t
drop_file(struct asked_range *list, size_t n, const uint8_t hash[HASH_SIZE])
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!same_hash(list[i].hash, hash))
			list[kept++] = list[i];
	return kept;
}

void
ranges_drop_file(struct ranges *r, const uint8_t hash[HASH_SIZE])
{
	r->n_queue = drop_file(r->queue, r->n_queue, hash);
	r->n_done = drop_file(r->done, r->n_done, hash);
}
