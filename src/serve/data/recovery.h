/*
 * AICH recovery data. The database has a hash for each part; the blocks of the
 * one that is asked for are read from the file and hashed. Only data that leads
 * to the AICH root is sent, since a peer could not use other.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_RECOVERY_H
#define SERVE_DATA_RECOVERY_H

#include "proto/cursor.h"
#include "serve/data/shared_file.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Write the recovery data of a part (see aich_is_recoverable) of the open file,
 * which has an AICH root. Reads up to PART_SIZE bytes. False, after a log line,
 * when there is none; w is undefined then.
 */
bool recovery_put(struct writer *w, struct shared_file *f, size_t part);

#endif
