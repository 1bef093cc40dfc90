/*
 * Walking a directory for files to share: regular files only, no symbolic link
 * is followed, sorted by name so that two runs agree.
 * SPDX-License-Identifier: ISC
 */
#ifndef SHARE_SCAN_H
#define SHARE_SCAN_H

#include <stdbool.h>

/*
 * Call `visit` with the path of every regular file beneath dir, until it
 * returns false. dir is absolute and real, so the paths are too. What cannot be
 * read is logged and stepped over; false when there was such a thing.
 */
bool scan_tree(
    const char *dir, bool (*visit)(void *ctx, const char *path), void *ctx);

#endif
