/*
 * Verifying shared files; see verify.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/verify.h"

#include "base/log.h"
#include "index/recheck.h"
#include "index/target.h"
#include "proto/parts.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void
note_fault(struct verify *v, int fault)
{
	pipeline_fault(&v->pipeline, fault);
	if (fault == EX_DATAERR)
		v->pipeline.fault = fault;
}

/*
 * Name the parts whose hashes differ from those that are kept: by MD4, and by
 * AICH where its hashes are known. A file of one part is that part.
 */
static void
tell_damaged_parts(struct verify *v, const struct store_copy *copy,
    const struct file_hash *now)
{
	struct store *store = &v->pipeline.edit->store;
	size_t n = parts_count(copy->size), n_md4 = now->n_parts;
	uint8_t *md4 = malloc(n_md4 * HASH_SIZE + 1);
	uint8_t *aich = malloc(now->n_aich_parts * AICH_SIZE + 1);
	bool has_md4 = n_md4 > 0 && md4 &&
	    store_part_hashes(store, copy->hash, md4, n_md4) == STORE_FOUND;
	bool has_aich = copy->has_aich && now->n_aich_parts > 0 && aich &&
	    store_aich_parts(store, copy->hash, aich, now->n_aich_parts) ==
		STORE_FOUND;

	for (size_t i = 0; i < n; i++) {
		const uint8_t *m = now->parts + i * HASH_SIZE;
		const uint8_t *a = now->aich_parts + i * AICH_SIZE;

		if (n == 1 ||
		    (has_md4 && memcmp(md4 + i * HASH_SIZE, m, HASH_SIZE)) ||
		    (has_aich && memcmp(aich + i * AICH_SIZE, a, AICH_SIZE)))
			v->tell_part(v->ctx, copy, i);
	}
	free(md4);
	free(aich);
}

/*
 * For the pipeline: mark a copy as damaged or sound, if it was not so, or was
 * so with another ctime.
 */
static int
keep_file(void *ctx, struct pipeline_file *f)
{
	struct verify *v = ctx;
	struct edit *edit = v->pipeline.edit;
	int64_t ctime_ns = f->copy.ctime_ns;
	enum copy_state state = recheck_state(f, &ctime_ns);

	f->kind = (int)state;
	if (state == COPY_DAMAGED && !f->copy.damaged) {
		edit_group_begin(edit);
		return edit_set_damaged(edit, f->path);
	}
	if (state == COPY_OK &&
	    (f->copy.damaged || ctime_ns != f->copy.ctime_ns)) {
		edit_group_begin(edit);
		return edit_set_sound(edit, f->path, ctime_ns);
	}
	return 0;
}

/* For the pipeline. */
static bool
tell_file(void *ctx, struct pipeline_file *f)
{
	static const int faults[COPY_N_STATES] = {
	    [COPY_CHANGED] = EX_DATAERR,
	    [COPY_DAMAGED] = EX_DATAERR,
	    [COPY_MISSING] = EX_NOINPUT,
	    [COPY_OFFLINE] = EX_NOINPUT,
	    [COPY_UNREADABLE] = EX_IOERR,
	};
	struct verify *v = ctx;

	note_fault(v, faults[f->kind]);
	f->copy.path = f->path;
	if (f->kind == COPY_DAMAGED && f->file.job.result == HASH_OK)
		tell_damaged_parts(v, &f->copy, &f->file.job.hash);
	return v->tell(v->ctx, f->path, (enum copy_state)f->kind);
}

static void
put_copy(struct verify *v, const struct store_copy *copy)
{
	recheck_put(&v->pipeline, copy);
}

static void
put_all(struct verify *v)
{
	struct pipeline *p = &v->pipeline;
	struct store_row row = {0};

	while (!pipeline_is_stopped(p) &&
	    pipeline_found(p, store_next(&p->edit->store, "/", &row)))
		put_copy(v, &row.copy);
}

/* A path, or all the copies of a content: do this with them. */
static void
each_copy(struct verify *v, const char *argument,
    void (*visit)(struct verify *v, const struct store_copy *copy))
{
	struct pipeline *p = &v->pipeline;
	struct target target;
	struct store_row row;
	int fault = target_find(&target, &p->edit->store, argument);

	note_fault(v, fault);
	for (size_t n = 0; !fault && !pipeline_is_stopped(p) &&
	     pipeline_found(
		 p, recheck_find(&p->edit->store, target.copy.hash, n, &row));
	     n++)
		if (target.is_hash || strcmp(row.path, target.path) == 0)
			visit(v, &row.copy);
}

static void
count_copy(struct verify *v, const struct store_copy *copy)
{
	v->pipeline.progress.n_files++;
	v->pipeline.progress.total_bytes += copy->size;
}

/* How much there is to do. */
static void
count(struct verify *v, int n, char *const targets[])
{
	struct progress *p = &v->pipeline.progress;

	log_set_level(LOG_LEVEL_NONE); /* faults are logged when they are put */
	if (n == 0)
		store_sum(
		    &v->pipeline.edit->store, &p->n_files, &p->total_bytes);
	for (int i = 0; i < n; i++)
		each_copy(v, targets[i], count_copy);
	log_set_level(LOG_LEVEL_INFO);
	v->pipeline.fault = 0;
	v->pipeline.stop = false;
}

int
verify_targets(struct verify *v, int n, char *const targets[])
{
	struct pipeline *p = &v->pipeline;
	int fault = pipeline_open(p, keep_file, tell_file, v);

	if (fault)
		return fault;
	if (p->show)
		count(v, n, targets);
	if (n == 0)
		put_all(v);
	for (int i = 0; i < n && !pipeline_is_stopped(p); i++)
		each_copy(v, targets[i], put_copy);
	return pipeline_close(p);
}
