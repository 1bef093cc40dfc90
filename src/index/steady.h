/*
 * Hashing a file that others may write to meanwhile: hash and facts belong
 * together, or there is no result.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_STEADY_H
#define INDEX_STEADY_H

#include "index/hash.h"
#include "index/edit_content.h"

#include <sys/stat.h>

/* A file under way; it stays where it is until it is ended. */
struct steady {
	const char *path; /* the caller sets these three and keeps them */
	int fd;           /* opened there */
	struct stat st;   /* of fd; at the end, what the hash belongs to */
	unsigned tries;   /* its own, 0 at first */
	struct hash_job job;
};

/* Have it hashed. Waits, up to 50 ms, only if it was changed just now. */
void steady_begin(struct steady *s, struct hasher *h);

/*
 * Wait at most so long. True when it is hashed; if it changed meanwhile, it is
 * hashed again first, a few times.
 */
bool steady_wait(struct steady *s, struct hasher *h, unsigned ms);

/*
 * Once the job is done. 0: the file was s->st before and after, the path still
 * leads to it, and s->job.hash is the caller's to free. Otherwise an exit code
 * after a log line: EX_IOERR, or EX_TEMPFAIL when it never held still.
 */
int steady_end(struct steady *s);

/* What is to be put into the database. Borrows path and hash. */
void steady_entry(struct edit_entry *out, const char *path,
    const struct stat *st, const struct file_hash *hash);

/* Modification time in nanoseconds. */
int64_t steady_mtime_ns(const struct stat *st);

#endif
