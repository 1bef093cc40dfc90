/*
 * Opening and checking shared files; see copy.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How often openat2 is tried again after a rename elsewhere in the tree. */
#define OPEN_TRIES 16

/* The path relative to its root. NULL when the root is not above it. */
static const char *
relative_path(const struct store_copy *copy)
{
	size_t len = strlen(copy->root);

	if (strncmp(copy->path, copy->root, len) != 0)
		return NULL;
	if (len > 1 && copy->path[len] != '/')
		return NULL;
	return copy->path + len + (len > 1);
}

/* (libc has no wrapper for openat2) */
static int
open_beneath(int root, const char *path)
{
	/* O_NONBLOCK: a FIFO may be in its place, and must not be waited for */
	struct open_how how = {
	    .flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
	    .resolve =
		RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = -1;

	for (int i = 0; i < OPEN_TRIES && fd < 0; i++) {
		fd = (int)syscall(SYS_openat2, root, path, &how, sizeof how);
		if (fd < 0 && errno != EAGAIN && errno != EINTR)
			break;
	}
	return fd;
}

static enum copy_state
state_of_errno(void)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return COPY_MISSING;
	case ELOOP: /* there is a symbolic link on the way now */
	case EXDEV:
		return COPY_CHANGED;
	default:
		return COPY_UNREADABLE;
	}
}

enum copy_state
copy_open(const struct store_copy *copy, int *fd, struct copy_facts *now)
{
	const char *path = relative_path(copy);
	enum copy_state state;
	int root, error;

	*fd = -1;
	*now = (struct copy_facts){copy->size, copy->mtime_ns, copy->inode, 0};
	if (!path)
		return COPY_MISSING;
	root = open(copy->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return state_of_errno();
	*fd = open_beneath(root, path);
	state = *fd < 0 ? state_of_errno() : copy_check(*fd, now);
	if (state == COPY_OK && copy->damaged)
		state = COPY_DAMAGED;
	error = errno;
	close(root);
	if (state != COPY_OK && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	errno = error;
	return state;
}

static int64_t
ns_of(struct timespec t)
{
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

enum copy_state
copy_check(int fd, struct copy_facts *facts)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return COPY_UNREADABLE;
	facts->ctime_ns = ns_of(st.st_ctim);
	return S_ISREG(st.st_mode) && (uint64_t)st.st_size == facts->size &&
		ns_of(st.st_mtim) == facts->mtime_ns &&
		(facts->inode == ANY_INODE || st.st_ino == facts->inode)
	    ? COPY_OK
	    : COPY_CHANGED;
}

const char *
copy_state_name(enum copy_state state)
{
	static const char *const names[] = {
	    [COPY_OK] = "ok",
	    [COPY_CHANGED] = "changed",
	    [COPY_MISSING] = "missing",
	    [COPY_UNREADABLE] = "unreadable",
	    [COPY_DAMAGED] = "damaged",
	    [COPY_OFFLINE] = "offline",
	};

	return names[state];
}
