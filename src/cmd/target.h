/*
 * HASH|PATH arguments: which shared files do they name? An eD2k link counts as
 * its hash.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_TARGET_H
#define CMD_TARGET_H

#include "share/store.h"

#include <stdbool.h>
#include <limits.h>

struct target {
	bool is_hash;
	uint8_t hash[HASH_SIZE];
	char path[PATH_MAX]; /* absolute; real as far as it exists */
};

/*
 * Read one argument: 32 hex digits, a link, else a path. 0, or an exit code
 * after a log line.
 */
int target_parse(struct target *out, const char *argument);

/*
 * The absolute path with symbolic links resolved; of a file that is gone, those
 * of its directory. False when even that fails; errno tells.
 */
bool target_real_path(char out[PATH_MAX], const char *path);

/* Say that nothing shared has this name. Returns the exit code for it. */
int target_unknown(const char *argument);

#endif
