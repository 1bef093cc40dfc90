/*
 * Landlock: which files this process may open from now on. Files that are open
 * stay so. Needs PR_SET_NO_NEW_PRIVS.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_WALLS_LANDLOCK_H
#define SERVE_WALLS_LANDLOCK_H

#include <stdbool.h>

struct landlock {
	int abi;     /* of the kernel */
	int ruleset; /* -1: none */
};

/*
 * Begin a set of rules that allows nothing: no file may be opened, made or
 * removed. Newer kernels also forbid to bind and connect TCP sockets, to send
 * signals and to reach abstract sockets outside. False with errno when the
 * kernel has no Landlock.
 */
bool landlock_begin(struct landlock *l);

/*
 * Allow to read this file, or all files beneath this directory, if it is there.
 */
void landlock_allow_read(const struct landlock *l, const char *path);

/* The same for a regular file, not for what may have taken its place. */
void landlock_allow_file(const struct landlock *l, const char *path);

/*
 * Allow to read, write and make regular files beneath this directory, but not
 * to remove, rename or cut them.
 */
void landlock_allow_write(const struct landlock *l, const char *dir);

/* Make the rules hold, for good. False with errno. */
bool landlock_enforce(struct landlock *l);

#endif
