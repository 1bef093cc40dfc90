/*
 * Files under way; see underway.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/underway.h"

#include "base/clock.h"
#include "cmd/interrupt.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* So long at most a file that is done waits for others, to be kept with them. */
#define GATHER_MS 100

void
underway_fault(struct underway *u, int fault)
{
	if (!u->fault)
		u->fault = fault;
}

void
underway_begin(struct underway *u)
{
	interrupt_catch();
	u->has_progress = progress_is_wanted();
}

void
underway_go(struct underway *u)
{
	u->ended_ms = (int64_t)clock_ms();
	u->progress.file = 1;
	progress_begin(&u->progress);
}

bool
underway_is_stopped(const struct underway *u)
{
	return u->stop || interrupt_signal() != 0;
}

/* The nth file, the oldest first. */
static struct underway_file *
nth(struct underway *u, size_t n)
{
	return &u->ring[(u->oldest + n) % UNDERWAY_MAX];
}

static void
drop_oldest(struct underway *u)
{
	struct underway_file *f = nth(u, 0);

	if (f->is_hashed)
		file_hash_free(&f->file.job.hash);
	if (f->file.fd >= 0)
		close(f->file.fd);
	u->oldest = (u->oldest + 1) % UNDERWAY_MAX;
	u->n--;
	u->progress.file++;
}

static void
show_progress(struct underway *u)
{
	if (!u->has_progress)
		return;
	u->progress.path = nth(u, 0)->path;
	u->progress.bytes = hasher_bytes(u->hasher);
	progress_show(&u->progress);
}

void
underway_look(struct underway *u, const char *path)
{
	u->progress.path = path;
	if (u->has_progress)
		progress_show(&u->progress);
	u->progress.file++;
}

static bool
is_done(struct underway *u, struct underway_file *f, unsigned wait_ms)
{
	return !f->is_hashed || steady_wait(&f->file, u->hasher, wait_ms);
}

/* Keep the n oldest files, all or none, and then tell it. */
static void
keep(struct underway *u, size_t n)
{
	for (size_t i = 0; i < n && !u->stop; i++) {
		struct underway_file *f = nth(u, i);

		f->fault = u->keep(u->ctx, f);
		underway_fault(u, f->fault);
	}
	if (!u->stop) {
		int fault = edit_group_end(u->edit);

		underway_fault(u, fault);
		u->stop = fault != 0;
	}
	progress_clear();
	for (; n > 0; n--) {
		if (!u->stop && !nth(u, 0)->fault)
			u->tell(u->ctx, nth(u, 0));
		drop_oldest(u);
	}
	fflush(stdout); /* say so even if the next one takes long */
	u->ended_ms = (int64_t)clock_ms();
}

/* End what is done, after a wait for the oldest of at most so long. */
static void
end_done(struct underway *u, unsigned wait_ms)
{
	size_t n = 0;

	show_progress(u);
	while (n < u->n && is_done(u, nth(u, n), n == 0 ? wait_ms : 0))
		n++;
	if (n > 0)
		keep(u, n);
}

struct underway_file *
underway_next(struct underway *u, const char *path)
{
	struct underway_file *f;

	while (u->n == UNDERWAY_MAX && !underway_is_stopped(u))
		end_done(u, PROGRESS_TICK_MS);
	if (underway_is_stopped(u))
		return NULL;
	f = nth(u, u->n);
	snprintf(f->path, sizeof f->path, "%s", path);
	f->file = (struct steady){.path = f->path, .fd = -1};
	f->fault = 0;
	return f;
}

static void
put(struct underway *u)
{
	u->n++;
	if ((int64_t)clock_ms() - u->ended_ms >= GATHER_MS)
		end_done(u, 0);
}

void
underway_hash(struct underway *u, struct underway_file *f)
{
	f->is_hashed = true;
	steady_begin(&f->file, u->hasher);
	put(u);
}

void
underway_pass(struct underway *u, struct underway_file *f)
{
	f->is_hashed = false;
	put(u);
}

void
underway_wait(struct underway *u)
{
	while (u->n > 0 && !underway_is_stopped(u))
		end_done(u, PROGRESS_TICK_MS);
}

void
underway_end(struct underway *u)
{
	underway_wait(u);
	hasher_close(u->hasher); /* so nobody reads the files any more */
	while (u->n > 0) {
		const struct underway_file *f = nth(u, 0);

		if (!u->stop &&
		    (!f->is_hashed ||
			(f->file.job.done && f->file.job.result == HASH_OK)))
			keep(u, 1);
		else
			drop_oldest(u);
	}
	progress_clear();
}
