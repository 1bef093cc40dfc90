/*
 * A copy of the share database for other machines: one file, complete, never
 * changed and only replaced. Never linked into the server, which opens it like
 * any other (db_open).
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_SNAPSHOT_H
#define INDEX_SNAPSHOT_H

#include "store/store.h"

/*
 * Write a snapshot of the database, of the newest version, to path, in place of
 * what is there, as a whole or not at all. In it the inodes of files are 0,
 * "any". 0, or an exit code after a log line.
 */
int snapshot_write(struct store *store, const char *path);

#endif
