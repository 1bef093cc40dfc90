/*
 * Warnings of files that are shared and that the server's user cannot read: one
 * for all behind the same obstacle, with the command that mends it. Silent where
 * there is no user of that name, or it cannot read the database either: then the
 * server is run by somebody else.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_UNREADABLE_H
#define CMD_UNREADABLE_H

#include "index/reader.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct unreadable {
	struct reader reader;
	bool on;
	char obstacle
	    [PATH_MAX]; /* a directory, or the one that the files are in */
	bool is_search; /* that directory may not be searched */
	char first[PATH_MAX]; /* of the files */
	uint64_t n_files;     /* not told yet */
};

/* db: path of the database. */
void unreadable_open(struct unreadable *u, const char *db);

/* path: a file that is shared; real and absolute. */
void unreadable_note(struct unreadable *u, const char *path);

/* Tell what was not told yet. */
void unreadable_close(struct unreadable *u);

#endif
