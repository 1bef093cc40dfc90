/*
 * Whether another user, the one that the server runs as, can read a file. Asked
 * when it is shared, so that its owner is told and not the first peer.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_READER_H
#define INDEX_READER_H

#include <limits.h>
#include <stdbool.h>
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

/* What keeps the user from reading a file. */
struct reader_obstacle {
	bool is_search;      /* it may not search a directory */
	char path[PATH_MAX]; /* that directory, or the file */
	char class;          /* which mode bits hold for it: 'u', 'g', 'o' */
};

/*
 * Be ready to ask for READER_OF_SERVER. False when there is no such user, or it
 * cannot read the database at path db: then another user runs the server. As
 * root, gives up this process's own supplementary groups for those of the user:
 * a check acts as that user.
 */
bool reader_open(struct reader *r, const char *db);

/*
 * Is there an obstacle to reading path, which is absolute and real? As root it
 * is what the kernel says. Otherwise it is concluded from modes, and an access
 * list or what cannot be looked at counts as no obstacle.
 */
bool reader_find_obstacle(
    const struct reader *r, const char *path, struct reader_obstacle *out);

#endif
