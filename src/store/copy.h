/*
 * The file behind a copy of the share database: opened beneath its root and
 * compared with what was recorded when it was hashed.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/store.h"

#include <stdbool.h>

enum copy_state {
	COPY_OK,
	COPY_CHANGED,    /* size, mtime or inode differ, or no regular file */
	COPY_MISSING,    /* no such path beneath the root */
	COPY_UNREADABLE, /* errno tells */
	COPY_DAMAGED,    /* nothing of that, but verify found other bytes */
	COPY_OFFLINE,    /* missing, and so is its disk; see presence.h */
	COPY_N_STATES
};

/*
 * Never COPY_OFFLINE. Open for reading without following a symbolic link beneath copy->root. On
 * COPY_OK *fd is the caller's; otherwise it is -1.
 */
enum copy_state copy_open(const struct store_copy *copy, int *fd);

/* In a snapshot, which is for machines where the same file has another one. */
#define ANY_INODE 0

/* What must stay the same in a file while it is shared. */
struct copy_facts {
	uint64_t size;
	int64_t mtime_ns;
	uint64_t inode; /* or ANY_INODE */
};

/*
 * Is fd still the regular file that was hashed? COPY_OK, COPY_CHANGED or
 * COPY_UNREADABLE with errno. One system call.
 */
enum copy_state copy_check(int fd, const struct copy_facts *facts);

/* "ok", "changed", "missing", "unreadable", "damaged", "offline" */
const char *copy_state_name(enum copy_state state);

#endif
