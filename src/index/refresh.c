/*
 * A refresh; see refresh.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/refresh.h"

#include "base/log.h"
#include "index/astray.h"

#include <string.h>
#include <sysexits.h>

void
refresh_tell(struct refresh *r, enum refresh_change change, const char *path,
    const char *from)
{
	if (!r->tell(r->ctx, change, path, from))
		r->pipeline.stop = true;
}

void
refresh_tell_offline(struct refresh *r, const char *dir)
{
	struct pipeline *p = &r->pipeline;
	bool first = false;

	/* (a signal may have ended the search for a file in it) */
	if (pipeline_is_stopped(p))
		return;
	pipeline_go_on(p, astray_put_offline(p->edit, dir, &first));
	if (first)
		refresh_tell(r, REFRESH_OFFLINE, dir, NULL);
}

static void
run_steps(struct refresh *r, char *const dirs[], size_t n)
{
	struct pipeline *p = &r->pipeline;

	pipeline_go_on(p, astray_open(p->edit));
	for (size_t i = 0; i < n; i++)
		refresh_find_astray(r, dirs[i]);
	refresh_leave_offline(r);
	p->progress.n_done = 0;
	for (size_t i = 0; i < n; i++)
		refresh_walk(r, dirs[i]);
	if (!r->has_any && !pipeline_is_stopped(p) &&
	    strcmp(dirs[0], "/") != 0) {
		log_error("nothing in %s is shared; \"ed2k-share add -r\" "
			  "shares it",
		    log_quote_str(dirs[0]));
		pipeline_fault(p, EX_NOINPUT);
	}
	refresh_end_astray(r);
}

int
refresh_dirs(struct refresh *r, char *const dirs[], size_t n)
{
	static char root[] = "/", *const everything[] = {root};
	struct pipeline *p = &r->pipeline;
	int fault =
	    off_limits_find(&r->off_limits, p->edit->store.db.path, r->state);

	if (!fault)
		fault =
		    pipeline_open(p, refresh_keep_file, refresh_tell_file, r);
	if (fault)
		return fault;
	if (n == 0)
		run_steps(r, everything, 1);
	else
		run_steps(r, dirs, n);
	return pipeline_close(p);
}
