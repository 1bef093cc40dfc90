/*
 * Making links; see link.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/link.h"

#include "base/log.h"
#include "proto/ed2klink.h"
#include "proto/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *
link_make(struct store *store, const struct store_copy *copy,
    const char *source, bool full)
{
	size_t n = full ? parts_md4_count(copy->size) : 0;
	uint8_t *hashes = malloc(n * HASH_SIZE + 1);
	char *out = malloc(ED2KLINK_FULL_MAX(n));
	struct ed2klink link = {.size = copy->size,
	    .aich_root = full && copy->has_aich ? copy->aich_root : NULL};
	enum store_result known = STORE_UNKNOWN;

	memcpy(link.hash, copy->hash, HASH_SIZE);
	snprintf(link.name, sizeof link.name, "%s", store_name_of(copy->path));
	if (source)
		snprintf(link.source, sizeof link.source, "%s", source);
	if (!hashes || !out)
		log_error("no memory for a link of %zu parts", n);
	else if (n > 0)
		known = store_part_hashes(store, copy->hash, hashes, n);
	if (known == STORE_FOUND) {
		link.part_hashes = hashes;
		link.n_part_hashes = n;
	}
	if (!hashes || !out || known == STORE_FAILED ||
	    ed2klink_format(out, ED2KLINK_FULL_MAX(n), &link) == 0) {
		free(out);
		out = NULL;
	}
	free(hashes);
	return out;
}
