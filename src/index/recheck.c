/*
 * Hashing shared files again; see recheck.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/recheck.h"

#include "base/log.h"
#include "index/presence.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct wanted {
	size_t skip; /* copies before it */
	struct store_row *row;
};

/* For store_find. */
static bool
take_wanted(void *ctx, const struct store_copy *copy)
{
	struct wanted *w = ctx;
	struct store_row *row = w->row;

	if (w->skip > 0) {
		w->skip--;
		return false;
	}
	row->copy = *copy;
	snprintf(row->path, sizeof row->path, "%s", copy->path);
	snprintf(row->root, sizeof row->root, "%s", copy->root);
	row->copy.path = row->path;
	row->copy.root = row->root;
	return true;
}

enum store_result
recheck_find(struct store *s, const uint8_t hash[HASH_SIZE], size_t nth,
    struct store_row *out)
{
	struct wanted w = {.skip = nth, .row = out};

	return store_find(s, hash, take_wanted, &w);
}

static void
log_unreadable(const char *path, int error)
{
	log_error("cannot read %s: %s", log_quote_str(path), strerror(error));
}

void
recheck_put(struct pipeline *p, const struct store_copy *copy)
{
	struct pipeline_file *f = pipeline_next(p, copy->path);
	struct store_copy unmarked = *copy;
	struct copy_facts now;
	enum copy_state state;

	if (!f)
		return;
	unmarked.damaged = false;
	state = presence_open(&p->edit->store, &unmarked, &f->file.fd, &now);
	if (state == COPY_OK && fstat(f->file.fd, &f->file.st) != 0)
		state = COPY_UNREADABLE;
	if (state == COPY_UNREADABLE)
		log_unreadable(copy->path, errno);
	f->kind = (int)state;
	f->copy = *copy;
	if (state == COPY_OK)
		pipeline_hash(p, f);
	else
		pipeline_pass(p, f);
}

static bool
is_as_shared(const struct store_copy *copy, const struct file_hash *now)
{
	return memcmp(copy->hash, now->hash, HASH_SIZE) == 0 &&
	    (!copy->has_aich ||
		memcmp(copy->aich_root, now->aich_root, AICH_SIZE) == 0);
}

enum copy_state
recheck_state(const struct pipeline_file *f, int64_t *ctime_ns)
{
	struct copy_facts facts = {
	    f->copy.size, f->copy.mtime_ns, f->copy.inode, 0};
	const struct hash_job *job = &f->file.job;
	enum copy_state state;

	if (!f->is_hashed)
		return (enum copy_state)f->kind;
	if (job->result == HASH_FAILED) {
		log_unreadable(f->path, job->error);
		return COPY_UNREADABLE;
	}
	state = copy_check(f->file.fd, &facts);
	if (state == COPY_UNREADABLE)
		log_unreadable(f->path, errno);
	if (state != COPY_OK)
		return state;
	if (steady_ctime_ns(&f->file.st) == facts.ctime_ns)
		*ctime_ns = facts.ctime_ns;
	return job->result == HASH_OK && is_as_shared(&f->copy, &job->hash)
	    ? COPY_OK
	    : COPY_DAMAGED;
}
