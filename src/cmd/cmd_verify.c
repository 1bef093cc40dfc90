/*
 * ed2k-share verify: hash shared files again and compare.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "cmd/interrupt.h"
#include "cmd/print.h"
#include "cmd/target.h"
#include "cmd/underway.h"
#include "proto/parts.h"
#include "store/copy.h"
#include "index/presence.h"
#include "index/edit_copy.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct verifying {
	struct edit edit;
	struct hasher hasher;
	struct underway way;
};

/* Bytes that are not what was shared outweigh every other fault. */
static void
note_fault(struct verifying *v, int fault)
{
	if (!v->way.fault || fault == EX_DATAERR)
		v->way.fault = fault;
}

static void
database_failed(struct verifying *v)
{
	note_fault(v, v->edit.store.db.fault);
	v->way.stop = true;
}

static void
print_part(const char *path, size_t part, uint64_t size)
{
	uint64_t first = part * PART_SIZE;
	char escaped[4 * PATH_MAX];

	text_escape(escaped, sizeof escaped, path, strlen(path), "");
	printf("part\t%s\t%zu\t%" PRIu64 "-%" PRIu64 "\n", escaped, part, first,
	    first + parts_size(size, part) - 1);
}

/*
 * Name the parts whose hashes differ from those that are kept: by MD4, and by
 * AICH where its hashes are known. A file of one part is that part.
 */
static void
print_damaged_parts(struct verifying *v, const struct store_copy *copy,
    const struct file_hash *now)
{
	size_t n = parts_count(copy->size), n_md4 = now->n_parts;
	uint8_t *md4 = malloc(n_md4 * HASH_SIZE + 1);
	uint8_t *aich = malloc(now->n_aich_parts * AICH_SIZE + 1);
	bool has_md4, has_aich;

	has_md4 = n_md4 > 0 && md4 &&
	    store_part_hashes(&v->edit.store, copy->hash, md4, n_md4) ==
		STORE_FOUND;
	has_aich = copy->has_aich && now->n_aich_parts > 0 && aich &&
	    store_aich_parts(&v->edit.store, copy->hash, aich,
		now->n_aich_parts) == STORE_FOUND;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *m = now->parts + i * HASH_SIZE;
		const uint8_t *a = now->aich_parts + i * AICH_SIZE;

		if (n == 1 ||
		    (has_md4 && memcmp(md4 + i * HASH_SIZE, m, HASH_SIZE)) ||
		    (has_aich && memcmp(aich + i * AICH_SIZE, a, AICH_SIZE)))
			print_part(copy->path, i, copy->size);
	}
	free(md4);
	free(aich);
}

static bool
is_as_shared(const struct store_copy *copy, const struct file_hash *now)
{
	return memcmp(copy->hash, now->hash, HASH_SIZE) == 0 &&
	    (!copy->has_aich ||
		memcmp(copy->aich_root, now->aich_root, AICH_SIZE) == 0);
}

/* What came out for a file that was hashed. */
static enum copy_state
compare(const struct underway_file *f)
{
	const struct copy_facts facts = {
	    f->copy.size, f->copy.mtime_ns, f->copy.inode};
	const struct hash_job *job = &f->file.job;
	enum copy_state state;

	if (job->result == HASH_FAILED)
		return COPY_UNREADABLE;
	state = copy_check(f->file.fd, &facts);
	if (state != COPY_OK)
		return state;
	return job->result == HASH_OK && is_as_shared(&f->copy, &job->hash)
	    ? COPY_OK
	    : COPY_DAMAGED;
}

/* Keep in the database whether a copy is damaged; for struct underway. */
static int
keep_file(void *ctx, struct underway_file *f)
{
	struct verifying *v = ctx;
	bool damaged;
	int fault;

	if (f->kind != COPY_OK) /* not hashed */
		return 0;
	f->kind = (int)compare(f);
	damaged = f->kind == COPY_DAMAGED;
	if (f->kind == COPY_UNREADABLE)
		log_error("cannot read %s: %s", log_quote_str(f->path),
		    strerror(f->file.job.error));
	if ((f->kind != COPY_OK && !damaged) || f->copy.damaged == damaged)
		return 0;
	fault = edit_group_begin(&v->edit);
	if (!fault)
		fault = edit_set_damaged(&v->edit, f->path, damaged);
	v->way.stop = fault != 0;
	return fault;
}

/* For struct underway. */
static void
tell_file(void *ctx, struct underway_file *f)
{
	static const int faults[COPY_N_STATES] = {
	    [COPY_CHANGED] = EX_DATAERR,
	    [COPY_DAMAGED] = EX_DATAERR,
	    [COPY_MISSING] = EX_NOINPUT,
	    [COPY_OFFLINE] = EX_NOINPUT,
	    [COPY_UNREADABLE] = EX_IOERR,
	};
	struct verifying *v = ctx;

	f->copy.path = f->path;
	if (f->kind == COPY_DAMAGED && f->file.job.result == HASH_OK)
		print_damaged_parts(v, &f->copy, &f->file.job.hash);
	print_change(copy_state_name((enum copy_state)f->kind), f->path, NULL);
	if (f->kind != COPY_OK)
		note_fault(v, faults[f->kind]);
	v->way.stop |= ferror(stdout) != 0;
}

