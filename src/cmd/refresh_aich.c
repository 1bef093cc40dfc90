/*
 * refresh --aich: compute the AICH hashes of files that have none.
 * SPDX-License-Identifier: ISC
 */
#include "base/log.h"
#include "base/text.h"
#include "cmd/interrupt.h"
#include "cmd/progress.h"
#include "cmd/refresh.h"
#include "proto/base32.h"
#include "store/copy.h"
#include "index/hash.h"
#include "index/edit_content.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct refreshing {
	struct edit *edit;
	struct hasher *hasher;
	int fault; /* the first */
	bool stop; /* the database failed: no use to go on */
	struct progress progress;
	bool has_progress;
};

/* One of the copies of a content, opened. */
struct opened {
	size_t skip; /* copies before it */
	enum copy_state state;
	int fd, error;
	struct copy_facts facts;
	char path[PATH_MAX];
};

/* For store_find: step over `skip` copies, open the next. */
static bool
open_next(void *ctx, const struct store_copy *copy)
{
	struct opened *o = ctx;

	if (o->skip > 0) {
		o->skip--;
		return false;
	}
	o->state = copy_open(copy, &o->fd);
	o->error = errno;
	o->facts = (struct copy_facts){copy->size, copy->mtime_ns, copy->inode};
	snprintf(o->path, sizeof o->path, "%s", copy->path);
	return true;
}

/* Say why a copy is no use. Returns the exit code for it. */
static int
complain(const struct opened *o)
{
	const char *path = log_quote_str(o->path);

	switch (o->state) {
	case COPY_CHANGED:
		log_error("%s has changed since it was shared; run "
			  "\"ed2k-share add\" on it again",
		    path);
		return EX_DATAERR;
	case COPY_MISSING:
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
	default:
		log_error("cannot read %s: %s", path, strerror(o->error));
		return EX_NOPERM;
	}
}

static void
print_root(const uint8_t root[AICH_SIZE], const char *path)
{
	char text[BASE32_LEN(AICH_SIZE) + 1], escaped[4 * PATH_MAX];

	base32_encode(text, root, AICH_SIZE);
	text_escape(escaped, sizeof escaped, path, strlen(path), "");
	printf("%s\t%s\n", text, escaped);
	fflush(stdout); /* it is kept: say so even if the next takes long */
}

static bool
is_stopped(const struct refreshing *r)
{
	return r->stop || interrupt_signal() != 0 || ferror(stdout);
}

/* Hash an open copy. False when it is interrupted; the job is under way then. */
static bool
await_hash(struct refreshing *r, const struct opened *o, struct hash_job *job)
{
	job->fd = o->fd;
	job->size = o->facts.size;
	hasher_put(r->hasher, job);
	while (!hasher_wait(r->hasher, job, PROGRESS_TICK_MS)) {
		if (is_stopped(r))
			return false;
		r->progress.path = o->path;
		r->progress.bytes = hasher_bytes(r->hasher);
		if (r->has_progress)
			progress_show(&r->progress);
	}
	progress_clear();
	return true;
}

/*
 * Hash an open copy, and keep its AICH if it is what was shared. When it is
 * interrupted there is no going on with the hasher.
 */
static int
hash_copy(struct refreshing *r, struct opened *o, const uint8_t hash[HASH_SIZE])
{
	struct hash_job job = {0};
	struct file_hash found;
	int fault = 0;

	if (!await_hash(r, o, &job)) {
		hasher_close(r->hasher);
		file_hash_free(&job.hash);
		r->stop = true;
		return 0;
	}
	found = job.hash;
	switch (job.result) {
	case HASH_OK:
		break;
	case HASH_SHORT:
		o->state = COPY_CHANGED;
		return complain(o);
	default:
		log_error("cannot read %s: %s", log_quote_str(o->path),
		    strerror(job.error));
		return EX_IOERR;
	}
	o->state = copy_check(o->fd, &o->facts);
	if (o->state != COPY_OK) {
		fault = complain(o);
	} else if (memcmp(found.hash, hash, HASH_SIZE) != 0) {
		o->state = COPY_DAMAGED;
		fault = complain(o);
	} else {
		fault = edit_put_aich(r->edit, hash, found.aich_root,
		    found.aich_parts, found.n_aich_parts);
		r->stop = fault != 0;
		if (!fault)
			print_root(found.aich_root, o->path);
	}
	file_hash_free(&found);
	return fault;
}

/* Try the copies of a content until one gives its AICH. */
static void
refresh_file(struct refreshing *r, const uint8_t hash[HASH_SIZE])
{
	int worst = 0;

	for (size_t n = 0; !r->stop; n++) {
		struct opened o = {.skip = n, .fd = -1};
		enum store_result res =
		    store_find(&r->edit->store, hash, open_next, &o);
		int fault;

		if (res != STORE_FOUND) {
			r->stop = res == STORE_FAILED;
			break;
		}
		fault =
		    o.state == COPY_OK ? hash_copy(r, &o, hash) : complain(&o);
		if (o.fd >= 0)
			close(o.fd);
		if (!fault)
			return; /* one good copy is enough */
		worst = worst ? worst : fault;
	}
	if (!r->fault)
		r->fault = worst;
}

/* How much there is to do. */
static void
begin(struct refreshing *r)
{
	struct progress *p = &r->progress;

	interrupt_catch();
	r->has_progress = progress_is_wanted();
	if (r->has_progress)
		store_count_without_aich(
		    &r->edit->store, &p->n_files, &p->total_bytes);
	p->file = 1;
	progress_begin(p);
}

int
refresh_aich(struct edit *edit, struct hasher *hasher)
{
	struct refreshing r = {.edit = edit, .hasher = hasher};
	uint8_t hash[HASH_SIZE];
	const uint8_t *behind = NULL;
	enum store_result res = STORE_FOUND;

	begin(&r);
	while (!is_stopped(&r)) {
		res = store_next_without_aich(&edit->store, behind, hash);
		if (res != STORE_FOUND)
			break;
		refresh_file(&r, hash);
		r.progress.file++;
		behind = hash;
	}
	if (interrupt_signal())
		log_notice("interrupted; what is told is done, and the same "
			   "command goes on there");
	else if ((r.stop || res == STORE_FAILED) && !r.fault)
		r.fault = EX_IOERR;
	return r.fault;
}
