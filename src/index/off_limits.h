/*
 * What is never shared: the state directory, which says who loads what, and in
 * which a server process may write; the share database; and file systems whose
 * files the kernel makes up.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_OFF_LIMITS_H
#define INDEX_OFF_LIMITS_H

#include "index/edit.h"
#include "index/rules.h"

#include <limits.h>
#include <stdbool.h>

#define OFF_LIMITS_N 2

/*
 * A message: what and path of a thing, the root that it lies in, and its path
 * beneath that.
 */
#define OFF_LIMITS_IN_ROOT                                                     \
	"%s, %s, lies in the shared directory %s, and is left out; move it "   \
	"elsewhere, or share that directory again with \"add -r --exclude "    \
	"%s\""

struct off_limits {
	struct off_limits_thing {
		const char *what;
		bool is_dir;
		char path[PATH_MAX]; /* real; "" when there is none */
	} things[OFF_LIMITS_N];
};

/*
 * Find the things of this host. state: NULL for the default directory. 0, or an
 * exit code after a log line.
 */
int off_limits_find(struct off_limits *o, const char *db, const char *state);

/* Which thing is, or holds, the file or directory at a real path? Or NULL. */
const struct off_limits_thing *off_limits_at(
    const struct off_limits *o, const char *path);

/*
 * Where beneath dir is this thing? A part of its path, or NULL: it is elsewhere
 * or the rules leave it out when dir is walked.
 */
const char *off_limits_beneath(const struct off_limits_thing *thing,
    const char *dir, const struct rules *rules);

/* The same for a root: NULL also when the thing was removed there by hand. */
const char *off_limits_in_root(const struct off_limits_thing *thing,
    struct edit *edit, const char *root, const struct rules *rules);

/* Is this file or directory in a file system such as procfs? */
bool off_limits_is_kernel(const char *path);

/* The same, and if so, a message says that it is left out. */
bool off_limits_skip_kernel(const char *path);

#endif
