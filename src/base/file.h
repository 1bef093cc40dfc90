/*
 * Files that are read, and replaced, as a whole. Nothing is logged: errno tells
 * what went wrong.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * How far into a block from malloc a buffer for much file data begins. malloc
 * puts large blocks 16 bytes into a page. On AMD Zen 3 and 4 the kernel copies
 * to the bytes 1 to 31 of a page on at 2 to 7 GB/s, elsewhere at 9 to 11.
 */
#define FILE_BUFFER_AT 128

/*
 * Read n bytes from an offset, also when the kernel gives them in pieces.
 * Returns how many were read: fewer than n where the file ends, -1 on an error.
 */
ssize_t file_read_at(int fd, void *out, size_t n, uint64_t offset);

/* Write all n bytes, also when the kernel takes them in pieces. */
bool file_write(int fd, const void *bytes, size_t n);

/*
 * A new file that takes the place of another one. Whoever looks, also after a
 * crash, finds the whole old one or the whole new one. Begin, write to fd or to
 * the file named temp, then end with one of the three functions below.
 */
struct file_replacement {
	const char *path; /* the caller's, until the end */
	char temp[PATH_MAX];
	int fd;
};

/* Create an empty file beside path, which only its owner may read yet. */
bool file_replace_begin(struct file_replacement *r, const char *path);

/*
 * See the new file on the disk, let everyone read it (its directory says who
 * can reach it), and give it the name. When that fails, the old file stays and
 * the new one is removed.
 */
bool file_replace_commit(struct file_replacement *r);

/* The same, but fail with EEXIST when a file has that name. */
bool file_replace_commit_new(struct file_replacement *r);

/* Remove the new file. errno stays as it is. */
void file_replace_cancel(struct file_replacement *r);

#endif
