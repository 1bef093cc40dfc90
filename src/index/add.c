/*
 * Sharing files; see add.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/add.h"

#include "base/log.h"
#include "index/roots.h"
#include "index/scan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum kind {
	KIND_REFUSED, /* it cannot be shared; that is logged */
	KIND_KNOWN,   /* it is shared already */
	KIND_HASHED,
};

/* For the pipeline: put a file that was hashed into the database. */
static int
keep_file(void *ctx, struct pipeline_file *f)
{
	struct add *a = ctx;
	struct edit *edit = a->pipeline.edit;
	struct edit_entry entry;
	int fault;

	if (f->kind != KIND_HASHED)
		return f->fault;
	fault = steady_end(&f->file);
	if (fault)
		return fault;
	steady_entry(&entry, f->path, &f->file.st, &f->file.job.hash);
	f->copy = entry.copy;
	edit_group_begin(edit);
	return edit_put(edit, &entry);
}

/* For the pipeline. */
static bool
tell_file(void *ctx, struct pipeline_file *f)
{
	struct add *a = ctx;

	f->copy.path = f->path;
	return f->kind == KIND_REFUSED ||
	    a->tell(a->ctx, &f->copy, f->kind == KIND_HASHED);
}

/* Is this path shared, and the file as it was when it was hashed? */
static bool
is_known(struct add *a, const char *path, const struct stat *st,
    struct store_copy *known)
{
	struct store *store = &a->pipeline.edit->store;

	return store_find_path(store, path, known) == STORE_FOUND &&
	    !known->damaged && known->size == (uint64_t)st->st_size &&
	    known->mtime_ns == steady_mtime_ns(st) &&
	    known->inode == st->st_ino;
}

/* Open a file: can it be shared, and is it already? */
static void
open_file(struct add *a, struct pipeline_file *f)
{
	const char *path = f->path;
	struct stat *st = &f->file.st;

	f->kind = KIND_REFUSED;
	f->fault = pipeline_open_file(f);
	if (f->fault)
		return;
	if (!S_ISREG(st->st_mode)) {
		log_error("%s is no regular file; only those can be shared",
		    log_quote_str(path));
		f->fault = EX_NOINPUT;
	} else if (st->st_size == 0) {
		log_warning("%s is empty, and eD2k has no link for an empty "
			    "file; left out",
		    log_quote_str(path));
		f->fault = a->recursive ? 0 : EX_DATAERR;
	} else if (is_known(a, path, st, &f->copy)) {
		f->kind = KIND_KNOWN;
	} else {
		f->kind = KIND_HASHED;
	}
}

/* Count a file, and what has to be hashed of it. */
static void
count_file(struct add *a, const char *path)
{
	struct progress *p = &a->pipeline.progress;
	struct store_copy known;
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	p->n_files++;
	if (!is_known(a, path, &st, &known))
		p->total_bytes += (uint64_t)st.st_size;
}

static void
add_file(struct add *a, const char *path)
{
	struct pipeline_file *f = pipeline_next(&a->pipeline, path);

	if (!f)
		return;
	open_file(a, f);
	if (f->kind == KIND_HASHED)
		pipeline_hash(&a->pipeline, f);
	else
		pipeline_pass(&a->pipeline, f);
}

/* For scan_tree, too. */
static bool
visit_file(void *ctx, const char *path)
{
	struct add *a = ctx;

	if (!off_limits_at(&a->off_limits, path))
		(a->is_counting ? count_file : add_file)(a, path);
	return !pipeline_is_stopped(&a->pipeline);
}

/* For scan_tree: note mount points, and stay out of procfs and the like. */
static bool
enter_directory(void *ctx, const char *dir, const struct presence *is)
{
	struct add *a = ctx;

	if (off_limits_at(&a->off_limits, dir) ||
	    (is->is_mount && off_limits_skip_kernel(dir)))
		return false;
	if (is->is_mount && !a->is_counting)
		pipeline_fault(
		    &a->pipeline, roots_put_mount_point(a->pipeline.edit, dir));
	return true;
}

