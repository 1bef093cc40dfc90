/*
 * The eD2k links of shared files.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_LINK_H
#define INDEX_LINK_H

#include "store/store.h"

/*
 * The link of a file, to be freed. source: "HOST:PORT", maybe with a hint, or
 * NULL. full: with part hashes and AICH root, as far as these are known; only
 * then the database is read, which may end the strings of copy. NULL after a
 * log line.
 */
char *link_make(struct store *store, const struct store_copy *copy,
    const char *source, bool full);

#endif
