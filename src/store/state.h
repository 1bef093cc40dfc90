/*
 * The state directory, where ed2k-serve keeps what it records, and the database
 * in it.
 * SPDX-License-Identifier: ISC
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "store/db.h"

#include <stdbool.h>
#include <stddef.h>

/* What was uploaded to whom. Its schema is sql/activity.sql. */
extern const struct db_kind activity_kind;

/*
 * Where the state directory is by default: /var/lib/ed2k-serve for root and
 * system accounts (uid below 1000), else below $XDG_STATE_HOME or
 * ~/.local/state. False, after a log line, when there is no home directory.
 */
bool state_default_dir(char *out, size_t cap);

/*
 * Open activity.db to write, and upgrade one of an older version. It must
 * exist. 0, or an exit code after a log line (db_open_writer).
 */
int state_open_activity(struct db *db, const char *path);

/*
 * The path of activity.db in the state directory `dir`; NULL: the default one.
 * False after a log line.
 */
bool state_activity_path(char out[PATH_MAX], const char *dir);

#endif
