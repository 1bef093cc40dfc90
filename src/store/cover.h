/*
 * A few directories and files that together are all that is shared: the roots,
 * or, where there are many of them, directories above them. Of a root that is
 * not walked, the files that were added by themselves, if these are few.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_COVER_H
#define STORE_COVER_H

#include "store/store.h"

/* Each one costs every connection some 3 microseconds. */
#define COVER_MAX       16 /* directories */
#define COVER_FILES_MAX 32
#define COVER_BYTES_MAX 8192 /* of the paths of files */

/* All paths are absolute and terminated. */
struct cover {
	size_t n;
	char dirs[COVER_MAX][PATH_MAX];
	size_t n_files;
	char files[COVER_BYTES_MAX]; /* one behind the other */
};

/*
 * Find them. Directories are as deep in the tree as COVER_MAX allows; "/" is
 * one of them only if it is a root. They hold all files that were added by
 * themselves if more of these than COVER_FILES_MAX were. It takes a few look-
 * ups for each directory, however many roots there are. Not all roots are
 * covered when they are in more than COVER_MAX directories of "/", or when the
 * database fails, which is logged.
 */
void cover_find(struct cover *c, struct store *store);

/* The nth file, the first being 0; for n_files, where the next one would be. */
const char *cover_file(const struct cover *c, size_t n);

#endif
