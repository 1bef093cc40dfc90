/*
 * Leaving the page cache as it was; see page_cache.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/page_cache.h"

#include "base/util.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The kernel cuts a request to the read-ahead of the disk, at least 128 KiB. */
#define ASK_SIZE (128 * 1024)

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Does the kernel tell us which pages of this file are cached? */
static bool
may_ask(int fd)
{
	struct stat st;

	return geteuid() == 0 ||
	    (fstat(fd, &st) == 0 && st.st_uid == geteuid());
}

/* Nothing is read through the map, so a file that is cut does no harm. */
static void
find_cached(struct page_cache *c, size_t len)
{
	void *map =
	    mmap(NULL, len, PROT_READ, MAP_SHARED, c->fd, (off_t)c->begin);

	if (map == MAP_FAILED)
		return;
	if (mincore(map, len, c->page) == 0)
		c->n = (len + page_size() - 1) / page_size();
	munmap(map, len);
}

static bool
is_all_cached(const struct page_cache *c)
{
	size_t i = 0;

	while (i < c->n && c->page[i] & 1)
		i++;
	return c->n > 0 && i == c->n;
}

void
page_cache_ask(struct page_cache *c, int fd, uint64_t begin, size_t len)
{
	uint64_t end = begin + len;

	c->fd = fd;
	c->begin = begin - begin % page_size();
	c->n = 0;
	if (may_ask(fd))
		find_cached(c, (size_t)(end - c->begin));
	if (is_all_cached(c))
		return;
	/*
	 * What is read is asked for here. If the kernel read ahead as well, it
	 * would go on into the next part, whose pages would count as cached.
	 */
	posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
	for (uint64_t at = begin; at < end; at += ASK_SIZE)
		posix_fadvise(fd, (off_t)at, (off_t)min_u64(end - at, ASK_SIZE),
		    POSIX_FADV_WILLNEED);
}

void
page_cache_restore(const struct page_cache *c)
{
	size_t page = page_size();

	for (size_t i = 0, end; i < c->n; i = end + 1) {
		for (end = i; end < c->n && !(c->page[end] & 1);)
			end++;
		if (end > i)
			posix_fadvise(c->fd, (off_t)(c->begin + i * page),
			    (off_t)((end - i) * page), POSIX_FADV_DONTNEED);
	}
}
