/*
 * The order in which the sandbox closes; see sandbox.h. The two large parts are
 * landlock.c and syscall_filter.c.
 * SPDX-License-Identifier: ISC
 */
#include "serve/walls/sandbox.h"

#include "base/log.h"
#include "base/util.h"
#include "serve/walls/landlock.h"
#include "serve/walls/syscall_filter.h"
#include "store/cover.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Under AddressSanitizer memory that is never used counts by the terabyte. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif

/*
 * Private memory. A connection takes about 2 MB; the caches of SQLite may add as
 * much for each of its two databases.
 */
#define DATA_MAX (64 << 20)

/*
 * Files: a dozen at most is open at once. Any that the super-server left open
 * count, too. Fewer than poll(2) is given would make it fail.
 */
#define FILES_MAX 64

bool
sandbox_mode_parse(const char *text, enum sandbox_mode *out)
{
	static const char *const names[] = {
	    [SANDBOX_TRY] = "try",
	    [SANDBOX_REQUIRE] = "require",
	    [SANDBOX_OFF] = "off",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*out = (enum sandbox_mode)i;
			return true;
		}
	return false;
}

/*
 * Each for good, as soft and as hard limit. One fails only where the limit is
 * lower already. None on the size of files: activity.db grows for ever, and so
 * may a log that is standard error.
 */
static void
limit_resources(void)
{
	static const struct {
		__rlimit_resource_t what;
		rlim_t max;
	} limits[] = {
	    {RLIMIT_CORE, 0},  /* what peers said is not for the disk */
	    {RLIMIT_NPROC, 0}, /* root has more, but see syscall_filter.c */
	    {RLIMIT_NOFILE, FILES_MAX},
#ifndef HAS_ASAN
	    {RLIMIT_DATA, DATA_MAX},
#endif
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct rlimit limit = {limits[i].max, limits[i].max};

		setrlimit(limits[i].what, &limit);
	}
}

/*
 * The database and its side files are open, and SQLite may want to open them
 * again. Not their directory: it may be one's home.
 */
static void
allow_database(const struct landlock *l, const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char real[PATH_MAX], name[PATH_MAX + 8];

	/* SQLite keeps side files beside the file, not beside a link to it */
	if (!realpath(path, real))
		return;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof name, "%s%s", real, ends[i]);
		landlock_allow_read(l, name);
	}
}

/* False with errno. */
static bool
restrict_files(struct landlock *l, struct store *store, const char *state_dir)
{
	static struct cover cover; /* large, and mostly unused */

	if (!landlock_begin(l))
		return false;
	cover_find(&cover, store);
	for (size_t i = 0; i < cover.n; i++)
		landlock_allow_read(l, cover.dirs[i]);
	allow_database(l, store->db.path);
	if (state_dir)
		landlock_allow_write(l, state_dir);
	/* SQLite opens it in place of fds 0 to 2 when these are closed */
	landlock_allow_read(l, "/dev/null");
	return landlock_enforce(l);
}

bool
sandbox_enter(
    enum sandbox_mode mode, struct store *store, const char *state_dir)
{
	const char *no_landlock = NULL, *no_filter = NULL;
	struct landlock l;

	if (mode == SANDBOX_OFF)
		return true;
	/* without it the kernel takes neither rules nor filter from a user */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* no other process of this user may look into this one */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	limit_resources();
	if (!restrict_files(&l, store, state_dir))
		no_landlock = strerror(errno);
	/* last, for it refuses what came before */
	if (!syscall_filter_install())
		no_filter = strerror(errno);
	if (!no_landlock && !no_filter) {
		log_debug("in the sandbox; Landlock has version %d", l.abi);
		return true;
	}
	log_at(mode == SANDBOX_REQUIRE ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
	    "the kernel has no whole sandbox: %s%s%s%s%s; %s",
	    no_landlock ? "Landlock: " : "", no_landlock ? no_landlock : "",
	    no_landlock && no_filter ? ", " : "", no_filter ? "seccomp: " : "",
	    no_filter ? no_filter : "",
	    mode == SANDBOX_REQUIRE
		? "the peer is not served, as --sandbox require has it"
		: "the peer is served with less around it");
	return mode != SANDBOX_REQUIRE;
}
