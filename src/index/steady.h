/*
 * Hashing a file that other programs may write to meanwhile. There is a result
 * only if the file had the same size, times and inode before and after.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_STEADY_H
#define INDEX_STEADY_H

#include "index/edit_content.h"
#include "index/hash.h"

#include <sys/stat.h>

/* A file that is hashed. The struct must not move until steady_end. */
struct steady {
	/* these three are set by the caller, who closes fd */
	const char *path;
	int fd;         /* opened at path */
	struct stat st; /* of fd; at the end: of what was hashed */
	unsigned tries; /* 0 at the beginning */
	struct hash_job job;
};

/*
 * Begin to hash it. Waits first if the file was just changed: up to 50 ms, or 2
 * seconds more where a file system keeps whole seconds.
 */
void steady_begin(struct steady *s, struct hasher *h);

/*
 * Wait for at most `ms`. True when it is hashed. A file that changed meanwhile
 * is hashed again before, a few times.
 */
bool steady_wait(struct steady *s, struct hasher *h, unsigned ms);

/*
 * To be called when it is hashed. 0: the file was as s->st says before and
 * after, the path still leads to it, and the caller frees s->job.hash.
 * Otherwise an exit code after a log line: EX_IOERR, or EX_TEMPFAIL when it
 * changed each time.
 */
int steady_end(struct steady *s);

/* Make the entry for the database. It points into path and hash. */
void steady_entry(struct edit_entry *out, const char *path,
    const struct stat *st, const struct file_hash *hash);

/* Times in nanoseconds. */
int64_t steady_mtime_ns(const struct stat *st);
int64_t steady_ctime_ns(const struct stat *st);

#endif
