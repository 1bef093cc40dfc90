/*
 * Hashing many files; see pipeline.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/pipeline.h"

#include "base/clock.h"
#include "base/log.h"
#include "index/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

/* How long at most a result waits for others, to be written with them. */
#define GATHER_MS 100

/* How long to wait for a file before progress is shown again. */
#define WAIT_MS 200

int
pipeline_open(
    struct pipeline *p, pipeline_keep *keep, pipeline_tell *tell, void *ctx)
{
	unsigned n = p->n_threads ? p->n_threads : hasher_processors();
	int fault;

	fault = hasher_open_threads(&p->hasher, n);
	if (fault)
		return fault;
	p->ring = calloc(PIPELINE_MAX, sizeof *p->ring);
	if (!p->ring) {
		log_error("no memory to hash files");
		hasher_close(&p->hasher);
		return EX_OSERR;
	}
	p->keep = keep;
	p->tell = tell;
	p->ctx = ctx;
	interrupt_catch();
	p->kept_ms = clock_ms();
	return 0;
}

void
pipeline_fault(struct pipeline *p, int fault)
{
	if (!p->fault)
		p->fault = fault;
}

bool
pipeline_go_on(struct pipeline *p, int fault)
{
	pipeline_fault(p, fault);
	if (fault)
		p->stop = true;
	return !p->stop;
}

bool
pipeline_found(struct pipeline *p, enum store_result res)
{
	if (res == STORE_FAILED)
		pipeline_go_on(p, p->edit->store.db.fault);
	return res == STORE_FOUND;
}

bool
pipeline_is_stopped(const struct pipeline *p)
{
	return p->stop || interrupt_signal() != 0;
}

/* The nth file, the oldest first. */
static struct pipeline_file *
nth(struct pipeline *p, size_t n)
{
	return &p->ring[(p->oldest + n) % PIPELINE_MAX];
}

static void
drop_oldest(struct pipeline *p)
{
	struct pipeline_file *f = nth(p, 0);

	if (f->is_hashed)
		file_hash_free(&f->file.job.hash);
	if (f->file.fd >= 0)
		close(f->file.fd);
	p->oldest = (p->oldest + 1) % PIPELINE_MAX;
	p->n--;
	p->progress.n_done++;
}

static void
show(struct pipeline *p, const char *path)
{
	if (!p->show)
		return;
	p->progress.path = path;
	p->progress.bytes = hasher_bytes(&p->hasher);
	p->show(&p->progress);
}

void
pipeline_count(struct pipeline *p, const char *path)
{
	show(p, path);
	p->progress.n_done++;
}

/* Keep the n oldest files, all or none of them, and then tell it. */
static void
keep(struct pipeline *p, size_t n)
{
	for (size_t i = 0; i < n && !p->stop; i++) {
		struct pipeline_file *f = nth(p, i);

		f->fault = p->keep(p->ctx, f);
		pipeline_fault(p, f->fault);
		pipeline_go_on(p, p->edit->store.db.fault);
	}
	pipeline_go_on(p, edit_group_end(p->edit));
	for (; n > 0; n--) {
		struct pipeline_file *f = nth(p, 0);

		if (!p->stop && !f->fault)
			p->stop = !p->tell(p->ctx, f);
		drop_oldest(p);
	}
	p->kept_ms = clock_ms();
}

/* Keep the files that are done, after a wait for the oldest one. */
static void
keep_done(struct pipeline *p, unsigned wait_ms)
{
	size_t n = 0;

	show(p, nth(p, 0)->path);
	for (; n < p->n; n++) {
		struct pipeline_file *f = nth(p, n);

		if (f->is_hashed &&
		    !steady_wait(&f->file, &p->hasher, n == 0 ? wait_ms : 0))
			break;
	}
	if (n > 0)
		keep(p, n);
}

struct pipeline_file *
pipeline_next(struct pipeline *p, const char *path)
{
	struct pipeline_file *f;

	while (p->n == PIPELINE_MAX && !pipeline_is_stopped(p))
		keep_done(p, WAIT_MS);
	if (pipeline_is_stopped(p))
		return NULL;
	f = nth(p, p->n);
	snprintf(f->path, sizeof f->path, "%s", path);
	f->file = (struct steady){.path = f->path, .fd = -1};
	f->fault = 0;
	return f;
}

int
pipeline_open_file(struct pipeline_file *f)
{
	int error;

	f->file.fd =
	    open(f->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (f->file.fd >= 0 && fstat(f->file.fd, &f->file.st) == 0)
		return 0;
	error = errno;
	if (f->file.fd >= 0)
		close(f->file.fd);
	f->file.fd = -1;
	log_error("cannot read %s: %s; it is not shared",
	    log_quote_str(f->path), strerror(error));
	return error == ENOENT ? EX_NOINPUT : EX_NOPERM;
}

static void
put(struct pipeline *p, struct pipeline_file *f, bool is_hashed)
{
	f->is_hashed = is_hashed;
	p->n++;
	if (clock_ms() - p->kept_ms >= GATHER_MS)
		keep_done(p, 0);
}

void
pipeline_hash(struct pipeline *p, struct pipeline_file *f)
{
	steady_begin(&f->file, &p->hasher);
	put(p, f, true);
}

void
pipeline_pass(struct pipeline *p, struct pipeline_file *f)
{
	put(p, f, false);
}

void
pipeline_wait(struct pipeline *p)
{
	while (p->n > 0 && !pipeline_is_stopped(p))
		keep_done(p, WAIT_MS);
}

int
pipeline_close(struct pipeline *p)
{
	pipeline_wait(p);
	hasher_close(&p->hasher); /* no thread reads the files any more */
	while (p->n > 0) {
		const struct pipeline_file *f = nth(p, 0);
		bool done = !f->is_hashed ||
		    (f->file.job.done && f->file.job.result == HASH_OK);

		if (done && !p->stop)
			keep(p, 1);
		else
			drop_oldest(p);
	}
	free(p->ring);
	p->ring = NULL;
	return p->fault;
}
