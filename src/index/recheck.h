/*
 * Hashing shared files again: is a file still what was shared?
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_RECHECK_H
#define INDEX_RECHECK_H

#include "index/pipeline.h"
#include "store/copy.h"

/*
 * The nth copy of a content, the oldest one being 0. UNKNOWN when there are not
 * so many.
 */
enum store_result recheck_find(struct store *s, const uint8_t hash[HASH_SIZE],
    size_t nth, struct store_row *out);

/*
 * Put a copy into the pipeline: to be hashed, or passed when it is not as
 * recorded or cannot be read (which is logged). Whether it is marked as damaged
 * is not looked at. Sets f->kind, an enum copy_state, and f->copy.
 */
void recheck_put(struct pipeline *p, const struct store_copy *copy);

/*
 * For pipeline.keep: the state of a file that was put so. COPY_OK: its bytes
 * are what was shared. COPY_UNREADABLE is logged. *ctime_ns is set to the ctime
 * that it had meanwhile, if that did not change.
 */
enum copy_state recheck_state(const struct pipeline_file *f, int64_t *ctime_ns);

#endif
