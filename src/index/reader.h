/*
 * Whether the user that the server runs as can read a file. This is asked when
 * a file is shared, so that the operator learns it, not the first peer.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_READER_H
#define INDEX_READER_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/* The user that the server runs as in the supplied units. */
#define READER_OF_SERVER "ed2k-serve"

/* How many groups of the user count; more than a system user has. */
#define READER_GROUPS_MAX 64

struct reader {
	uid_t uid;
	gid_t gid;
	gid_t groups[READER_GROUPS_MAX]; /* gid among them */
	int n_groups;
	bool can_try; /* we may act as that user, and do not have to guess */
};

/* What keeps the user from reading a file. */
struct reader_obstacle {
	bool is_search;      /* it may not search a directory */
	char path[PATH_MAX]; /* that directory, or the file */
	char class;          /* whose mode bits count: 'u', 'g' or 'o' */
};

/*
 * Prepare to ask for READER_OF_SERVER. False when there is no such user, or
 * when it cannot read the database at path db: then the server runs as another
 * user. If we are root, this process takes the supplementary groups of the user
 * in place of its own, since a check acts as that user.
 */
bool reader_open(struct reader *r, const char *db);

/*
 * What keeps the user from reading path, which is absolute and real? False when
 * nothing does. If we are root, the kernel is asked. Otherwise modes decide; an
 * access list counts as no obstacle, and so does what we cannot see.
 */
bool reader_find_obstacle(
    const struct reader *r, const char *path, struct reader_obstacle *out);

#endif
