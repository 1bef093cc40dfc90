/*
 * Files as a whole; see file.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

ssize_t
file_read_at(int fd, void *out, size_t n, uint64_t offset)
{
	size_t done = 0;

	while (done < n) {
		ssize_t res = pread(
		    fd, (char *)out + done, n - done, (off_t)(offset + done));

		if (res < 0 && errno == EINTR)
			continue;
		if (res < 0)
			return -1;
		if (res == 0)
			break;
		done += (size_t)res;
	}
	return (ssize_t)done;
}

bool
file_write(int fd, const void *bytes, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t res = write(fd, (const char *)bytes + done, n - done);

		if (res < 0 && errno == EINTR)
			continue;
		if (res < 0)
			return false;
		done += (size_t)res;
	}
	return true;
}

bool
file_replace_begin(struct file_replacement *r, const char *path)
{
	int n = snprintf(r->temp, sizeof r->temp, "%s.XXXXXX", path);

	r->path = path;
	r->fd = -1;
	if (n < 0 || (size_t)n >= sizeof r->temp) {
		errno = ENAMETOOLONG;
		return false;
	}
	r->fd = mkostemp(r->temp, O_CLOEXEC);
	return r->fd >= 0;
}

/* The new name survives a crash too, where the file system can do that. */
static void
sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	snprintf(copy, sizeof copy, "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static bool
commit(struct file_replacement *r, unsigned flags)
{
	if (fchmod(r->fd, 0644) != 0 || fsync(r->fd) != 0 ||
	    renameat2(AT_FDCWD, r->temp, AT_FDCWD, r->path, flags) != 0) {
		file_replace_cancel(r);
		return false;
	}
	close(r->fd);
	r->fd = -1;
	sync_directory(r->path);
	return true;
}

bool
file_replace_commit(struct file_replacement *r)
{
	return commit(r, 0);
}

bool
file_replace_commit_new(struct file_replacement *r)
{
	return commit(r, RENAME_NOREPLACE);
}

void
file_replace_cancel(struct file_replacement *r)
{
	int error = errno;

	unlink(r->temp);
	close(r->fd);
	r->fd = -1;
	errno = error;
}
