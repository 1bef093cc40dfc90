/*
 * What a server knows of us; see offered.h.
 * SPDX-License-Identifier: ISC
 */
#include "announce/offered.h"

#include "base/util.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

bool
offered_init(struct offered *o, size_t limit)
{
	*o = (struct offered){.limit = limit};
	o->hashes = calloc(limit, sizeof *o->hashes);
	return o->hashes != NULL;
}

void
offered_clear(struct offered *o)
{
	o->n = 0;
}

static int
compare_hashes(const void *a, const void *b)
{
	return memcmp(a, b, HASH_SIZE);
}

bool
offered_has(const struct offered *o, const uint8_t hash[HASH_SIZE])
{
	return bsearch(hash, o->hashes, o->n, sizeof *o->hashes,
		   compare_hashes) != NULL;
}

size_t
offered_choose(const struct offered *o, const struct share_view *view,
    const struct share_entry *out[], size_t max)
{
	size_t n = 0;

	max = min_size(max, o->limit - o->n);
	for (size_t i = 0; i < view->n && n < max; i++)
		if (!offered_has(o, view->entries[i].hash))
			out[n++] = &view->entries[i];
	return n;
}

void
offered_add(
    struct offered *o, const struct share_entry *const entries[], size_t n)
{
	assert(n <= o->limit - o->n);
	for (size_t i = 0; i < n; i++)
		memcpy(o->hashes[o->n++], entries[i]->hash, HASH_SIZE);
	qsort(o->hashes, o->n, sizeof *o->hashes, compare_hashes);
}

void
offered_free(struct offered *o)
{
	free(o->hashes);
	*o = (struct offered){.hashes = NULL};
}
