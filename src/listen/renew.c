/*
 * Executing ourselves; see renew.h.
 * SPDX-License-Identifier: ISC
 */
#include "listen/renew.h"

#include "base/log.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The file of this program, also when it has no name any more. */
#define SELF "/proc/self/exe"

/* How long one memory layout is used. */
#define RENEW_MS 3600000

/* When to try again after a failure. */
#define RETRY_MS 60000

/* A program file that is younger may be half written. */
#define SETTLED_S 2

void
renewal_init(struct renewal *r, char *argv[], uint64_t now_ms)
{
	ssize_t n = readlink(SELF, r->program, sizeof r->program - 1);

	r->program[n > 0 ? n : 0] = '\0';
	r->argv = argv;
	r->due_ms = now_ms + RENEW_MS;
	if (stat(SELF, &r->running) != 0)
		memset(&r->running, 0, sizeof r->running);
}

void
renewal_demand(struct renewal *r)
{
	r->due_ms = 0;
}

/* Is there another program at our path, and all of it? */
static bool
is_replaced(const struct renewal *r)
{
	struct stat st;

	if (stat(r->program, &st) != 0)
		return false;
	if (st.st_ino == r->running.st_ino && st.st_dev == r->running.st_dev &&
	    st.st_mtime == r->running.st_mtime)
		return false;
	return time(NULL) - st.st_ctime >= SETTLED_S;
}

bool
renewal_is_due(struct renewal *r, uint64_t now_ms)
{
	return now_ms >= r->due_ms || is_replaced(r);
}

void
renewal_execute(struct renewal *r, uint64_t now_ms)
{
	log_debug("starting anew");
	execv(r->program, r->argv);
	execv(SELF, r->argv);
	log_warning("cannot start %s anew: %s; going on as it is",
	    log_quote_str(r->program), strerror(errno));
	r->due_ms = now_ms + RETRY_MS;
}
