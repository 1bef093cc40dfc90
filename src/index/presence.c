/*
 * Looking at directories; see presence.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/presence.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool
presence_stat(const char *path, struct presence *out)
{
	struct statx st;

	/* an automount is mounted by this, as it should be */
	if (statx(AT_FDCWD, path, AT_STATX_SYNC_AS_STAT, STATX_TYPE | STATX_INO,
		&st) != 0)
		return false;
	if (!S_ISDIR(st.stx_mode)) {
		errno = ENOTDIR;
		return false;
	}
	out->inode = st.stx_ino;
	out->is_mount = (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
	return true;
}

/* For store_mount_points_above: take the first that is not mounted now. */
static bool
is_unmounted(void *ctx, const char *path)
{
	struct presence now;

	(void)ctx;
	return !presence_stat(path, &now) || !now.is_mount;
}

static bool
is_offline(struct store *s, const struct store_copy *copy)
{
	struct presence now;

	if (!presence_stat(copy->root, &now) ||
	    (copy->has_root_inode && copy->root_inode != now.inode))
		return true;
	return store_mount_points_above(s, copy->path, is_unmounted, NULL) ==
	    STORE_FOUND;
}

enum copy_state
presence_open(struct store *s, const struct store_copy *copy, int *fd,
    struct copy_facts *now)
{
	enum copy_state state = copy_open(copy, fd, now);

	return state == COPY_MISSING && is_offline(s, copy) ? COPY_OFFLINE
							    : state;
}

enum copy_state
presence_state(struct store *s, const struct store_copy *copy)
{
	struct copy_facts now;
	int fd;
	enum copy_state state = presence_open(s, copy, &fd, &now);

	if (fd >= 0)
		close(fd);
	return state;
}
