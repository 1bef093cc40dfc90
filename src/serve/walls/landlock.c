/*
 * Landlock by system call; see landlock.h. libc has no wrappers, and the
 * headers of Debian 12 end at version 2 of the interface: what came later is
 * defined here.
 * SPDX-License-Identifier: ISC
 */
#include "serve/walls/landlock.h"

#include "base/util.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The rights of version 1: the bits from EXECUTE to MAKE_SYM. */
#define FS_VERSION_1 (LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1)

#define FS_REFER     (UINT64_C(1) << 13) /* version 2 */
#define FS_TRUNCATE  (UINT64_C(1) << 14) /* version 3 */
#define NET_BIND_TCP (UINT64_C(1) << 0)  /* version 4 */
#define NET_CONNECT  (UINT64_C(1) << 1)
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* version 5 */
#define SCOPE_SOCKET (UINT64_C(1) << 0)  /* version 6: abstract Unix sockets */
#define SCOPE_SIGNAL (UINT64_C(1) << 1)

/* struct landlock_ruleset_attr of version 6; older kernels know less of it. */
struct ruleset_attr {
	uint64_t fs, net, scoped;
};

/* What each version can forbid. All of it is forbidden. */
static const struct {
	int version;
	size_t size;
	struct ruleset_attr adds;
} versions[] = {
    {1, offsetof(struct ruleset_attr, net), {.fs = FS_VERSION_1}},
    {2, offsetof(struct ruleset_attr, net), {.fs = FS_REFER}},
    {3, offsetof(struct ruleset_attr, net), {.fs = FS_TRUNCATE}},
    {4, offsetof(struct ruleset_attr, scoped),
	{.net = NET_BIND_TCP | NET_CONNECT}},
    {5, offsetof(struct ruleset_attr, scoped), {.fs = FS_IOCTL_DEV}},
    {6, sizeof(struct ruleset_attr), {.scoped = SCOPE_SOCKET | SCOPE_SIGNAL}},
};

bool
landlock_begin(struct landlock *l)
{
	struct ruleset_attr attr = {0};
	size_t size = 0;

	l->ruleset = -1;
	l->abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		if (versions[i].version > l->abi)
			break;
		attr.fs |= versions[i].adds.fs;
		attr.net |= versions[i].adds.net;
		attr.scoped |= versions[i].adds.scoped;
		size = versions[i].size;
	}
	if (size > 0)
		l->ruleset =
		    (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	return l->ruleset >= 0;
}

static void
allow_fd(const struct landlock *l, int fd, uint64_t rights)
{
	struct landlock_path_beneath_attr rule = {
	    .allowed_access = rights,
	    .parent_fd = fd,
	};

	/* fails only for lack of memory, and then less is allowed */
	syscall(SYS_landlock_add_rule, l->ruleset, LANDLOCK_RULE_PATH_BENEATH,
	    &rule, 0);
}

static void
allow(const struct landlock *l, const char *path, uint64_t rights)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	allow_fd(l, fd, rights);
	close(fd);
}

void
landlock_allow_read(const struct landlock *l, const char *path)
{
	allow(l, path, LANDLOCK_ACCESS_FS_READ_FILE);
}

void
landlock_allow_file(const struct landlock *l, const char *path)
{
	int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		allow_fd(l, fd, LANDLOCK_ACCESS_FS_READ_FILE);
	close(fd);
}

void
landlock_allow_write(const struct landlock *l, const char *dir)
{
	/* READ_DIR: SQLite opens the directory to sync it */
	allow(l, dir,
	    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
		LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG);
}

bool
landlock_enforce(struct landlock *l)
{
	bool held = syscall(SYS_landlock_restrict_self, l->ruleset, 0) == 0;

	close(l->ruleset);
	l->ruleset = -1;
	return held;
}
