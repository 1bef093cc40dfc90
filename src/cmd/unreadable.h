/*
 * Warnings of files that are shared and that the server's user cannot read: one
 * for all behind the same obstacle, with the command that mends it.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_UNREADABLE_H
#define CMD_UNREADABLE_H

#include "index/reader.h"

#include <stdint.h>

struct unreadable {
	struct reader reader;
	bool is_on; /* else nothing is said; see reader_open */
	struct reader_obstacle obstacle; /* to the first of the files */
	char dir[PATH_MAX];   /* that may not be searched, or has the files */
	char first[PATH_MAX]; /* of the files */
	uint64_t n_files;     /* that were not warned of yet */
};

/* db: path of the database. */
void unreadable_open(struct unreadable *u, const char *db);

/* path: a file that is shared; real and absolute. */
void unreadable_note(struct unreadable *u, const char *path);

/* Warn of what is left. */
void unreadable_close(struct unreadable *u);

#endif
