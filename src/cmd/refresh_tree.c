/*
 * refresh: what is new, changed, moved, deleted or offline since the last time.
 *
 * First all copies are looked at; those that are not as recorded go astray, into
 * a temporary table. Then it is found out which of these are only offline, and
 * these are left alone. Then the roots are walked: a new file may be one that
 * went astray. What is left at last has changed, or was deleted.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "cmd/interrupt.h"
#include "cmd/print.h"
#include "cmd/refresh.h"
#include "cmd/underway.h"
#include "index/astray.h"
#include "store/copy.h"
#include "index/presence.h"
#include "index/edit_copy.h"
#include "index/roots.h"
#include "index/scan.h"
#include "index/steady.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum change {
	CHANGE_NEW,
	CHANGE_MOVED,
	CHANGE_CHANGED,
	CHANGE_TOUCHED,
	CHANGE_REMOVED,
	CHANGE_OFFLINE,
	CHANGE_N
};

static const char *const words[CHANGE_N] = {
    "new", "moved", "changed", "touched", "removed", "offline"};

struct refresh {
	struct edit *edit;
	struct underway way;
	bool dry_run;
	char db[PATH_MAX]; /* real path of the database: not to be shared */
	uint64_t n[CHANGE_N];
	bool
	    some; /* something is shared or walked in the directory asked for */
	/* the root that was last looked at, and was it there? */
	char asked[PATH_MAX];
	bool there;
	char proved[PATH_MAX]; /* the mount point last found to be the same */
};

static void
note_fault(struct refresh *r, int fault)
{
	underway_fault(&r->way, fault);
}

static bool
is_stopped(const struct refresh *r)
{
	return underway_is_stopped(&r->way);
}

/* What the database says: go on while this is true. */
static bool
went_well(struct refresh *r, int fault)
{
	note_fault(r, fault);
	r->way.stop |= fault != 0;
	return !r->way.stop;
}

/* The same for a look-up: is there something? */
static bool
found(struct refresh *r, enum store_result res)
{
	if (res == STORE_FAILED)
		went_well(r, r->edit->store.db.fault);
	return res == STORE_FOUND;
}

static void
tell(struct refresh *r, enum change change, const char *path, const char *from)
{
	r->n[change]++;
	progress_clear();
	print_change(words[change], path, from);
	r->way.stop |= ferror(stdout) != 0;
}

static void
tell_offline(struct refresh *r, const char *dir)
{
	bool first;

	/* (to look for a file of it may have been interrupted) */
	if (!is_stopped(r) &&
	    went_well(r, astray_put_offline(r->edit, dir, &first)) && first)
		tell(r, CHANGE_OFFLINE, dir, NULL);
}

/* Which copies beneath dir are not as recorded? */
static void
look(struct refresh *r, const char *dir)
{
	struct store_row row = {0};

	while (!is_stopped(r) &&
	    found(r, store_next(&r->edit->store, dir, &row))) {
		int fd;
		enum copy_state state = copy_open(&row.copy, &fd);

		r->some = true;
		underway_look(&r->way, row.path);
		if (fd >= 0)
			close(fd);
		if (state != COPY_OK && state != COPY_DAMAGED)
			went_well(r, astray_put(r->edit, &row.copy, state));
	}
}

/* Is any shared file beneath dir found as it was recorded? */
static bool
has_found_file(struct refresh *r, const char *dir)
{
	struct store_row row = {0};

	while (!is_stopped(r) &&
	    found(r, store_next(&r->edit->store, dir, &row))) {
		int fd;
		enum copy_state state = copy_open(&row.copy, &fd);

		if (fd >= 0)
			close(fd);
		if (state == COPY_OK || state == COPY_DAMAGED)
			return true;
	}
	return false;
}

/* Is this root the directory it was? One with a file known is, and is noted. */
static bool
is_root_there(
    struct refresh *r, const char *path, bool has_inode, uint64_t inode)
{
	struct presence now;

