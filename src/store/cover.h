/*
 * A few directories that together hold all that is shared: the roots, or, where
 * there are many of them, directories above them.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_COVER_H
#define STORE_COVER_H

#include "store/store.h"

/* Each one costs every connection some microseconds. */
#define COVER_MAX 16

struct cover {
	size_t n;
	char dirs[COVER_MAX][PATH_MAX]; /* absolute, terminated */
};

/*
 * Find these directories, as deep in the tree as COVER_MAX allows. "/" is one
 * of them only if it is a root. It takes a few look-ups for each directory,
 * however many roots there are. Not all roots are covered when they are in more
 * than COVER_MAX directories of "/", or when the database fails, which is
 * logged.
 */
void cover_find(struct cover *c, struct store *store);

#endif
