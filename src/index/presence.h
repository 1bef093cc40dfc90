/*
 * Is a directory there, and is it the one it was? A disk that is not mounted
 * must not be taken for one whose files were deleted.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_PRESENCE_H
#define INDEX_PRESENCE_H

#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct presence {
	uint64_t inode;
	bool is_mount; /* a file system, or a bind mount, begins here */
};

/* Look at a directory. False when there is none at path; errno tells why. */
bool presence_look(const char *path, struct presence *out);

/*
 * Are files that are gone from copy->path only out of reach? So it is when its
 * root is gone or has another inode than recorded, or when a directory on the
 * way that was a mount point is none now.
 */
bool presence_is_offline(struct store *s, const struct store_copy *copy);

#endif
