/*
 * The two things that refresh does. The database is open; these return 0, or
 * the exit code of the first fault after log lines, and print what they did.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_REFRESH_H
#define CMD_REFRESH_H

#include "index/hash.h"
#include "index/edit.h"

#include <stdbool.h>

/* Compute the AICH hashes of all files that have none. */
int refresh_aich(struct edit *edit, struct hasher *hasher);

/*
 * Bring what is shared beneath some directories, absolute and real, up to date
 * with the disk. A dry run hashes nothing (hasher is not used) and changes
 * nothing; the database may be open for reading only.
 */
int refresh_tree(struct edit *edit, struct hasher *hasher, bool dry_run,
    const char *const dirs[], size_t n_dirs);

#endif
