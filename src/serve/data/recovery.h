/*
 * AICH recovery data out of the file itself: the database keeps a hash for each
 * part, the blocks of the part asked for are read and hashed. Nothing goes out
 * that does not lead to the root we told: a peer would only find out in vain.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_RECOVERY_H
#define SERVE_DATA_RECOVERY_H

#include "proto/cursor.h"
#include "serve/data/shared_file.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Write the recovery data of a part of the open file, which has an AICH root;
 * the part is one of aich_is_recoverable. Reads up to PART_SIZE bytes. False, after a log line, when the data cannot be had; what was written
 * is then no use.
 */
bool recovery_put(struct writer *w, struct shared_file *f, size_t part);

#endif
