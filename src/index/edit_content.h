/*
 * Changing what the share database knows of a content, wherever its copies lie:
 * hashes, priority, comment. All return 0, or an exit code after a log line.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_EDIT_CONTENT_H
#define INDEX_EDIT_CONTENT_H

#include "index/edit.h"

/* A content and the place it was found in. The caller owns all it points to. */
struct edit_entry {
	/* copy.root is not used; without copy.has_aich known hashes stay */
	struct store_copy copy;
	const uint8_t *part_hashes; /* n of 16 bytes; NULL when n is 0 */
	size_t n_part_hashes;
	const uint8_t *aich_parts; /* n of 20 bytes; NULL when n is 0 */
	size_t n_aich_parts;
	const uint8_t *alias;   /* "blue" hash, or NULL */
	const char *moved_from; /* path of a copy to delete, or NULL */
};

/* Put the content alone, without its copy. */
int edit_put_content(struct edit *e, const struct edit_entry *entry);

/* Delete a content that has no copy left. */
int edit_delete_unused_content(struct edit *e, const uint8_t hash[HASH_SIZE]);

/* Put the AICH hashes of a content. Does nothing when it is not shared. */
int edit_put_aich(struct edit *e, const uint8_t hash[HASH_SIZE],
    const uint8_t root[AICH_SIZE], const uint8_t *parts, size_t n_parts);

int edit_set_priority(struct edit *e, const uint8_t hash[HASH_SIZE],
    enum store_priority priority);

/* Rating 0 and an empty text delete the comment. */
int edit_set_comment(struct edit *e, const uint8_t hash[HASH_SIZE],
    const struct store_comment *comment);

#endif
