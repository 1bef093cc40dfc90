/*
 * What of the share database every connection needs before its peer says
 * anything: our user hash, and where the files are. A process that forks others
 * reads it for all of them, and they open the database when a file is asked
 * for.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_SHARE_FACTS_H
#define SERVE_SHARE_FACTS_H

#include "serve/options.h"
#include "store/cover.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/*
 * One version of a file, or none. Not the time of its inode: SQLite changes the
 * owner of side files, to what it was, whenever root opens a database.
 */
struct file_stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
};

struct share_facts {
	bool is_known;
	char path[PATH_MAX];
	uint8_t user_hash[HASH_SIZE];
	struct cover cover;
	/* of the database and its -wal, before they were read */
	struct file_stamp stamps[2];
};

/*
 * Open the share database and read it; the caller closes *store. 0, or an exit
 * code after a log line, and *store is closed.
 */
int share_facts_read(
    struct share_facts *f, const struct options *opt, struct store *store);

/*
 * Read it again if it has changed. The database is closed at the end. What
 * changes just now, or is of an older version, is not known: then each process
 * reads it itself.
 */
void share_facts_refresh(struct share_facts *f, const struct options *opt);

#endif
