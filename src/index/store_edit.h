/*
 * The share database as its one kind of writer, ed2k-share, sees it. Every
 * change is one transaction: after a kill at any instant it is wholly there or
 * not at all. Never linked into the server.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_STORE_EDIT_H
#define INDEX_STORE_EDIT_H

#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum edit_statement {
	EDIT_BEGIN,
	EDIT_COMMIT,
	EDIT_ROLLBACK,
	EDIT_ROOT_ID,
	EDIT_ROOT_PUT,
	EDIT_ROOT_DELETE_UNUSED,
	EDIT_FILE_PUT,
	EDIT_FILE_DELETE_UNUSED,
	EDIT_COPY_PUT,
	EDIT_COPY_ROOT,
	EDIT_COPY_DELETE,
	EDIT_PART_HASHES_PUT,
	EDIT_AICH_ROOT_PUT,
	EDIT_AICH_PARTS_PUT,
	EDIT_NEXT_WITHOUT_AICH,
	EDIT_ALIAS_PUT,
	EDIT_PRIORITY_PUT,
	EDIT_COMMENT_PUT,
	EDIT_COMMENT_DELETE,
	EDIT_COPY_MOVE,
	EDIT_COPY_DAMAGED_PUT,
	EDIT_ROOT_WALK_PUT,
	EDIT_ROOT_INODE_PUT,
	EDIT_ROOT_BY_PATH,
	EDIT_ROOT_NEXT,
	EDIT_ROOT_DELETE_BENEATH,
	EDIT_EXCLUDES,
	EDIT_EXCLUDE_PUT,
	EDIT_EXCLUDE_DELETE,
	EDIT_MOUNT_POINT_PUT,
	EDIT_MOUNT_POINT_DELETE,
	EDIT_REMOVED_PUT_PATH,
	EDIT_REMOVED_PUT_HASH,
	EDIT_REMOVED_BY_PATH,
	EDIT_REMOVED_DELETE,
	EDIT_REMOVED_DELETE_BENEATH,
	EDIT_ASTRAY_PUT,
	EDIT_ASTRAY_NEXT,
	EDIT_ASTRAY_BY_INODE,
	EDIT_ASTRAY_BY_HASH,
	EDIT_ASTRAY_DELETE,
	EDIT_ASTRAY_SPEND,
	EDIT_OFFLINE_PUT,
	EDIT_N_STATEMENTS
};

/* A writer reads too: `store` is for every store_* function. */
struct store_edit {
	struct store store;
	sqlite3_stmt *statements[EDIT_N_STATEMENTS];
	bool is_gathering; /* between store_edit_begin and store_edit_end */
};

/*
 * A content and the place it was found in. With copy.has_aich its AICH hashes
 * are put too; without, known ones stay.
 */
struct store_entry {
	struct store_copy copy;     /* copy.root is not used */
	const uint8_t *part_hashes; /* n of 16 bytes; NULL when n is 0 */
	size_t n_part_hashes;
	const uint8_t *aich_parts; /* n of 20 bytes; NULL when n is 0 */
	size_t n_aich_parts;
	const uint8_t *alias;   /* "blue" hash, or NULL */
	const char *moved_from; /* a path shared no more instead, or NULL */
};

/*
 * Open for writing, and bring a database of an older version up to date. 0, or
 * an exit code after a log line.
 */
int store_edit_open(struct store_edit *e, const char *path);

/* The same, and create the file and its directories if they are not there. */
int store_edit_create(struct store_edit *e, const char *path);

/* Safe to call twice, and on a zeroed struct. */
void store_edit_close(struct store_edit *e);

/* These return 0, or an exit code after a log line. */

/*
 * Make the changes up to store_edit_end one transaction: after the first fault
 * all of them are undone. Other writers wait meanwhile, so it is for little
 * work. A second store_edit_begin, or an end without one, does nothing.
 */
int store_edit_begin(struct store_edit *e);
int store_edit_end(struct store_edit *e);

/* Share a file; its root is the longest one above it, else its directory. */
int store_edit_put(struct store_edit *e, const struct store_entry *entry);

/*
 * The first file behind `hash` (in the order of hashes; NULL: of all) that has
 * no AICH hashes.
 */
enum store_result store_edit_next_without_aich(
    struct store_edit *e, const uint8_t *hash, uint8_t out[HASH_SIZE]);

/* Put the AICH hashes of a file; if it is shared no more, nothing happens. */
int store_edit_put_aich(struct store_edit *e, const uint8_t hash[HASH_SIZE],
    const uint8_t root[AICH_SIZE], const uint8_t *parts, size_t n_parts);

int store_edit_priority(struct store_edit *e, const uint8_t hash[HASH_SIZE],
    enum store_priority priority);

/* Say this of a shared file; rating 0 and no text say nothing any more. */
int store_edit_comment(struct store_edit *e, const uint8_t hash[HASH_SIZE],
    const struct store_comment *comment);

/*
 * Share one path no more; the content stays while another copy has it. Refresh
 * will not share it again before it is put again.
 */
int store_edit_remove_path(struct store_edit *e, const char *path);

/* The same for a content, wherever it lies. */
int store_edit_remove_hash(struct store_edit *e, const uint8_t hash[HASH_SIZE]);

/* Share a path no more that is gone; should it come back, so be it. */
int store_edit_drop_path(struct store_edit *e, const char *path);

/* A shared file was renamed; to is not shared. */
int store_edit_move(struct store_edit *e, const char *from, const char *to);

/* Mark one copy as damaged, or as sound. */
int store_edit_damaged(struct store_edit *e, const char *path, bool damaged);

#endif