	if (!presence_look(path, &now))
		return false;
	if (has_inode && inode == now.inode)
		return true;
	if (!has_found_file(r, path))
		return false;
	if (!r->dry_run)
		went_well(r, roots_put_inode(r->edit, path, now.inode));
	return true;
}

/* For store_mount_points_above: take the first that is not mounted. */
static bool
take_unmounted(void *ctx, const char *path)
{
	struct presence now;

	if (presence_look(path, &now) && now.is_mount)
		return false;
	snprintf(ctx, PATH_MAX, "%s", path);
	return true;
}

/* Take the longest one. */
static bool
take_any(void *ctx, const char *path)
{
	snprintf(ctx, PATH_MAX, "%s", path);
	return true;
}

/*
 * The directory that is not there, of those that a copy depends on: its root,
 * or a mount point above it. That something is mounted there would not say that
 * it is the same disk: a file has to be found in it.
 */
static bool
find_offline(struct refresh *r, const struct astray *a, char dir[PATH_MAX])
{
	struct store *store = &r->edit->store;

	if (strcmp(a->root, r->asked) != 0) {
		r->there =
		    is_root_there(r, a->root, a->has_root_inode, a->root_inode);
		memcpy(r->asked, a->root, sizeof r->asked);
	}
	if (!r->there) {
		memcpy(dir, a->root, PATH_MAX);
		return true;
	}
	if (!found(
		r, store_mount_points_above(store, a->path, take_any, dir)) ||
	    strcmp(dir, r->proved) == 0)
		return false;
	if (!has_found_file(r, dir))
		return true;
	memcpy(r->proved, dir, sizeof r->proved);
	return false;
}

/* Leave alone what is offline, and what cannot be looked at. */
static void
judge(struct refresh *r)
{
	struct astray a = {0};
	char dir[PATH_MAX];

	while (!is_stopped(r) && found(r, astray_next(r->edit, &a))) {
		if (find_offline(r, &a, dir)) {
			tell_offline(r, dir);
		} else if (a.state == COPY_UNREADABLE) {
			log_error("cannot look at %s; it stays as it was",
			    log_quote_str(a.path));
			note_fault(r, EX_NOPERM);
		} else {
			continue;
		}
		went_well(r, astray_delete(r->edit, a.path));
	}
}

/* When a file was made, or never, where the file system does not tell. */
static int64_t
born_s(int fd)
{
	struct statx st;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &st) == 0 &&
	    (st.stx_mask & STATX_BTIME))
		return st.stx_btime.tv_sec;
	return INT64_MAX;
}

/* Was this new file shared elsewhere, and only renamed? */
static bool
was_renamed(struct refresh *r, const char *path, int fd, const struct stat *st)
{
	const struct copy_facts now = {
	    (uint64_t)st->st_size, steady_mtime_ns(st), st->st_ino};
	char from[PATH_MAX];

	if (!found(r, astray_by_inode(r->edit, &now, born_s(fd), from)))
		return false;
	if (!r->dry_run && !went_well(r, edit_move(r->edit, from, path)))
		return false;
	went_well(r, astray_spend(r->edit, from));
	tell(r, CHANGE_MOVED, path, from);
	return true;
}

/*
 * Share a file that was hashed; for struct underway. f->kind is what changed,
 * f->copy what was known of its path if that is not CHANGE_NEW.
 */
static int
keep_file(void *ctx, struct underway_file *f)
{
	struct refresh *r = ctx;
	const uint8_t *hash = f->file.job.hash.hash;
	struct edit_entry entry;
	int fault = steady_end(&f->file);

	if (fault)
		return fault;
	steady_entry(&entry, f->path, &f->file.st, &f->file.job.hash);
	if (f->kind != CHANGE_NEW && !memcmp(f->copy.hash, hash, HASH_SIZE)) {
		f->kind = CHANGE_TOUCHED;
	} else if (found(r, astray_by_hash(r->edit, hash, f->other)) &&
	    strcmp(f->other, f->path) != 0) {
		f->kind = CHANGE_MOVED;
		entry.moved_from = f->other;
	}
	if (!r->way.stop && went_well(r, edit_group_begin(r->edit)) &&
	    went_well(r, edit_put(r->edit, &entry)) && f->kind == CHANGE_MOVED)
		went_well(r, astray_spend(r->edit, f->other));
	return r->way.stop ? r->way.fault : 0;
}

