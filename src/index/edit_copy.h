/*
 * Changing which files are shared, and where they lie. A content is deleted
 * with its last copy, and a root of single files with its last file. All return
 * 0, or an exit code after a log line.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_EDIT_COPY_H
#define INDEX_EDIT_COPY_H

#include "index/edit_content.h"

#include <stdbool.h>

/* Share a file. Its root is the longest one above it, else its directory. */
int edit_put(struct edit *e, const struct edit_entry *entry);

/*
 * Stop sharing a path. Refresh will not share it again until it is put again by
 * hand.
 */
int edit_remove_path(struct edit *e, const char *path);

/* The same for all copies of a content. */
int edit_remove_hash(struct edit *e, const uint8_t hash[HASH_SIZE]);

/*
 * Stop sharing a path whose file is gone. Refresh will share it again if the
 * file comes back.
 */
int edit_drop_path(struct edit *e, const char *path);

/* A shared file was renamed. No file is shared at `to`. */
int edit_move(struct edit *e, const char *from, const char *to);

/* Mark one copy as damaged, or as sound since it had this ctime. */
int edit_set_damaged(struct edit *e, const char *path);
int edit_set_sound(struct edit *e, const char *path, int64_t ctime_ns);

/* May the content at a path be announced, or that of all copies of it? */
int edit_set_announce_path(struct edit *e, const char *path, bool announce);
int edit_set_announce_hash(
    struct edit *e, const uint8_t hash[HASH_SIZE], bool announce);

#endif
