/*
 * Asking what another user may read; see reader.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Access files as that user. Only this thread changes. */
static void
act_as(uid_t uid, gid_t gid)
{
	setfsgid(gid);
	setfsuid(uid);
}

/* (libc may ask for the effective user instead, which does not change) */
static bool
may_access(const char *path, int mode)
{
	return syscall(SYS_faccessat2, AT_FDCWD, path, mode, AT_EACCESS) == 0 ||
	    errno != EACCES;
}

static bool
find_user(struct reader *r)
{
	const struct passwd *pw = getpwnam(READER_OF_SERVER);

	if (!pw)
		return false;
	*r = (struct reader){.uid = pw->pw_uid, .gid = pw->pw_gid};
	r->n_groups = READER_GROUPS_MAX;
	if (getgrouplist(READER_OF_SERVER, r->gid, r->groups, &r->n_groups) < 0)
		r->n_groups = READER_GROUPS_MAX;
	if (geteuid() == 0 && setgroups((size_t)r->n_groups, r->groups) == 0) {
		act_as(r->uid, r->gid);
		r->can_try = (uid_t)setfsuid(r->uid) == r->uid;
		act_as(geteuid(), getegid());
	}
	return true;
}

static bool
is_member(const struct reader *r, gid_t gid)
{
	for (int i = 0; i < r->n_groups; i++)
		if (r->groups[i] == gid)
			return true;
	return false;
}

static char
class_of(const struct reader *r, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return 'o';
	return st.st_uid == r->uid ? 'u' : is_member(r, st.st_gid) ? 'g' : 'o';
}

/* bit: R_OK or X_OK, which are the bits of a mode as well. */
static bool
may_by_mode(const struct reader *r, const char *path, unsigned bit)
{
	char class = class_of(r, path);
	struct stat st;

	if (stat(path, &st) != 0 ||
	    getxattr(path, "system.posix_acl_access", NULL, 0) > 0)
		return true;
	return (st.st_mode >> (class == 'u'          ? 6
				      : class == 'g' ? 3
						     : 0) &
		   bit) != 0;
}

static bool
may(const struct reader *r, const char *path, int mode)
{
	bool yes;

	if (!r->can_try)
		return may_by_mode(r, path, (unsigned)mode);
	act_as(r->uid, r->gid);
	yes = may_access(path, mode);
	act_as(geteuid(), getegid());
	return yes;
}

/*
 * The length of the part of path that is the obstacle: a directory, or all of
 * it for the file itself. 0 when there is none.
 */
static size_t
blocked(const struct reader *r, const char *path)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof part || (r->can_try && may(r, path, R_OK)))
		return 0;
	for (size_t i = 0; i < len; i++) {
		size_t n = i == 0 ? 1 : i;

		if (path[i] != '/')
			continue;
		memcpy(part, path, n);
		part[n] = '\0';
		if (!may(r, part, X_OK))
			return n;
	}
	return may(r, path, R_OK) ? 0 : len;
}

bool
reader_open(struct reader *r, const char *db)
{
	char real[PATH_MAX];

	return realpath(db, real) && find_user(r) && blocked(r, real) == 0;
}

bool
reader_find_obstacle(
    const struct reader *r, const char *path, struct reader_obstacle *out)
{
	size_t len = blocked(r, path);

	if (len == 0)
		return false;
	snprintf(out->path, sizeof out->path, "%.*s", (int)len, path);
	out->is_search = path[len] != '\0';
	out->class = class_of(r, out->path);
	return true;
}
