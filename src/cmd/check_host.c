/*
 * The parts of `check` that look at what the server needs on this host; see
 * check.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "board/scoreboard.h"
#include "cmd/check.h"
#include "store/state.h"

#include <errno.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* There is no scoreboard of this boot. */
static void
report_no_board(struct check *c, const char *dir)
{
	const char *name = log_quote_str(dir);
	struct stat st;

	if (c->answered)
		check_warning(c, "state",
		    "the server keeps no state in %s, so slots and limits do "
		    "not hold for all of its processes together; let both "
		    "programs name one directory with -s, which the server's "
		    "user may write",
		    name);
	else if (stat(dir, &st) != 0 && errno == ENOENT)
		check_warning(c, "state",
		    "there is no %s; systemd makes it with the first "
		    "connection, for others \"install -d -o ed2k-serve -m 750 "
		    "DIRECTORY\" does",
		    name);
	else
		check_ok(c, "state",
		    "%s is there, and nobody was connected yet", name);
}

void
check_state(struct check *c, const char *dir)
{
	struct scoreboard board;
	enum board_result res = scoreboard_open_readonly(&board, dir);
	char activity[PATH_MAX];
	int error = errno;

	if (res == BOARD_OPEN)
		check_ok(c, "state", "the servers share a scoreboard in %s",
		    log_quote_str(dir));
	else if (res == BOARD_NONE)
		report_no_board(c, dir);
	else if (res == BOARD_FOREIGN)
		check_warning(c, "state",
		    "the scoreboard in %s is damaged or of another version; "
		    "install ed2k-serve and ed2k-share of the same release, "
		    "and the next connection will mend it",
		    log_quote_str(dir));
	else
		check_warning(c, "state",
		    "cannot look at %s: %s; run this as root or as the user of "
		    "ed2k-serve",
		    log_quote_str(dir), strerror(error));
	scoreboard_close(&board);
	if (state_activity_path(activity, dir))
		check_log(c, "state", activity);
}

void
check_sandbox(struct check *c)
{
	uint32_t action = SECCOMP_RET_ERRNO;
	long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	bool seccomp =
	    syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;

	if (landlock > 0 && seccomp)
		check_ok(c, "sandbox",
		    "the kernel has Landlock, version %ld, and seccomp",
		    landlock);
	if (landlock <= 0)
		check_warning(c, "sandbox",
		    "the kernel has no Landlock, so the server's sandbox is "
		    "weaker; take a kernel with CONFIG_SECURITY_LANDLOCK, and "
		    "name landlock in lsm= when it boots");
	if (!seccomp)
		check_warning(c, "sandbox",
		    "the kernel has no seccomp, so the server's sandbox is "
		    "weaker; take a kernel with CONFIG_SECCOMP_FILTER");
}
