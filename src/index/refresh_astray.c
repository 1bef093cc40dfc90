/*
 * The steps of a refresh that deal with what is shared already: which copies
 * are not as recorded, which of these are only offline, and what became of the
 * others. See refresh.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "index/presence.h"
#include "index/astray.h"
#include "index/refresh.h"
#include "index/roots.h"
#include "store/copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* The state of a copy now. */
static enum copy_state
state_of(const struct store_copy *copy)
{
	struct copy_facts now;
	int fd;
	enum copy_state state = copy_open(copy, &fd, &now);

	if (fd >= 0)
		close(fd);
	return state;
}

/* The bytes may be damaged, but the file is the one that was shared. */
static bool
is_as_recorded(enum copy_state state)
{
	return state == COPY_OK || state == COPY_DAMAGED;
}

/* The next copy beneath dir. */
static bool
next_copy(struct refresh *r, const char *dir, struct store_row *row)
{
	struct pipeline *p = &r->pipeline;

	return !pipeline_is_stopped(p) &&
	    pipeline_found(p, store_next(&p->edit->store, dir, row));
}

/* The next copy that went astray. */
static bool
next_astray(struct refresh *r, struct astray *a)
{
	struct pipeline *p = &r->pipeline;

	return !pipeline_is_stopped(p) &&
	    pipeline_found(p, astray_next(p->edit, a));
}

void
refresh_find_astray(struct refresh *r, const char *dir)
{
	struct pipeline *p = &r->pipeline;
	struct store_row row = {0};

	while (next_copy(r, dir, &row)) {
		enum copy_state state = state_of(&row.copy);

		r->has_any = true;
		pipeline_count(p, row.path);
		if (!is_as_recorded(state))
			pipeline_go_on(
			    p, astray_put(p->edit, &row.copy, state));
	}
}

/* Is a shared file beneath dir found as recorded? */
static bool
has_found_file(struct refresh *r, const char *dir)
{
	struct store_row row = {0};

	while (next_copy(r, dir, &row))
		if (is_as_recorded(state_of(&row.copy)))
			return true;
	return false;
}

bool
refresh_is_root_there(
    struct refresh *r, const char *path, bool has_inode, uint64_t inode)
{
	struct pipeline *p = &r->pipeline;
	struct presence now;

	if (!presence_stat(path, &now))
		return false;
	if (has_inode && inode == now.inode)
		return true;
	if (!has_found_file(r, path))
		return false;
	if (!r->dry_run)
		pipeline_go_on(p, roots_put_inode(p->edit, path, now.inode));
	return true;
}

/* For store_mount_points_above: take the longest one. */
static bool
take_any(void *ctx, const char *path)
{
	snprintf(ctx, PATH_MAX, "%s", path);
	return true;
}

/*
 * Is a copy offline, since its root or a mount point above it is not there?
 * That something is mounted does not prove that it is the same disk: a shared
 * file has to be found in it. dir: the directory that is not there.
 */
static bool
is_offline(struct refresh *r, const struct astray *a, char dir[PATH_MAX])
{
	struct pipeline *p = &r->pipeline;
	struct store *store = &p->edit->store;

	if (strcmp(a->root, r->root) != 0) {
		r->is_root_there = refresh_is_root_there(
		    r, a->root, a->has_root_inode, a->root_inode);
		memcpy(r->root, a->root, sizeof r->root);
	}
	if (!r->is_root_there) {
		memcpy(dir, a->root, PATH_MAX);
		return true;
	}
	if (!pipeline_found(
		p, store_mount_points_above(store, a->path, take_any, dir)) ||
	    strcmp(dir, r->mounted) == 0)
		return false;
	if (!has_found_file(r, dir))
		return true;
	memcpy(r->mounted, dir, sizeof r->mounted);
	return false;
}

void
refresh_leave_offline(struct refresh *r)
{
	struct pipeline *p = &r->pipeline;
	struct astray a = {0};
	char dir[PATH_MAX];

	while (next_astray(r, &a)) {
		if (is_offline(r, &a, dir)) {
			refresh_tell_offline(r, dir);
		} else if (a.state == COPY_UNREADABLE) {
			log_error("cannot look at %s; it stays as it was",
			    log_quote_str(a.path));
			pipeline_fault(p, EX_NOPERM);
		} else {
			continue;
		}
		pipeline_go_on(p, astray_delete(p->edit, a.path));
	}
}

/* Can a file at this path be shared: one with content, behind no link? */
static bool
is_sharable(const char *path)
{
	char real[PATH_MAX];
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    realpath(path, real) && strcmp(real, path) == 0;
}

/* Share what is at the path of a copy now. */
static void
put_successor(struct refresh *r, const struct astray *a)
{
	struct pipeline *p = &r->pipeline;
	struct store_copy before;
	bool has_moved = a->state == ASTRAY_SPENT;
	bool known = pipeline_found(
	    p, store_find_path(&p->edit->store, a->path, &before));

	if (pipeline_is_stopped(p))
		return;
	/* the walk came by after the copy had moved, and shared it */
	if (has_moved && known && !r->dry_run)
		return;
	if (off_limits_at(&r->off_limits, a->path))
		log_warning("%s is not shared as it is now; \"ed2k-share "
			    "remove\" forgets it",
		    log_quote_str(a->path));
	else
		refresh_put_file(
		    r, a->path, known && !has_moved ? &before : NULL);
}

/* At the path of a copy is nothing any more that could be shared. */
static void
drop_copy(struct refresh *r, const struct astray *a)
{
	struct pipeline *p = &r->pipeline;
	bool exists = access(a->path, F_OK) == 0;

	/* what vanished or came back during the refresh waits for the next */
	if ((a->state != COPY_MISSING || exists) &&
	    (a->state != COPY_CHANGED || !exists))
		return;
	if (r->dry_run || pipeline_go_on(p, edit_drop_path(p->edit, a->path)))
		refresh_tell(r, REFRESH_REMOVED, a->path, NULL);
}

void
refresh_end_astray(struct refresh *r)
{
	struct astray a = {0};

	while (next_astray(r, &a))
		if (is_sharable(a.path))
			put_successor(r, &a);
	pipeline_wait(&r->pipeline);
	/* only now, so that none is dropped that was found elsewhere */
	a.path[0] = '\0';
	while (next_astray(r, &a))
		if (!is_sharable(a.path))
			drop_copy(r, &a);
}
