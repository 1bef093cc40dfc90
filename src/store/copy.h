/*
 * The file of a copy in the share database: it is opened beneath its root, and
 * compared with what was recorded when it was hashed.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "store/store.h"

#include <stdbool.h>

enum copy_state {
	COPY_OK,
	COPY_CHANGED,    /* other size, mtime or inode; or not a regular file */
	COPY_MISSING,    /* no such path beneath the root */
	COPY_UNREADABLE, /* errno tells why */
	COPY_DAMAGED,    /* as recorded, but verify found other bytes */
	COPY_OFFLINE,    /* missing, and so is its disk; see index/presence.h */
	COPY_N_STATES
};

/* The inode in a snapshot: the same file has another one on each machine. */
#define ANY_INODE 0

/* The ctime in a snapshot, and of what an older release has hashed. */
#define ANY_CTIME 0

/*
 * What stays the same in a file while it is shared. But a ctime also changes
 * with mode, owner, links, names and attributes, and when the mtime is set:
 * the bytes of a file with another ctime are in doubt, no more. Nobody can set
 * a ctime back.
 */
struct copy_facts {
	uint64_t size;
	int64_t mtime_ns;
	uint64_t inode; /* or ANY_INODE */
	int64_t ctime_ns;
};

/*
 * Open the file for reading. No symbolic link beneath copy->root is followed.
 * On COPY_OK *fd is the caller's and *now the file as it is; otherwise *fd is
 * -1. Never COPY_OFFLINE.
 */
enum copy_state copy_open(
    const struct store_copy *copy, int *fd, struct copy_facts *now);

/*
 * Is fd still the file that was hashed? COPY_OK, COPY_CHANGED, or
 * COPY_UNREADABLE with errno. The ctime is not compared: facts->ctime_ns
 * becomes what it is now. It takes one system call.
 */
enum copy_state copy_check(int fd, struct copy_facts *facts);

/* "ok", "changed", "missing", "unreadable", "damaged", "offline" */
const char *copy_state_name(enum copy_state state);

#endif
