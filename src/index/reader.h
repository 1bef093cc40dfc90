/*
 * Whether another user, the one that the server runs as, can read a file. Asked
 * when it is shared, so that its owner is told and not the first peer.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_READER_H
#define INDEX_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whom the units supplied run the server as. */
#define READER_OF_SERVER "ed2k-serve"

/* Groups of the user that are looked at; more than a system user has. */
#define READER_GROUPS_MAX 64

struct reader {
	uid_t uid;
	gid_t gid;
	gid_t groups[READER_GROUPS_MAX]; /* gid among them */
	int n_groups;
	bool can_try; /* we may act as that user, and need not guess */
};

/*
 * False when there is no such user. As root, gives up this process's own
 * supplementary groups, for those of the user: a check acts as that user.
 */
bool reader_open(struct reader *r, const char *user);

/*
 * What keeps the user from reading path, which is absolute and real: the length
 * of that part of it which names the directory that may not be searched, or the
 * whole length for the file itself; 0 when nothing does. As root it is what the
 * kernel says. Otherwise it is concluded from modes, and an access list or what
 * cannot be looked at counts as no hindrance.
 */
size_t reader_blocked(const struct reader *r, const char *path);

/* Which bits of the mode of path hold for the user: 'u', 'g' or 'o'. */
char reader_class(const struct reader *r, const char *path);

#endif
