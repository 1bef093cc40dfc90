/*
 * Reading a stretch of a file, at most a part, so that the page cache is
 * afterwards as it was: what was in it stays, and what only we brought in goes
 * again. Hashing an archive then does not push out what others work with.
 *
 * mincore(2) tells which pages are there; reading without waiting
 * (RWF_NOWAIT) would not do, since it starts to read ahead what it looks for.
 * The kernel tells only the owner of a file and root, and others that all is
 * there. So for others nothing is taken away.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_PAGE_CACHE_H
#define INDEX_PAGE_CACHE_H

#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct page_cache {
	int fd;
	uint64_t begin; /* of the first page that the stretch touches */
	size_t n;       /* its pages; 0 when it is not known what is there */
	unsigned char page[PART_SIZE / 4096 + 2]; /* bit 0: was there */
};

/*
 * See what is there of `len` (1 to PART_SIZE) bytes from offset `begin` on,
 * and ask the disk for the rest. Returns before it has come.
 */
void page_cache_ask(struct page_cache *c, int fd, uint64_t begin, size_t len);

/* Give back what was not there. */
void page_cache_restore(const struct page_cache *c);

#endif
