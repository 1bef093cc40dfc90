/*
 * Whether a directory is there, and is the same as before. A disk that is not
 * mounted must not be taken for one whose files were deleted.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_PRESENCE_H
#define INDEX_PRESENCE_H

#include "store/copy.h"

#include <stdbool.h>
#include <stdint.h>

struct presence {
	uint64_t inode;
	bool is_mount; /* a file system, or a bind mount, begins here */
};

/* Read about a directory. False with errno when there is none at path. */
bool presence_stat(const char *path, struct presence *out);

/*
 * As copy_open, but a missing file is COPY_OFFLINE when it may only be out of
 * reach: its root is gone or has another inode than recorded, or a directory on
 * the way that was a mount point is none now.
 */
enum copy_state presence_open(struct store *s, const struct store_copy *copy,
    int *fd, struct copy_facts *now);

/* The same without the file. */
enum copy_state presence_state(struct store *s, const struct store_copy *copy);

#endif
