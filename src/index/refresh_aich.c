/*
 * Computing missing AICH hashes; see refresh_aich.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/refresh_aich.h"

#include "base/log.h"
#include "index/recheck.h"

#include <sysexits.h>

/* Log why a copy is no use. Returns the exit code for it. */
static int
refuse(const struct pipeline_file *f, enum copy_state state)
{
	const char *path = log_quote_str(f->path);

	switch (state) {
	case COPY_CHANGED:
		log_error("%s has changed since it was shared; run "
			  "\"ed2k-share add\" on it again",
		    path);
		return EX_DATAERR;
	case COPY_MISSING:
	case COPY_OFFLINE:
		log_error("%s is gone; bring it back, or run \"ed2k-share "
			  "remove\" on it",
		    path);
		return EX_NOINPUT;
	case COPY_DAMAGED:
		log_error("%s is damaged: size and time are as they were, its "
			  "bytes are not; restore it from a backup and run "
			  "\"ed2k-share verify\" on it",
		    path);
		return EX_DATAERR;
	default: /* logged */
		return f->is_hashed ? EX_IOERR : EX_NOPERM;
	}
}

/* For the pipeline: keep the AICH hashes of a copy that is what was shared. */
static int
keep_file(void *ctx, struct pipeline_file *f)
{
	struct refresh_aich *r = ctx;
	struct edit *edit = r->pipeline.edit;
	const struct file_hash *hash = &f->file.job.hash;
	int64_t ctime_ns;
	enum copy_state state = recheck_state(f, &ctime_ns);

	if (state != COPY_OK)
		return refuse(f, state);
	edit_group_begin(edit);
	return edit_put_aich(edit, f->copy.hash, hash->aich_root,
	    hash->aich_parts, hash->n_aich_parts);
}

/* For the pipeline. */
static bool
tell_file(void *ctx, struct pipeline_file *f)
{
	struct refresh_aich *r = ctx;

	return r->tell(r->ctx, f->file.job.hash.aich_root, f->path);
}

/*
 * Try the nth copy of each content that lacks AICH hashes. Returns how many
 * were tried; *left says how many had no such copy.
 */
static size_t
try_copies(struct pipeline *p, size_t nth, size_t *left)
{
	struct store *store = &p->edit->store;
	const uint8_t *behind = NULL;
	uint8_t hash[HASH_SIZE];
	struct store_row row;
	size_t tried = 0;

	*left = 0;
	while (!pipeline_is_stopped(p) &&
	    pipeline_found(p, store_next_without_aich(store, behind, hash))) {
		behind = hash;
		if (pipeline_found(p, recheck_find(store, hash, nth, &row))) {
			recheck_put(p, &row.copy);
			tried++;
		} else {
			(*left)++;
		}
	}
	pipeline_wait(p);
	return tried;
}

int
refresh_aich(struct refresh_aich *r)
{
	struct pipeline *p = &r->pipeline;
	int fault = pipeline_open(p, keep_file, tell_file, r);
	size_t left;

	if (fault)
		return fault;
	if (p->show)
		store_count_without_aich(&p->edit->store, &p->progress.n_files,
		    &p->progress.total_bytes);
	for (size_t nth = 0; try_copies(p, nth, &left) > 0; nth++)
		continue;
	/* a copy that is no use does no harm when another one was hashed */
	if (left == 0 && !pipeline_is_stopped(p))
		p->fault = 0;
	return pipeline_close(p);
}
