/*
 * Writing the file `outside`; see record.h.
 * SPDX-License-Identifier: ISC
 */
#include "ports/record.h"

#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#define EXPIRES "expires="

int
record_open(struct record *r)
{
	const char *dir = getenv("RUNTIME_DIRECTORY");
	int n = dir && *dir
	    ? snprintf(r->path, sizeof r->path, "%s/outside", dir)
	    : snprintf(r->path, sizeof r->path, "%s", OUTSIDE_PATH);
	ssize_t size;
	int fd;

	if (n < 0 || (size_t)n >= sizeof r->path) {
		log_error("RUNTIME_DIRECTORY is too long");
		return EX_CANTCREAT;
	}
	fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size = fd < 0 ? 0 : read(fd, r->text, OUTSIDE_SIZE_MAX);
	if (fd >= 0)
		close(fd);
	r->text[size > 0 ? size : 0] = '\0';
	outside_parse(
	    &r->outside, r->text, strlen(r->text), (uint64_t)time(NULL));
	return 0;
}

bool
record_is_news(const struct record *r, const char *lines)
{
	size_t n = strlen(lines);

	return strncmp(r->text, lines, n) != 0 ||
	    (r->text[n] && strncmp(r->text + n, EXPIRES, strlen(EXPIRES)) != 0);
}

static int
cannot(const char *what, const char *path)
{
	log_error(
	    "cannot %s %s: %s", what, log_quote_str(path), strerror(errno));
	return EX_CANTCREAT;
}

int
record_prepare(const struct record *r)
{
	char dir[PATH_MAX];

	snprintf(dir, sizeof dir, "%.*s",
	    (int)(strrchr(r->path, '/') - r->path), r->path);
	return mkdir(dir, 0755) == 0 || errno == EEXIST ? 0
							: cannot("make", dir);
}

int
record_write(const struct record *r, const char *lines, uint64_t expires)
{
	char temp[PATH_MAX + 4];
	bool written;
	FILE *f;

	snprintf(temp, sizeof temp, "%s.new", r->path);
	f = fopen(temp, "we");
	if (!f)
		return cannot("write", temp);
	fputs(lines, f);
	if (expires > 0)
		fprintf(f, EXPIRES "%" PRIu64 "\n", expires);
	written = !ferror(f);
	if (fclose(f) != 0 || !written || rename(temp, r->path) != 0)
		return cannot("write", r->path);
	return 0;
}
