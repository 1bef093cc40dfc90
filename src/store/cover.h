/*
 * A few directories that together hold all that is shared: the roots
 * themselves, or where these are many the directories above them.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_COVER_H
#define STORE_COVER_H

#include "store/store.h"

/* Each costs a connection some microseconds. */
#define COVER_MAX 16

struct cover {
	size_t n;
	char dirs[COVER_MAX][PATH_MAX]; /* absolute, terminated */
};

/*
 * Find them: as deep in the tree as there is room for. "/" is one only if it is
 * a root. However many the roots are, a few look-ups for each directory do.
 * Roots in more than COVER_MAX directories of "/" are not all covered, nor is
 * what was not read yet when the database fails, which is logged.
 */
void cover_find(struct cover *c, struct store *store);

#endif
