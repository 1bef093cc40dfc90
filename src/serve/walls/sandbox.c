/*
 * The steps into the sandbox; see sandbox.h. Two of them are landlock.c and
 * syscall_filter.c.
 * SPDX-License-Identifier: ISC
 */
#include "serve/walls/sandbox.h"

#include "base/log.h"
#include "base/util.h"
#include "serve/walls/landlock.h"
#include "serve/walls/syscall_filter.h"
#include "store/cover.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

/* Private memory: 2 MB a connection, as much for the cache of each database. */
#define DATA_MAX (64 << 20)

/*
 * Open files: we need a dozen, and any that the super-server left open count
 * too. poll(2) fails when it is given more than the limit.
 */
#define FILES_MAX 64

/*
 * Processor time in seconds. The costliest second of a peer is an obfuscated
 * one: an hour of them are more than a terabyte.
 */
#define CPU_MAX 3600

/* Room for three parts of the sandbox, each with the reason why it lacks. */
#define LACKS_SIZE 256

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
 * Set the limits, soft and hard. Setting one fails only where it is lower
 * already. The size of files is not limited: activity.db and a log on standard
 * error grow.
 */
static void
limit_resources(void)
{
	static const struct {
		__rlimit_resource_t what;
		rlim_t max;
	} limits[] = {
	    {RLIMIT_CORE, 0}, /* no peer's words on disk */
	    {RLIMIT_NPROC,
		0}, /* does not hold for root; syscall_filter.c does */
	    {RLIMIT_NOFILE, FILES_MAX},
	    {RLIMIT_CPU, CPU_MAX},
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
 * Have the kernel end this process some time after it should have ended by
 * itself. It cannot be talked out of it: the filter has no call for timers. A
 * signal that was pending or blocked would not do, nor would an alarm, which
 * the process may set anew. False with errno, such as EAGAIN where the user has
 * as many timers and signals as RLIMIT_SIGPENDING allows.
 */
static bool
limit_life(uint64_t life_s)
{
	struct sigevent event = {
	    .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
	struct itimerspec until = {
	    .it_value.tv_sec = (time_t)(life_s + life_s / 8 + 1)};
	timer_t timer;

	return life_s == 0 ||
	    (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 &&
		timer_settime(timer, 0, &until, NULL) == 0);
}

/*
 * SQLite may open the database and its side files again. Their directory is not
 * allowed, since it may be somebody's home.
 */
static void
allow_database(const struct landlock *l, const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	char real[PATH_MAX], name[PATH_MAX + 8];

	/* side files are beside the file itself, not beside a link to it */
	if (!realpath(path, real))
		return;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(name, sizeof name, "%s%s", real, ends[i]);
		landlock_allow_read(l, name);
	}
}

/* False with errno. */
static bool
restrict_files(struct landlock *l, const struct cover *cover,
    const char *database, const char *state_dir)
{
	if (!landlock_begin(l))
		return false;
	for (size_t i = 0; i < cover->n; i++)
		landlock_allow_read(l, cover->dirs[i]);
	for (size_t i = 0; i < cover->n_files; i++)
		landlock_allow_file(l, cover_file(cover, i));
	allow_database(l, database);
	if (state_dir)
		landlock_allow_write(l, state_dir);
	/* SQLite opens it in place of fds 0 to 2 when they are closed */
	landlock_allow_read(l, "/dev/null");
	return landlock_enforce(l);
}

/* Add a part that the kernel lacks, with the reason that is in errno. */
static void
add_lack(char lacks[static LACKS_SIZE], const char *part)
{
	size_t n = strlen(lacks);

	snprintf(lacks + n, LACKS_SIZE - n, "%s%s: %s", n > 0 ? ", " : "", part,
	    strerror(errno));
}

bool
sandbox_enter(enum sandbox_mode mode, const struct cover *cover,
    const char *database, const char *state_dir, uint64_t life_s)
{
	char lacks[LACKS_SIZE] = "";
	struct landlock l;

	if (mode == SANDBOX_OFF)
		return true;
	/* the kernel takes rules and a filter only from a process with this */
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	/* no other process of this user may read this one's memory */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	limit_resources();
	if (!limit_life(life_s))
		add_lack(lacks, "timer");
	db_never_cut();
	if (!restrict_files(&l, cover, database, state_dir))
		add_lack(lacks, "Landlock");
	/* last, since it refuses the calls of the steps before */
	if (!syscall_filter_install())
		add_lack(lacks, "seccomp");
	if (!*lacks) {
		log_debug("sandbox entered; Landlock has version %d", l.abi);
		return true;
	}
	log_at(mode == SANDBOX_REQUIRE ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
	    "the kernel lacks parts of the sandbox: %s; %s", lacks,
	    mode == SANDBOX_REQUIRE
		? "the peer is not served (--sandbox require)"
		: "the peer is served without them");
	return mode != SANDBOX_REQUIRE;
}
