/*
 * A file hashed at once, for tests of one.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_HASHING_H
#define TESTS_HASHING_H

#include "index/hash.h"

#include <errno.h>
#include <limits.h>

/*
 * Hash `size` (> 0) bytes of fd from offset 0. On HASH_OK the caller frees
 * out with file_hash_free; otherwise out is empty. On HASH_FAILED errno tells.
 */
static inline enum hash_result
hash_file(struct hasher *h, int fd, uint64_t size, struct file_hash *out)
{
	struct hash_job job = {.fd = fd, .size = size};

	hasher_put(h, &job);
	while (!hasher_wait(h, &job, UINT_MAX))
		;
	*out = job.hash;
	errno = job.error;
	return job.result;
}

#endif
