/*
 * ed2k-share verify: hash shared files again and compare.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"
#include "base/log.h"
#include "base/text.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/print.h"
#include "cmd/target.h"
#include "proto/aich_tree.h"
#include "share/copy.h"
#include "share/hash.h"
#include "share/presence.h"
#include "share/store_edit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct verifying {
	struct store_edit edit;
	struct hasher hasher;
	bool stop; /* the database failed: no use in going on */
	int fault;
};

/* Bytes that are not what was shared outweigh every other fault. */
static void
note_fault(struct verifying *v, int fault)
{
	if (!v->fault || fault == EX_DATAERR)
		v->fault = fault;
}

static void
database_failed(struct verifying *v)
{
	note_fault(v, v->edit.store.db.fault);
	v->stop = true;
}

static void
print_part(const char *path, size_t part, uint64_t size)
{
	uint64_t first = part * PART_SIZE;
	char escaped[4 * PATH_MAX];

	text_escape(escaped, sizeof escaped, path, strlen(path), "");
	printf("part\t%s\t%zu\t%" PRIu64 "-%" PRIu64 "\n", escaped, part, first,
	    first + min_u64(PART_SIZE, size - first) - 1);
}

/*
 * Name the parts whose hashes differ from those that are kept: by MD4, and by
 * AICH where its hashes are known. A file of one part is that part.
 */
static void
print_damaged_parts(struct verifying *v, const struct store_copy *copy,
    const struct file_hash *now)
{
	size_t n = aich_part_count(copy->size), n_md4 = now->n_parts;
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

/* Keep in the database what came out. */
static void
mark(struct verifying *v, const struct store_copy *copy, bool damaged)
{
	if (copy->damaged != damaged &&
	    store_edit_damaged(&v->edit, copy->path, damaged) != 0)
		database_failed(v);
}

static enum copy_state
compare(struct verifying *v, const struct store_copy *copy, int fd)
{
	const struct copy_facts facts = {
	    copy->size, copy->mtime_ns, copy->inode};
	enum hash_result res;
	struct file_hash now;
	bool same;

	res = hasher_file(&v->hasher, fd, copy->size, &now);
	if (res == HASH_FAILED)
		return COPY_UNREADABLE;
	same = res == HASH_OK && is_as_shared(copy, &now);
	if (!copy_is_unchanged(fd, &facts)) {
		file_hash_free(&now);
		return COPY_CHANGED;
	}
	mark(v, copy, !same);
	if (!same && res == HASH_OK && !v->stop)
		print_damaged_parts(v, copy, &now);
	file_hash_free(&now);
	return same ? COPY_OK : COPY_DAMAGED;
}

static void
verify_copy(struct verifying *v, const struct store_copy *copy)
{
	static const int faults[COPY_N_STATES] = {
	    [COPY_CHANGED] = EX_DATAERR,
	    [COPY_DAMAGED] = EX_DATAERR,
	    [COPY_MISSING] = EX_NOINPUT,
	    [COPY_OFFLINE] = EX_NOINPUT,
	    [COPY_UNREADABLE] = EX_IOERR,
	};
	struct store_copy unmarked = *copy;
	enum copy_state state;
	int fd;

	unmarked.damaged = false; /* look whether it still is */
	state = copy_open(&unmarked, &fd);
	if (state == COPY_OK)
		state = compare(v, copy, fd);
	if (state == COPY_UNREADABLE)
		log_error("cannot read %s: %s", log_quote_str(copy->path),
		    strerror(errno));
	if (state == COPY_MISSING && presence_is_offline(&v->edit.store, copy))
		state = COPY_OFFLINE;
	if (fd >= 0)
		close(fd);
	if (v->stop)
		return;
	print_change(copy_state_name(state), copy->path, NULL);
	if (state != COPY_OK)
		note_fault(v, faults[state]);
}

static void
verify_all(struct verifying *v)
{
	struct store_row row = {0};
	enum store_result res = STORE_FOUND;

	while (!v->stop && !ferror(stdout) &&
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

/* A path, or all the copies of a content. */
static void
verify_target(struct verifying *v, const char *argument)
{
	struct target target;
	int fault = target_find(&target, &v->edit.store, argument);

	if (fault)
		note_fault(v, fault);
	for (size_t n = 0; !fault && !v->stop; n++) {
		struct wanted w = {
		    .skip = n, .path = target.is_hash ? NULL : target.path};
		enum store_result res = store_find(
		    &v->edit.store, target.copy.hash, take_wanted, &w);

		if (res == STORE_FAILED)
			database_failed(v);
		if (res != STORE_FOUND)
			break;
		verify_copy(v, &w.row.copy);
	}
}

int
cmd_verify(const struct cmd *cmd, int argc, char *argv[])
{
	struct verifying v = {0};
	int first;

	if (!args_parse(NULL, 0, argc, argv, &first))
		return EX_USAGE;
	v.fault = hasher_open(&v.hasher);
	if (!v.fault)
		v.fault = store_edit_open(&v.edit, cmd->db);
	v.stop = v.fault != 0;
	if (first == argc)
		verify_all(&v);
	for (int i = first; i < argc && !v.stop; i++)
		verify_target(&v, argv[i]);
	store_edit_close(&v.edit);
	hasher_close(&v.hasher);
	return print_end(v.fault);
}
