/*
 * Landlock: which files this process may open from now on. What is open stays
 * open. Needs PR_SET_NO_NEW_PRIVS.
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
 * Begin a set of rules with which nothing is allowed: no file may be opened,
 * made or removed, and, as far as the kernel knows how to forbid it, no TCP
 * socket bound or connected, no signal sent and no abstract socket reached
 * outside. False with errno when the kernel has no Landlock.
 */
bool landlock_begin(struct landlock *l);

/* Allow to read this file, or all files beneath this directory. One that is
 * missing is passed over. */
void landlock_allow_read(const struct landlock *l, const char *path);

/* Allow to read, write, make and remove regular files beneath it, too. */
void landlock_allow_write(const struct landlock *l, const char *dir);

/* From now on the rules hold, for good. False with errno. */
bool landlock_enforce(struct landlock *l);

#endif
