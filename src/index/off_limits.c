/*
 * What is never shared; see off_limits.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/off_limits.h"

#include "base/log.h"
#include "base/util.h"
#include "index/roots.h"
#include "store/db.h"
#include "store/state.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <sysexits.h>

/* These are in no header of the kernel. */
#define CONFIGFS_MAGIC 0x62656570
#define FUSECTL_MAGIC  0x65735543
#define MQUEUE_MAGIC   0x19800202

int
off_limits_find(struct off_limits *o, const char *db, const char *state)
{
	struct off_limits_thing *dir = &o->things[0], *file = &o->things[1];
	char usual[PATH_MAX];

	*dir = (struct off_limits_thing){
	    .what = "the state directory of ed2k-serve",
	    .is_dir = true,
	};
	*file = (struct off_limits_thing){.what = "the share database"};
	if (!state && !state_default_dir(usual, sizeof usual))
		return EX_CONFIG;
	if (!realpath(state ? state : usual, dir->path))
		dir->path[0] = '\0';
	if (realpath(db, file->path))
		return 0;
	log_error("cannot find %s: %s", log_quote_str(db), strerror(errno));
	return EX_OSERR;
}

/* What of a path is beneath dir, or NULL. */
static const char *
rest_beneath(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (strncmp(path, dir, len) != 0)
		return NULL;
	if (len > 0 && dir[len - 1] == '/') /* the root of all */
		return path + len;
	return path[len] == '/' ? path + len + 1 : NULL;
}

const struct off_limits_thing *
off_limits_at(const struct off_limits *o, const char *path)
{
	for (size_t i = 0; i < OFF_LIMITS_N; i++) {
		const struct off_limits_thing *t = &o->things[i];

		if (t->path[0] == '\0')
			continue;
		if (t->is_dir ? strcmp(path, t->path) == 0 ||
			    rest_beneath(path, t->path)
			      : db_owns(t->path, path))
			return t;
	}
	return NULL;
}

/* Is this path, or a directory on the way to it, left out of a walk? */
static bool
is_left_out(const struct rules *rules, const char *path, bool is_dir)
{
	char dir[PATH_MAX];

	for (const char *end = path; (end = strchr(end, '/')); end++) {
		snprintf(dir, sizeof dir, "%.*s", (int)(end - path), path);
		if (rules_leave_out(rules, dir, true))
			return true;
	}
	return rules_leave_out(rules, path, is_dir);
}

const char *
off_limits_beneath(const struct off_limits_thing *thing, const char *dir,
    const struct rules *rules)
{
	const char *rest = rest_beneath(thing->path, dir);

	return rest && !is_left_out(rules, rest, thing->is_dir) ? rest : NULL;
}

const char *
off_limits_in_root(const struct off_limits_thing *thing, struct edit *edit,
    const char *root, const struct rules *rules)
{
	const char *rest = off_limits_beneath(thing, root, rules);

	return rest && roots_is_removed(edit, thing->path) != STORE_FOUND
	    ? rest
	    : NULL;
}

bool
off_limits_is_kernel(const char *path)
{
	static const unsigned long magics[] = {
	    PROC_SUPER_MAGIC,
	    SYSFS_MAGIC,
	    BINFMTFS_MAGIC,
	    BPF_FS_MAGIC,
	    CGROUP_SUPER_MAGIC,
	    CGROUP2_SUPER_MAGIC,
	    CONFIGFS_MAGIC,
	    DEBUGFS_MAGIC,
	    DEVPTS_SUPER_MAGIC,
	    EFIVARFS_MAGIC,
	    FUSECTL_MAGIC,
	    MQUEUE_MAGIC,
	    NSFS_MAGIC,
	    PSTOREFS_MAGIC,
	    SECURITYFS_MAGIC,
	    SELINUX_MAGIC,
	    SMACK_MAGIC,
	    TRACEFS_MAGIC,
	};
	struct statfs fs;

	if (statfs(path, &fs) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if ((unsigned long)fs.f_type == magics[i])
			return true;
	return false;
}

bool
off_limits_skip_kernel(const char *path)
{
	if (!off_limits_is_kernel(path))
		return false;
	log_notice("%s is in a file system that the kernel makes up; left out",
	    log_quote_str(path));
	return true;
}
