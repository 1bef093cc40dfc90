/*
 * Reading a range of a file, at most a part, without a lasting effect on the
 * page cache: pages that were cached stay, and those that were read for us are
 * dropped afterwards. So hashing an archive does not evict what other programs
 * use.
 *
 * mincore(2) tells which pages are cached. A read that does not wait
 * (RWF_NOWAIT) would not do, since it starts to read ahead. The kernel gives
 * the answer only to root and the owner of the file; others are told that all
 * pages are cached, so nothing is dropped for them.
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
	uint64_t begin; /* of the first page of the range */
	size_t n;       /* pages; 0: it is not known which are cached */
	unsigned char page[PART_SIZE / 4096 + 2]; /* bit 0: was cached */
};

/*
 * Find out which pages of `len` (1 to PART_SIZE) bytes from offset `begin` are
 * cached, and ask the disk for the others. Does not wait for them.
 */
void page_cache_ask(struct page_cache *c, int fd, uint64_t begin, size_t len);

/* Drop the pages that were not cached before. */
void page_cache_restore(const struct page_cache *c);

#endif