/* For struct underway. */
static void
tell_file(void *ctx, struct underway_file *f)
{
	tell(ctx, (enum change)f->kind, f->path,
	    f->kind == CHANGE_MOVED ? f->other : NULL);
}

/* A file that has no place in the database, or another one. */
static void
take_file(struct refresh *r, const char *path, const struct store_copy *before)
{
	enum change change = before ? CHANGE_CHANGED : CHANGE_NEW;
	struct underway_file *f = underway_next(&r->way, path);
	struct stat *st = f ? &f->file.st : NULL;
	int fd;

	if (!f)
		return;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, st) != 0) {
		log_error("cannot read %s: %s; it is not shared",
		    log_quote_str(path), strerror(errno));
		note_fault(r, EX_NOPERM);
	} else if (S_ISREG(st->st_mode) && st->st_size > 0 &&
	    (before || !was_renamed(r, path, fd, st)) && !is_stopped(r)) {
		if (!r->dry_run) {
			f->file.fd = fd;
			f->kind = (int)change;
			f->copy = before ? *before : (struct store_copy){0};
			underway_hash(&r->way, f);
			return;
		}
		tell(r, change, path, NULL);
	}
	if (fd >= 0)
		close(fd);
}

/* For scan_tree: take what is not known. */
static bool
visit_file(void *ctx, const char *path)
{
	struct refresh *r = ctx;
	struct store_copy known;

	if (!db_owns(r->db, path) &&
	    !found(r, store_find_path(&r->edit->store, path, &known)) &&
	    !found(r, roots_is_removed(r->edit, path)) && !is_stopped(r))
		take_file(r, path, NULL);
	return !is_stopped(r);
}

/* For scan_tree: not into other roots, nor where something should be mounted. */
static bool
enter_directory(void *ctx, const char *dir, const struct presence *is)
{
	struct refresh *r = ctx;
	char unmounted[PATH_MAX];
	struct root root;

	if (found(r, roots_is_removed(r->edit, dir)) ||
	    (found(r, roots_find(r->edit, dir, &root)) && root.walk))
		return false;
	if (is->is_mount && !r->dry_run)
		went_well(r, roots_put_mount_point(r->edit, dir));
	if (!is->is_mount &&
	    found(r,
		store_mount_points_above(
		    &r->edit->store, dir, take_unmounted, unmounted))) {
		tell_offline(r, unmounted);
		return false;
	}
	return !is_stopped(r);
}

/* Walk dir, which is a root or lies beneath it. */
static void
walk(struct refresh *r, const struct root *root, const char *dir)
{
	char unmounted[PATH_MAX];
	struct rules rules;
	struct scan scan = {
	    .rules = &rules,
	    .root = root->path,
	    .enter = enter_directory,
	    .visit = visit_file,
	    .ctx = r,
	};
	int fault;

	r->some = true;
	if (!is_root_there(r, root->path, root->has_inode, root->inode)) {
		tell_offline(r, root->path);
		return;
	}
	if (found(r,
		store_mount_points_above(
		    &r->edit->store, dir, take_unmounted, unmounted))) {
		tell_offline(r, unmounted);
		return;
	}
	fault = roots_rules(r->edit, root, &rules);
	if (went_well(r, fault) && !scan_tree(&scan, dir))
		note_fault(r, EX_NOPERM);
	roots_free_rules(&rules);
}

/* The walked root that dir is, or that is above it. */
static bool
find_root(struct refresh *r, const char *dir, struct root *out)
{
	char path[PATH_MAX];
	char *slash;

	snprintf(path, sizeof path, "%s", dir);
	while (!found(r, roots_find(r->edit, path, out)) || !out->walk) {
		slash = strrchr(path, '/');
		if (is_stopped(r) || !slash || path[1] == '\0')
			return false;
		slash[slash == path] = '\0';
	}
	return true;
}

