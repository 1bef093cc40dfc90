/*
 * The step of a refresh that walks the roots for new files; see
 * refresh.h.
 * SPDX-License-Identifier: ISC
 */
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

	if (!db_owns(p->db, path) &&
	    !pipeline_found(p, store_find_path(&edit->store, path, &known)) &&
	    !pipeline_found(p, roots_is_removed(edit, path)) &&
	    !pipeline_is_stopped(p))
		refresh_put_file(r, path, NULL);
	return !pipeline_is_stopped(p);
}

/* For scan_tree: not into other roots, nor into an empty mount point. */
static bool
enter_directory(void *ctx, const char *dir, const struct presence *is)
{
	struct refresh *r = ctx;
	struct pipeline *p = &r->pipeline;
	struct edit *edit = p->edit;
	struct root root;

	if (pipeline_found(p, roots_is_removed(edit, dir)) ||
	    (pipeline_found(p, roots_find(edit, dir, &root)) && root.walk))
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
	if (is_unmounted(r, dir))
		return;
	if (pipeline_go_on(p, roots_rules(p->edit, root, &rules)) &&
	    !scan_tree(&scan, dir))
		pipeline_fault(p, EX_NOPERM);
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