static void
log_links_left_out(const struct scan *scan)
{
	bool one = scan->n_links_out == 1;

	if (scan->n_links_out > 0)
		log_notice("%" PRIu64 " symbolic link%s out of %s %s left out; "
			   "\"ed2k-share add\" shares what they lead to",
		    scan->n_links_out, one ? "" : "s",
		    log_quote_str(scan->root), one ? "is" : "are");
}

/* May this file or directory be shared? Else that is logged. */
static int
refuse_path(const struct add *a, const char *path)
{
	const struct off_limits_thing *t = off_limits_at(&a->off_limits, path);

	if (t) {
		log_error("%s is not shared: it belongs to %s, %s",
		    log_quote_str(path), t->what, log_quote_str(t->path));
		return EX_USAGE;
	}
	if (off_limits_is_kernel(path)) {
		log_error("%s is not shared: it is in a file system that the "
			  "kernel makes up",
		    log_quote_str(path));
		return EX_NOINPUT;
	}
	return 0;
}

/* The same for what would be shared along with a directory. */
static int
refuse_directory(const struct add *a, const char *dir)
{
	for (size_t i = 0; i < OFF_LIMITS_N; i++) {
		const struct off_limits_thing *t = &a->off_limits.things[i];
		const char *rest = off_limits_beneath(t, dir, &a->rules);

		if (!rest)
			continue;
		log_error("%s is not shared: %s, %s, lies in it; move that "
			  "elsewhere, or leave it out with \"--exclude %s\"",
		    log_quote_str(dir), t->what, log_quote_str(t->path), rest);
		return EX_USAGE;
	}
	return 0;
}

static void
visit_directory(struct add *a, const char *dir)
{
	struct scan scan = {
	    .rules = &a->rules,
	    .root = dir,
	    .enter = enter_directory,
	    .visit = visit_file,
	    .ctx = a,
	};
	int fault =
	    a->is_counting ? 0 : roots_put(a->pipeline.edit, dir, &a->rules);

	pipeline_fault(&a->pipeline, fault);
	if (!fault && !scan_tree(&scan, dir))
		pipeline_fault(&a->pipeline, EX_NOPERM);
	log_links_left_out(&scan);
}

/* Share or count what an argument names. Returns an exit code. */
static int
visit_path(struct add *a, const char *argument)
{
	char path[PATH_MAX];
	struct stat st;
	int fault;

	if (!realpath(argument, path) || stat(path, &st) != 0) {
		log_error("cannot find %s: %s", log_quote_str(argument),
		    strerror(errno));
		return EX_NOINPUT;
	}
	if (S_ISDIR(st.st_mode) && !a->recursive) {
		log_error("%s is a directory; \"ed2k-share add -r\" shares all "
			  "files beneath it",
		    log_quote_str(argument));
		return EX_USAGE;
	}
	fault = refuse_path(a, path);
	if (!fault && S_ISDIR(st.st_mode))
		fault = refuse_directory(a, path);
	if (fault)
		return fault;
	if (S_ISDIR(st.st_mode))
		visit_directory(a, path);
	else
		visit_file(a, path);
	return 0;
}

static void
visit_paths(struct add *a, int n, char *const paths[])
{
	for (int i = 0; i < n && !pipeline_is_stopped(&a->pipeline); i++)
		pipeline_fault(&a->pipeline, visit_path(a, paths[i]));
}

/* Walk ahead, so that the progress line can say how much is left. */
static void
count_paths(struct add *a, int n, char *const paths[])
{
	log_set_level(LOG_LEVEL_NONE); /* faults are logged when it is added */
	a->is_counting = true;
	visit_paths(a, n, paths);
	a->is_counting = false;
	a->pipeline.fault = 0;
	log_set_level(LOG_LEVEL_INFO);
}

int
add_paths(struct add *a, int n, char *const paths[])
{
	struct pipeline *p = &a->pipeline;
	int fault =
	    off_limits_find(&a->off_limits, p->edit->store.db.path, a->state);

	if (!fault)
		fault = pipeline_open(p, keep_file, tell_file, a);
	if (fault)
		return fault;
	if (p->show)
		count_paths(a, n, paths);
	visit_paths(a, n, paths);
	return pipeline_close(p);
}