static void
walk_all(struct refresh *r, const char *dir)
{
	struct root root = {0};

	if (find_root(r, dir, &root))
		walk(r, &root, dir);
	root.path[0] = '\0';
	while (!is_stopped(r) && found(r, roots_next(r->edit, dir, &root)))
		if (root.walk)
			walk(r, &root, root.path);
	underway_wait(&r->way); /* the next walk may come by here again */
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

/* What took the place of a copy: another content, or another file. */
static void
take_place(struct refresh *r, const struct astray *a)
{
	struct store_copy before;
	bool known =
	    found(r, store_find_path(&r->edit->store, a->path, &before));
	bool moved = a->state == ASTRAY_SPENT;

	/* of one that moved, the walk may have come by its place since then */
	if (is_stopped(r) || (moved && known && !r->dry_run))
		return;
	take_file(r, a->path, known && !moved ? &before : NULL);
}

/* Nothing is at its path any more that could be shared. */
static void
drop(struct refresh *r, const struct astray *a)
{
	bool there = access(a->path, F_OK) == 0;

	/* one that vanished only since it was looked at waits for next time */
	if ((a->state != COPY_MISSING || there) &&
	    (a->state != COPY_CHANGED || !there))
		return;
	if (r->dry_run || went_well(r, edit_drop_path(r->edit, a->path)))
		tell(r, CHANGE_REMOVED, a->path, NULL);
}

/* The copies that are not as they were: what is at their paths now? */
static void
settle(struct refresh *r)
{
	struct astray a = {0};

	while (!is_stopped(r) && found(r, astray_next(r->edit, &a)))
		if (is_sharable(a.path))
			take_place(r, &a);
	underway_wait(&r->way);
	/* these now, so that none is dropped that was found elsewhere */
	a.path[0] = '\0';
	while (!is_stopped(r) && found(r, astray_next(r->edit, &a)))
		if (!is_sharable(a.path))
			drop(r, &a);
}

/* One line for those who watch. */
static void
sum_up(const struct refresh *r)
{
	char text[256];
	size_t len = 0;

	if (!isatty(STDERR_FILENO))
		return;
	for (size_t i = 0; i < CHANGE_N && len < sizeof text; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
		    "%s%" PRIu64 " %s", i ? ", " : "", r->n[i], words[i]);
	log_notice("%s%s", text, r->dry_run ? "; nothing was changed" : "");
}

int
refresh_tree(struct edit *edit, struct hasher *hasher, bool dry_run,
    const char *const dirs[], size_t n_dirs)
{
	struct refresh r = {
	    .edit = edit,
	    .dry_run = dry_run,
	    .way = {.hasher = hasher,
		.edit = edit,
		.keep = keep_file,
		.tell = tell_file,
		.ctx = &r},
	};

	if (!realpath(edit->store.db.path, r.db))
		return EX_OSERR;
	underway_begin(&r.way);
	underway_go(&r.way);
	went_well(&r, astray_open(edit));
	for (size_t i = 0; i < n_dirs && !is_stopped(&r); i++)
		look(&r, dirs[i]);
	judge(&r);
	underway_go(&r.way);
	for (size_t i = 0; i < n_dirs && !is_stopped(&r); i++)
		walk_all(&r, dirs[i]);
	if (!r.some && !is_stopped(&r) && strcmp(dirs[0], "/") != 0) {
		log_error("nothing in %s is shared; \"ed2k-share add -r\" "
			  "shares it",
		    log_quote_str(dirs[0]));
		note_fault(&r, EX_NOINPUT);
	}
	settle(&r);
	underway_end(&r.way);
	if (interrupt_signal())
		log_notice("interrupted; what is told is done, and the same "
			   "command goes on there");
	sum_up(&r);
	return r.way.fault;
}
