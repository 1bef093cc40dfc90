/*
 * The step of a refresh that walks the roots for new files; see
 * refresh.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "index/presence.h"
#include "index/refresh.h"
#include "index/roots.h"
#include "index/scan.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* For store_mount_points_above: take the first that is not mounted. */
static bool
take_unmounted(void *ctx, const char *path)
{
	struct presence now;

	if (presence_stat(path, &now) && now.is_mount)
		return false;
	snprintf(ctx, PATH_MAX, "%s", path);
	return true;
}

/* Is dir beneath a recorded mount point that is not mounted? Then tell so. */
static bool
is_unmounted(struct refresh *r, const char *dir)
{
	struct pipeline *p = &r->pipeline;
	char unmounted[PATH_MAX];

	if (!pipeline_found(p,
		store_mount_points_above(
		    &p->edit->store, dir, take_unmounted, unmounted)))
		return false;
	refresh_tell_offline(r, unmounted);
	return true;
}

/* For scan_tree: share what is not known. */
static bool
visit_file(void *ctx, const char *path)
{
	struct refresh *r = ctx;
	struct pipeline *p = &r->pipeline;
	struct edit *edit = p->edit;
	struct store_copy known;

	if (!off_limits_at(&r->off_limits, path) &&
	    !pipeline_found(p, store_find_path(&edit->store, path, &known)) &&
	    !pipeline_found(p, roots_is_removed(edit, path)) &&
	    !pipeline_is_stopped(p))
		refresh_put_file(r, path, NULL);
	return !pipeline_is_stopped(p);
}

/* Is no file of a directory to be shared? */
static bool
is_off_limits(struct refresh *r, const char *dir)
{
	const struct off_limits_thing *t = off_limits_at(&r->off_limits, dir);

	if (t)
		log_warning("%s belongs to %s, %s; left out, and \"ed2k-share "
			    "remove -r\" forgets it",
		    log_quote_str(dir), t->what, log_quote_str(t->path));
	return t || off_limits_skip_kernel(dir);
}

/* Warn of what is left out although it lies in a root. */
static void
warn_of_things_in(
    struct refresh *r, const char *root, const struct rules *rules)
{
	for (size_t i = 0; i < OFF_LIMITS_N; i++) {
		const struct off_limits_thing *t = &r->off_limits.things[i];
		const char *rest =
		    off_limits_in_root(t, r->pipeline.edit, root, rules);

		if (rest)
			log_warning(OFF_LIMITS_IN_ROOT, t->what,
			    log_quote_str(t->path), log_quote_str(root), rest);
	}
}

/*
 * For scan_tree: not into other roots, nor into an empty mount point, nor into
 * what is never shared.
 */
static bool
enter_directory(void *ctx, const char *dir, const struct presence *is)
{
	struct refresh *r = ctx;
	struct pipeline *p = &r->pipeline;
	struct edit *edit = p->edit;
	struct root root;

	if (off_limits_at(&r->off_limits, dir) ||
	    pipeline_found(p, roots_is_removed(edit, dir)) ||
	    (pipeline_found(p, roots_find(edit, dir, &root)) && root.walk) ||
	    (is->is_mount && off_limits_skip_kernel(dir)))
		return false;
	if (is->is_mount && !r->dry_run)
		pipeline_go_on(p, roots_put_mount_point(edit, dir));
	if (!is->is_mount && is_unmounted(r, dir))
		return false;
	return !pipeline_is_stopped(p);
}

/* Walk dir, which is a root or lies beneath it. */
static void
walk_root(struct refresh *r, const struct root *root, const char *dir)
{
	struct pipeline *p = &r->pipeline;
	struct rules rules;
	struct scan scan = {
	    .rules = &rules,
	    .root = root->path,
	    .enter = enter_directory,
	    .visit = visit_file,
	    .ctx = r,
	};

	r->has_any = true;
	if (!refresh_is_root_there(
		r, root->path, root->has_inode, root->inode)) {
		refresh_tell_offline(r, root->path);
		return;
	}
	if (is_off_limits(r, dir) || is_unmounted(r, dir))
		return;
	if (pipeline_go_on(p, roots_rules(p->edit, root, &rules))) {
		warn_of_things_in(r, root->path, &rules);
		if (!scan_tree(&scan, dir))
			pipeline_fault(p, EX_NOPERM);
	}
	roots_free_rules(&rules);
}

/* The walked root that dir is, or that is above it. */
static bool
find_root(struct refresh *r, const char *dir, struct root *out)
{
	struct pipeline *p = &r->pipeline;
	char copy[PATH_MAX], *at = copy;

	snprintf(copy, sizeof copy, "%s", dir);
	for (;;) {
		if (pipeline_found(p, roots_find(p->edit, at, out)) &&
		    out->walk)
			return true;
		if (pipeline_is_stopped(p) || strcmp(at, "/") == 0)
			return false;
		at = dirname(at);
	}
}

void
refresh_walk(struct refresh *r, const char *dir)
{
	struct pipeline *p = &r->pipeline;
	struct root root = {0};

	if (pipeline_is_stopped(p))
		return;
	if (find_root(r, dir, &root))
		walk_root(r, &root, dir);
	root.path[0] = '\0';
	while (!pipeline_is_stopped(p) &&
	    pipeline_found(p, roots_next(p->edit, dir, &root)))
		if (root.walk)
			walk_root(r, &root, root.path);
	pipeline_wait(p); /* the next walk may come by here again */
}
