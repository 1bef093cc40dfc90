/*
 * A directory for targets that need a file: below $TMPDIR or /tmp, made once,
 * and removed with what is in it when the program exits.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_FUZZ_TEMP_H
#define TESTS_FUZZ_TEMP_H

#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

static char temp_dir[PATH_MAX - 64];

static void
temp_remove(void)
{
	DIR *dir = opendir(temp_dir);
	const struct dirent *e;

	while (dir && (e = readdir(dir)))
		unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(temp_dir);
}

static inline void
temp_make(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(temp_dir, sizeof temp_dir, "%s/ed2k-fuzz.XXXXXX",
	    parent ? parent : "/tmp");
	must(mkdtemp(temp_dir));
	atexit(temp_remove);
}

#endif
