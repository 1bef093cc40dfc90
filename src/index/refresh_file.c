/*
 * Files that a refresh shares; see refresh.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/astray.h"
#include "index/refresh.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* When a file was made; "never" where the file system does not tell. */
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
	struct pipeline *p = &r->pipeline;
	const struct copy_facts now = {
	    (uint64_t)st->st_size, steady_mtime_ns(st), st->st_ino, 0};
	struct edit *edit = p->edit;
	char from[PATH_MAX];

	if (!pipeline_found(p, astray_by_inode(edit, &now, born_s(fd), from)))
		return false;
	if (!r->dry_run && !pipeline_go_on(p, edit_move(edit, from, path)))
		return false;
	pipeline_go_on(p, astray_spend(edit, from));
	refresh_tell(r, REFRESH_MOVED, path, from);
	return true;
}

/* f->kind is what changed, f->copy what its path was before, if anything. */
int
refresh_keep_file(void *ctx, struct pipeline_file *f)
{
	struct refresh *r = ctx;
	struct pipeline *p = &r->pipeline;
	struct edit *edit = p->edit;
	const uint8_t *hash = f->file.job.hash.hash;
	struct edit_entry entry;
	int fault = steady_end(&f->file);

	if (fault)
		return fault;
	steady_entry(&entry, f->path, &f->file.st, &f->file.job.hash);
	if (f->kind != REFRESH_NEW && !memcmp(f->copy.hash, hash, HASH_SIZE)) {
		f->kind = REFRESH_TOUCHED;
	} else if (pipeline_found(p, astray_by_hash(edit, hash, f->other)) &&
	    strcmp(f->other, f->path) != 0) {
		f->kind = REFRESH_MOVED;
		entry.moved_from = f->other;
	}
	if (!p->stop && pipeline_go_on(p, edit_group_begin(edit)) &&
	    pipeline_go_on(p, edit_put(edit, &entry)) &&
	    f->kind == REFRESH_MOVED)
		pipeline_go_on(p, astray_spend(edit, f->other));
	return p->stop ? p->fault : 0;
}

bool
refresh_tell_file(void *ctx, struct pipeline_file *f)
{
	struct refresh *r = ctx;

	return r->tell(r->ctx, (enum refresh_change)f->kind, f->path,
	    f->kind == REFRESH_MOVED ? f->other : NULL);
}

void
refresh_put_file(
    struct refresh *r, const char *path, const struct store_copy *before)
{
	struct pipeline *p = &r->pipeline;
	struct pipeline_file *f = pipeline_next(p, path);
	const struct stat *st;
	bool is_wanted;
	int fault;

	if (!f)
		return;
	fault = pipeline_open_file(f);
	if (fault) {
		pipeline_fault(p, fault);
		return;
	}
	st = &f->file.st;
	is_wanted = S_ISREG(st->st_mode) && st->st_size > 0 &&
	    (before || !was_renamed(r, path, f->file.fd, st)) &&
	    !pipeline_is_stopped(p);
	f->kind = before ? REFRESH_CHANGED : REFRESH_NEW;
	f->copy = before ? *before : (struct store_copy){0};
	if (is_wanted && !r->dry_run) {
		pipeline_hash(p, f);
		return;
	}
	close(f->file.fd);
	if (is_wanted)
		refresh_tell_file(r, f);
}
