/*
 * store/store.h on a damaged share database: whatever its bytes are, it cannot
 * be opened, or a lookup fails or finds nothing, or what is found is within its
 * bounds. A whole one has all that was put into it.
 *
 * Input: changes to it; see db_image_damage.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz_db.h"

#include "base/log.h"
#include "index/edit_copy.h"
#include "index/roots.h"

#define N_PARTS 3 /* MD4 has one more than AICH at a multiple */

static const uint8_t small[HASH_SIZE] = {0xA}, large[HASH_SIZE] = {0xB},
		     blue[HASH_SIZE] = {0xC};
static char path[PATH_MAX];
static struct db_image whole; /* as it was made */

static void
put(struct edit *e, const char *file, const uint8_t hash[HASH_SIZE],
    uint64_t size)
{
	static const uint8_t hashes[N_PARTS * AICH_SIZE] = {1, 2, 3};
	bool parts = size >= PART_SIZE;
	struct edit_entry entry = {
	    .copy = {.size = size,
		.path = file,
		.mtime_ns = INT64_MAX / 5,
		.inode = 1234567,
		.has_aich = true},
	    .part_hashes = parts ? hashes : NULL,
	    .n_part_hashes = parts ? N_PARTS : 0,
	    .aich_parts = parts ? hashes : NULL,
	    .n_aich_parts = parts ? N_PARTS - 1 : 0,
	    .alias = parts ? blue : NULL,
	};

	memcpy(entry.copy.hash, hash, HASH_SIZE);
	must(edit_put(e, &entry) == 0);
}

static void
make_database(void)
{
	const struct rules no_rules = {0};
	const struct store_comment comment = {
	    .rating = 5, .text = "good", .len = 4};
	char longest[PATH_MAX] = "/srv/a/";
	struct edit e;

	memset(longest + strlen(longest), 'n', PATH_MAX - 1 - strlen(longest));
	log_set_level((enum log_level)0);
	temp_make();
	snprintf(path, sizeof path, "%s/share.db", temp_dir);
	must(edit_create(&e, path) == 0);
	must(roots_put(&e, "/srv", &no_rules) == 0);
	put(&e, "/srv/a/small", small, 5);
	put(&e, "/srv/a/same", small, 5);
	put(&e, longest, small, 5);
	put(&e, "/srv/large", large, 2 * PART_SIZE);
	must(edit_set_comment(&e, large, &comment) == 0);
	must(edit_set_priority(&e, small, STORE_PRIORITY_HIGH) == 0);
	edit_close(&e);
	db_image_read(&whole, path);
}

/* What was found, and how much. */
struct seen {
	unsigned n;
	const uint8_t *hash; /* what was looked for, or NULL */
};

static void
check_path(const char *s)
{
	must(s[0] == '/' && strlen(s) < PATH_MAX);
}

static bool
see(void *ctx, const struct store_copy *copy)
{
	struct seen *seen = ctx;

	check_path(copy->path);
	check_path(copy->root);
	must(copy->priority <= STORE_PRIORITY_HIGH);
	must(!seen->hash || memcmp(copy->hash, seen->hash, HASH_SIZE) == 0);
	return ++seen->n == 1000; /* a damaged tree may go on and on */
}

static bool
see_each(void *ctx, const struct store_copy *copy)
{
	return !see(ctx, copy);
}

/* All about one content. Returns what was found of it. */
static unsigned
look_up(struct store *s, const uint8_t hash[HASH_SIZE])
{
	/* of the very size, so that a sanitizer sees a hash too many */
	uint8_t *parts = malloc(N_PARTS * HASH_SIZE);
	uint8_t *aich = malloc((N_PARTS - 1) * AICH_SIZE);
	struct seen seen = {.hash = hash};
	struct store_comment comment;
	unsigned n = 0;

	must(parts && aich);
	store_find(s, hash, see, &seen);
	n += seen.n;
	n += store_part_hashes(s, hash, parts, N_PARTS) == STORE_FOUND;
	n += store_aich_parts(s, hash, aich, N_PARTS - 1) == STORE_FOUND;
	n += store_comment(s, hash, &comment) == STORE_FOUND;
	must(comment.len <= COMMENT_MAX);
	free(parts);
	free(aich);
	return n;
}

/* Ask for all there is. Returns what was found. */
static unsigned
look_up_all(struct store *s)
{
	struct seen seen = {0};
	struct store_copy copy;
	uint8_t hash[HASH_SIZE];
	uint64_t without, bytes;
	unsigned n = 0;

	n += store_user_hash(s, hash) == STORE_FOUND;
	n += store_resolve_alias(s, blue, hash) == STORE_FOUND;
	n += look_up(s, small);
	n += look_up(s, large);
	n += store_find_path(s, "/srv/large", &copy) == STORE_FOUND;
	must(copy.priority <= STORE_PRIORITY_HIGH);
	n += store_count_without_aich(s, &without, &bytes) == 0;
	store_each(s, see_each, &seen);
	store_each_file(s, see_each, &seen);
	return n + seen.n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct db_image image;
	struct reader r = reader_of(data, size);
	struct store s;
	bool changed;
	int fault;

	if (whole.size == 0)
		make_database();
	image = whole;
	while (reader_left(&r) > 0)
		db_image_damage(&image, &r);
	changed = !db_image_is_same(&image, &whole);
	db_image_write(&image, path);
	fault = store_open(&s, path);
	must((fault == 0) == (s.db.handle != NULL));
	must(changed || fault == 0);
	if (fault == 0) {
		unsigned n = look_up_all(&s);

		/* 2 hashes, 4 copies, 2 sets, comment, path, count; 4 + 2 */
		must(changed || n == 17);
	}
	store_close(&s);
	store_close(&s);
	return 0;
}