static void
verify_copy(struct verifying *v, const struct store_copy *copy)
{
	struct underway_file *f = underway_next(&v->way, copy->path);
	struct store_copy unmarked = *copy;
	enum copy_state state;

	if (!f)
		return;
	unmarked.damaged = false; /* look whether it still is */
	state = copy_open(&unmarked, &f->file.fd);
	if (state == COPY_OK && fstat(f->file.fd, &f->file.st) != 0)
		state = COPY_UNREADABLE;
	if (state == COPY_UNREADABLE)
		log_error("cannot read %s: %s", log_quote_str(copy->path),
		    strerror(errno));
	if (state == COPY_MISSING && presence_is_offline(&v->edit.store, copy))
		state = COPY_OFFLINE;
	f->kind = (int)state;
	f->copy = *copy;
	if (state == COPY_OK)
		underway_hash(&v->way, f);
	else
		underway_pass(&v->way, f);
}

static void
verify_all(struct verifying *v)
{
	struct store_row row = {0};
	enum store_result res = STORE_FOUND;

	while (!underway_is_stopped(&v->way) &&
	    (res = store_next(&v->edit.store, "/", &row)) == STORE_FOUND)
		verify_copy(v, &row.copy);
	if (res == STORE_FAILED)
		database_failed(v);
}

/* One of the copies of a content, as store_find offers them. */
struct wanted {
	size_t skip;      /* copies before it */
	const char *path; /* or only the one at this path */
	struct store_row row;
};

static bool
take_wanted(void *ctx, const struct store_copy *copy)
{
	struct wanted *w = ctx;

	if (w->path && strcmp(w->path, copy->path) != 0)
		return false;
	if (w->skip > 0) {
		w->skip--;
		return false;
	}
	w->row.copy = *copy;
	snprintf(w->row.path, sizeof w->row.path, "%s", copy->path);
	snprintf(w->row.root, sizeof w->row.root, "%s", copy->root);
	w->row.copy.path = w->row.path;
	w->row.copy.root = w->row.root;
	return true;
}

/* A path, or all the copies of a content: do this with them. */
static void
each_wanted(struct verifying *v, const char *argument,
    void (*visit)(struct verifying *v, const struct store_copy *copy))
{
	struct target target;
	int fault = target_find(&target, &v->edit.store, argument);

	if (fault)
		note_fault(v, fault);
	for (size_t n = 0; !fault && !underway_is_stopped(&v->way); n++) {
		struct wanted w = {
		    .skip = n, .path = target.is_hash ? NULL : target.path};
		enum store_result res = store_find(
		    &v->edit.store, target.copy.hash, take_wanted, &w);

		if (res == STORE_FAILED)
			database_failed(v);
		if (res != STORE_FOUND)
			break;
		visit(v, &w.row.copy);
	}
}

static void
count_copy(struct verifying *v, const struct store_copy *copy)
{
	v->way.progress.n_files++;
	v->way.progress.total_bytes += copy->size;
}

/* How much there is to do. */
static void
count(struct verifying *v, int n, char *arguments[])
{
	struct progress *p = &v->way.progress;

	log_set_level(LOG_LEVEL_NONE); /* who verifies them tells of faults */
	if (n == 0)
		store_sum(&v->edit.store, &p->n_files, &p->total_bytes);
	for (int i = 0; i < n; i++)
		each_wanted(v, arguments[i], count_copy);
	log_set_level(LOG_LEVEL_INFO);
	v->way.fault = 0;
	v->way.stop = false;
}

static void
verify(struct verifying *v, int n, char *arguments[])
{
	underway_begin(&v->way);
	if (v->way.has_progress)
		count(v, n, arguments);
	underway_go(&v->way);
	if (n == 0)
		verify_all(v);
	for (int i = 0; i < n && !underway_is_stopped(&v->way); i++)
		each_wanted(v, arguments[i], verify_copy);
	underway_end(&v->way);
	if (interrupt_signal())
		log_notice("interrupted; what was not told is not verified");
}

int
cmd_verify(const struct cmd *cmd, int argc, char *argv[])
{
	struct verifying v = {
	    .way = {.hasher = &v.hasher,
		.edit = &v.edit,
		.keep = keep_file,
		.tell = tell_file,
		.ctx = &v},
	};
	int first, fault;

	if (!args_parse(NULL, 0, argc, argv, &first))
		return EX_USAGE;
	fault = hasher_open(&v.hasher);
	if (!fault)
		fault = edit_open(&v.edit, cmd->db);
	if (!fault) {
		verify(&v, argc - first, argv + first);
		fault = v.way.fault;
	}
	edit_close(&v.edit);
	hasher_close(&v.hasher);
	return print_end(fault);
}
