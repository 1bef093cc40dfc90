/*
 * Files that a refresh shares; see refresh.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "index/astray.h"
#include "index/refresh.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
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
	    (uint64_t)st->st_size, steady_mtime_ns(st), st->st_ino};
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

/* Open a file to be shared. -1, errno set, when it cannot be read. */
static int
open_file(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int error;

	if (fd < 0 || fstat(fd, st) == 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

void
refresh_put_file(
    struct refresh *r, const char *path, const struct store_copy *before)
{
	struct pipeline *p = &r->pipeline;
	enum refresh_change change = before ? REFRESH_CHANGED : REFRESH_NEW;
	struct pipeline_file *f = pipeline_next(p, path);
	int fd;

	if (!f)
		return;
	fd = open_file(path, &f->file.st);
	if (fd < 0) {
		log_error("cannot read %s: %s; it is not shared",
		    log_quote_str(path), strerror(errno));
		pipeline_fault(p, EX_NOPERM);
		return;
	}
	if (!S_ISREG(f->file.st.st_mode) || f->file.st.st_size == 0 ||
	    (!before && was_renamed(r, path, fd, &f->file.st)) ||
	    pipeline_is_stopped(p)) {
		close(fd);
		return;
	}
	if (r->dry_run) {
		close(fd);
		refresh_tell(r, change, path, NULL);
		return;
	}
	f->file.fd = fd;
	f->kind = (int)change;
	f->copy = before ? *before : (struct store_copy){0};
	pipeline_hash(p, f);
}
