/*
 * The session's catalog from the share database; see store_catalog.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/store_catalog.h"

#include "base/clock.h"
#include "board/costly.h"
#include "board/turn.h"
#include "serve/data/recovery.h"

#include <string.h>

/* By priority. */
static const uint32_t weights[] = {
    [STORE_PRIORITY_LOW] = WEIGHT_LOW,
    [STORE_PRIORITY_NORMAL] = WEIGHT_NORMAL,
    [STORE_PRIORITY_HIGH] = WEIGHT_HIGH,
};

static struct shared_file *
file_of(void *ctx)
{
	const struct store_catalog *c = ctx;

	return c->file;
}

static enum catalog_result
find_file(void *ctx, const uint8_t hash[HASH_SIZE], bool alias,
    struct catalog_file *out)
{
	struct shared_file *f = file_of(ctx);

	switch (shared_file_open(f, hash, alias)) {
	case STORE_FOUND:
		*out = (struct catalog_file){
		    .size = f->facts.size,
		    .name = f->name,
		    .weight = weights[f->priority],
		    .has_aich = f->has_aich,
		};
		memcpy(out->aich_root, f->aich_root, AICH_SIZE);
		return CATALOG_FOUND;
	case STORE_UNKNOWN:
		return CATALOG_UNKNOWN;
	default:
		return CATALOG_SILENT;
	}
}

static bool
find_part_hashes(
    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	struct shared_file *f = file_of(ctx);

	return store_part_hashes(f->store, hash, out, n) == STORE_FOUND;
}

static bool
find_comment(
    void *ctx, const uint8_t hash[HASH_SIZE], struct catalog_comment *out)
{
	struct shared_file *f = file_of(ctx);
	struct store_comment comment;

	if (store_comment(f->store, hash, &comment) != STORE_FOUND)
		return false;
	out->rating = comment.rating;
	out->len = comment.len;
	memcpy(out->text, comment.text, comment.len);
	return true;
}

/* The visit of each_file. */
struct visitor {
	catalog_visit *visit;
	void *ctx;
};

static bool
visit_copy(void *ctx, const struct store_copy *copy)
{
	const struct visitor *v = ctx;
	struct catalog_file file = {
	    .size = copy->size,
	    .name = store_name_of(copy->path),
	};

	return v->visit(v->ctx, copy->hash, &file);
}

static void
each_file(void *ctx, catalog_visit *visit, void *visit_ctx)
{
	struct shared_file *f = file_of(ctx);
	struct visitor v = {visit, visit_ctx};

	/* after a failure, which is logged, the list is shorter */
	store_each_file(f->store, visit_copy, &v);
}

static bool
find_aich_part_hashes(
    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	struct shared_file *f = file_of(ctx);

	return store_aich_parts(f->store, hash, out, n) == STORE_FOUND;
}

static bool
make_aich_recovery(
    void *ctx, const uint8_t hash[HASH_SIZE], size_t part, struct writer *w)
{
	const struct store_catalog *c = ctx;
	bool made;

	if (!costly_begin(c->board, clock_ms()))
		return false;
	made = shared_file_open(c->file, hash, false) == STORE_FOUND &&
	    recovery_put(w, c->file, part);
	costly_end(c->board);
	return made;
}

void
store_catalog_init(
    struct store_catalog *c, struct shared_file *file, struct scoreboard *board)
{
	*c = (struct store_catalog){
	    .file = file,
	    .board = board,
	    .source =
		{
		    .ctx = c,
		    .find = find_file,
		    .part_hashes = find_part_hashes,
		    .aich_part_hashes = find_aich_part_hashes,
		    .aich_recovery = make_aich_recovery,
		    .comment = find_comment,
		    .each = each_file,
		},
	};
}
