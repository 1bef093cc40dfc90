/*
 * A temporary directory for a test group: temp_setup and temp_teardown are
 * cmocka fixtures, temp_path names a file in it.
 * SPDX-License-Identifier: ISC
 */
#ifndef TESTS_TEMP_H
#define TESTS_TEMP_H

#include "harness.h"

#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char temp_dir[] = "/tmp/ed2k-test.XXXXXX";

static inline int
temp_setup(void **state)
{
	(void)state;
	memcpy(temp_dir + sizeof temp_dir - 7, "XXXXXX", 6);
	return mkdtemp(temp_dir) ? 0 : -1;
}

static inline int
temp_teardown(void **state)
{
	char *roots[] = {temp_dir, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *e;

	(void)state;
	while (fts && (e = fts_read(fts)))
		if (e->fts_info != FTS_D)
			remove(e->fts_path);
	fts_close(fts);
	return 0;
}

/* A path in the directory; four live at a time. */
static inline const char *
temp_path(const char *name)
{
	static char ring[4][PATH_MAX];
	static unsigned next;
	char *out = ring[next++ % 4];

	snprintf(out, PATH_MAX, "%s/%s", temp_dir, name);
	return out;
}

/* A file of so many bytes, all the same. Returns its path. */
static inline const char *
temp_file(const char *name, size_t size, int byte)
{
	static uint8_t chunk[1 << 16];
	const char *path = temp_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	memset(chunk, byte, sizeof chunk);
	while (size > 0) {
		size_t n = size < sizeof chunk ? size : sizeof chunk;

		assert_int_equal(write(fd, chunk, n), n);
		size -= n;
	}
	close(fd);
	return path;
}

#endif
