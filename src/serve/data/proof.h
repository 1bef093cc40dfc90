/*
 * Whether the bytes of a file in doubt are what was hashed: one whose size,
 * mtime and inode are as recorded, and whose ctime is not. Mostly its mode,
 * owner, name or links have changed, but a program may have rewritten it and
 * set its mtime back. So each part is hashed before any of it is sent.
 *
 * No peer can bring a file into doubt. If there is one, a peer could have us
 * hash a part for a byte: so a connection has no more hashed than a few parts,
 * and PROOF_PER_BYTE bytes for each that it is sent. Clients that load one
 * block of each part get along.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_PROOF_H
#define SERVE_DATA_PROOF_H

#include "proto/msg.h"
#include "serve/data/shared_file.h"

#include <stdbool.h>

#define PROOF_PER_BYTE 64
#define PROOF_ADVANCE  (4 * (uint64_t)PART_SIZE)

/*
 * Is this range, not empty, of the open file known to be what was hashed? It
 * is if the file is not in doubt.
 */
bool proof_holds(const struct shared_file *f, struct range range);

/*
 * The same; parts of which it is not known are hashed. False after a log line:
 * the bytes are others, or cannot be read, or it is too much to hash.
 */
bool proof_find(struct shared_file *f, struct range range);

#endif
