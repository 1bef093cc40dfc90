/*
 * share/store.c, share/store_edit.c and share/db.c on real databases.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "index/roots.h"

#include <sysexits.h>

static const uint8_t hash_a[HASH_SIZE] = {0xA}, hash_b[HASH_SIZE] = {0xB},
		     blue[HASH_SIZE] = {0xC};

static const struct rules no_rules = {0};

/* What a callback was offered. */
struct seen {
	size_t n;
	char path[8][PATH_MAX];
	char root[8][PATH_MAX];
	uint64_t size;
	bool take;
};

static bool
see(void *ctx, const struct store_copy *copy)
{
	struct seen *s = ctx;

	assert_true(s->n < 8);
	snprintf(s->path[s->n], PATH_MAX, "%s", copy->path);
	snprintf(s->root[s->n++], PATH_MAX, "%s", copy->root);
	s->size = copy->size;
	return s->take;
}

/* A database of this test alone. */
static void
open_fresh(struct store_edit *e)
{
	static int n;
	char name[32];

	snprintf(name, sizeof name, "%d/share.db", n++);
	assert_int_equal(store_edit_create(e, temp_path(name)), 0);
}

static void
put(struct store_edit *e, const uint8_t hash[HASH_SIZE], const char *path)
{
	struct store_entry entry = {
	    .copy = {.size = 5,
		.path = path,
		.mtime_ns = -7,
		.inode = UINT64_MAX},
	};

	memcpy(entry.copy.hash, hash, HASH_SIZE);
	assert_int_equal(store_edit_put(e, &entry), 0);
}

static enum store_result
find(struct store *s, const uint8_t hash[HASH_SIZE], struct seen *seen)
{
	memset(seen, 0, sizeof *seen);
	return store_find(s, hash, see, seen);
}

static void
what_is_put_is_found(void **state)
{
	struct store_edit e;
	struct store_copy copy;
	struct seen seen;

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/srv/x/\xFF\n|");
	find(&e.store, hash_a, &seen);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.path[0], "/srv/x/\xFF\n|");
	assert_string_equal(seen.root[0], "/srv/x");
	assert_int_equal(seen.size, 5);
	assert_int_equal(
	    store_find_path(&e.store, "/srv/x/\xFF\n|", &copy), STORE_FOUND);
	assert_memory_equal(copy.hash, hash_a, HASH_SIZE);
	assert_true(copy.mtime_ns == -7 && copy.inode == UINT64_MAX);
	assert_int_equal(
	    store_find_path(&e.store, "/srv/x", &copy), STORE_UNKNOWN);
	assert_int_equal(find(&e.store, hash_b, &seen), STORE_UNKNOWN);
	store_edit_close(&e);
	store_edit_close(&e);
}

static void
the_longest_root_above_a_path_is_its_root(void **state)
{
	struct store_edit e;
	struct seen seen = {0};

	(void)state;
	open_fresh(&e);
	assert_int_equal(roots_put(&e, "/srv", &no_rules), 0);
	assert_int_equal(roots_put(&e, "/srv/deep/er", &no_rules), 0);
	put(&e, hash_a, "/srv/deep/er/a");
	put(&e, hash_b, "/srv/deep/errant");
	store_each(&e.store, see, &seen);
	assert_int_equal(seen.n, 0 + 1); /* `take` false ends it */
	seen = (struct seen){.take = true};
	store_each(&e.store, see, &seen);
	assert_int_equal(seen.n, 2);
	assert_string_equal(seen.root[0], "/srv/deep/er");
	assert_string_equal(seen.root[1], "/srv");
	store_edit_close(&e);
}

static void
a_file_in_the_top_directory_has_the_root_slash(void **state)
{
	struct store_edit e;
	struct seen seen;

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/file");
	find(&e.store, hash_a, &seen);
	assert_string_equal(seen.root[0], "/");
	store_edit_close(&e);
}

static void
a_path_holds_one_content_and_a_content_many_paths(void **state)
{
	struct store_edit e;
	struct store_copy copy;
	struct seen seen;

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/one");
	put(&e, hash_a, "/two");
	find(&e.store, hash_a, &seen);
	assert_int_equal(seen.n, 2);
	assert_string_equal(seen.path[0], "/one"); /* the oldest first */
	put(&e, hash_b, "/one");
	find(&e.store, hash_a, &seen);
	assert_int_equal(seen.n, 1);
	put(&e, hash_b, "/two"); /* hash_a has no copy now: it goes */
	assert_int_equal(find(&e.store, hash_a, &seen), STORE_UNKNOWN);
	assert_int_equal(seen.n, 0);
	assert_int_equal(store_find_path(&e.store, "/one", &copy), STORE_FOUND);
	assert_int_equal(store_edit_remove_path(&e, "/one"), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/one", &copy), STORE_UNKNOWN);
	store_edit_close(&e);
}

static void
removing_takes_everything_along(void **state)
{
	struct store_entry entry = {
	    .copy = {.size = PART_SIZE, .path = "/x/exact"},
	    .part_hashes = (const uint8_t *)"0123456789abcdef0123456789abcdef",
	    .n_part_hashes = 2,
	    .alias = blue,
	};
	uint8_t out[2 * HASH_SIZE];
	struct store_edit e;
	struct seen seen;

	(void)state;
	memcpy(entry.copy.hash, hash_a, HASH_SIZE);
	open_fresh(&e);
	assert_int_equal(store_edit_put(&e, &entry), 0);
	assert_int_equal(store_resolve_alias(&e.store, blue, out), STORE_FOUND);
	assert_memory_equal(out, hash_a, HASH_SIZE);
	assert_int_equal(
	    store_part_hashes(&e.store, hash_a, out, 2), STORE_FOUND);
	assert_memory_equal(out, entry.part_hashes, sizeof out);
	assert_int_equal(
	    store_part_hashes(&e.store, hash_a, out, 1), STORE_UNKNOWN);
	assert_int_equal(store_edit_remove_hash(&e, hash_a), 0);
	assert_int_equal(find(&e.store, hash_a, &seen), STORE_UNKNOWN);
	assert_int_equal(
	    store_resolve_alias(&e.store, blue, out), STORE_UNKNOWN);
	assert_int_equal(
	    store_part_hashes(&e.store, hash_a, out, 2), STORE_UNKNOWN);
	store_edit_close(&e);
}

static void
aich_hashes_are_kept_and_go_with_their_file(void **state)
{
	static const uint8_t root[AICH_SIZE] = {1, 2, 3}, parts[60] = {4, 5, 6};
	struct store_entry entry = {
	    .copy = {.size = 3 * PART_SIZE, .path = "/x/large"},
	};
	struct store_edit e;
	struct store_copy copy;
	uint8_t out[60];

	(void)state;
	memcpy(entry.copy.hash, hash_a, HASH_SIZE);
	open_fresh(&e);
	assert_int_equal(store_edit_put(&e, &entry), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/x/large", &copy), STORE_FOUND);
	assert_false(copy.has_aich);

	/* a content that is put again brings what was missing, and keeps it */
	entry.copy.has_aich = true;
	memcpy(entry.copy.aich_root, root, AICH_SIZE);
	entry.aich_parts = parts;
	entry.n_aich_parts = 3;
	assert_int_equal(store_edit_put(&e, &entry), 0);
	entry.copy.has_aich = false;
	assert_int_equal(store_edit_put(&e, &entry), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/x/large", &copy), STORE_FOUND);
	assert_true(copy.has_aich);
	assert_memory_equal(copy.aich_root, root, AICH_SIZE);
	assert_int_equal(
	    store_aich_parts(&e.store, hash_a, out, 3), STORE_FOUND);
	assert_memory_equal(out, parts, sizeof out);
	assert_int_equal(
	    store_aich_parts(&e.store, hash_a, out, 2), STORE_UNKNOWN);

	assert_int_equal(store_edit_remove_hash(&e, hash_a), 0);
	assert_int_equal(
	    store_aich_parts(&e.store, hash_a, out, 3), STORE_UNKNOWN);
	/* not shared any more: nothing to put them to */
	assert_int_equal(store_edit_put_aich(&e, hash_a, root, parts, 3), 0);
	assert_int_equal(
	    store_aich_parts(&e.store, hash_a, out, 3), STORE_UNKNOWN);
	store_edit_close(&e);
}

/* For store_each: count the copies with AICH. */
static bool
count_aich(void *ctx, const struct store_copy *copy)
{
	*(size_t *)ctx += copy->has_aich;
	return true;
}

static void
files_without_aich_are_found_one_after_another(void **state)
{
	static const uint8_t root[AICH_SIZE] = {9};
	struct store_edit e;
	uint8_t hash[HASH_SIZE];
	uint64_t n, bytes;
	size_t n_aich = 0;

	(void)state;
	open_fresh(&e);
	assert_int_equal(
	    store_edit_next_without_aich(&e, NULL, hash), STORE_UNKNOWN);
	put(&e, hash_b, "/b");
	put(&e, hash_a, "/a");
	assert_true(store_count_without_aich(&e.store, &n, &bytes));
	assert_int_equal(n, 2);
	assert_int_equal(bytes, 10);
	assert_int_equal(
	    store_edit_next_without_aich(&e, NULL, hash), STORE_FOUND);
	assert_memory_equal(hash, hash_a, HASH_SIZE);
	assert_int_equal(
	    store_edit_next_without_aich(&e, hash, hash), STORE_FOUND);
	assert_memory_equal(hash, hash_b, HASH_SIZE);
	assert_int_equal(
	    store_edit_next_without_aich(&e, hash, hash), STORE_UNKNOWN);
	assert_int_equal(store_edit_put_aich(&e, hash_a, root, NULL, 0), 0);
	assert_int_equal(
	    store_edit_next_without_aich(&e, NULL, hash), STORE_FOUND);
	assert_memory_equal(hash, hash_b, HASH_SIZE);
	assert_true(store_count_without_aich(&e.store, &n, &bytes));
	assert_int_equal(n, 1);
	store_each(&e.store, count_aich, &n_aich);
	assert_int_equal(n_aich, 1);
	store_edit_close(&e);
}

static void
a_comment_is_kept_replaced_and_taken_back(void **state)
{
	struct store_comment in = {.rating = 5, .text = "fine", .len = 4}, out;
	struct store_edit e;

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/one");
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_UNKNOWN);
	assert_int_equal(store_edit_comment(&e, hash_a, &in), 0);
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_FOUND);
	assert_int_equal(out.rating, 5);
	assert_int_equal(out.len, 4);
	assert_memory_equal(out.text, "fine", 4);
	in = (struct store_comment){.rating = 1};
	assert_int_equal(store_edit_comment(&e, hash_a, &in), 0);
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_FOUND);
	assert_int_equal(out.rating, 1);
	assert_int_equal(out.len, 0);
	in.rating = 0;
	assert_int_equal(store_edit_comment(&e, hash_a, &in), 0);
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_UNKNOWN);
	/* a comment of what is not shared is refused, and one goes with it */
	in.rating = 3;
	assert_int_not_equal(store_edit_comment(&e, hash_b, &in), 0);
	assert_int_equal(store_edit_comment(&e, hash_a, &in), 0);
	assert_int_equal(store_edit_remove_hash(&e, hash_a), 0);
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_UNKNOWN);
	store_edit_close(&e);
}

static void
a_reader_reads_while_a_writer_writes_and_after(void **state)
{
	char path[PATH_MAX];
	uint8_t mine[HASH_SIZE], again[HASH_SIZE];
	struct store_edit e;
	struct store s;
	struct seen seen;

	(void)state;
	snprintf(path, sizeof path, "%s", temp_path("shared.db"));
	assert_int_equal(store_edit_create(&e, path), 0);
	assert_int_equal(store_open(&s, path), 0);
	assert_int_equal(store_user_hash(&s, mine), STORE_FOUND);
	assert_int_equal(mine[5], 0x0E);
	assert_int_equal(mine[14], 0x6F);
	put(&e, hash_a, "/one");
	find(&s, hash_a, &seen);
	assert_int_equal(seen.n, 1);
	store_edit_close(&e);
	find(&s, hash_a, &seen);
	assert_int_equal(seen.n, 1);
	store_close(&s);
	store_close(&s);
	/* the side files stay, for readers who may not make them */
	assert_int_equal(access(temp_path("shared.db-wal"), F_OK), 0);
	assert_int_equal(access(temp_path("shared.db-shm"), F_OK), 0);
	assert_int_equal(store_open(&s, path), 0);
	assert_int_equal(store_user_hash(&s, again), STORE_FOUND);
	assert_memory_equal(mine, again, HASH_SIZE);
	store_close(&s);
}

static void
what_is_no_share_database_is_refused(void **state)
{
	struct store s;
	struct store_edit e;

	(void)state;
	assert_int_equal(store_open(&s, temp_path("nowhere.db")), EX_CONFIG);
	temp_file("text", 5000, 'x');
	assert_int_equal(store_open(&s, temp_path("text")), EX_CONFIG);
	assert_int_equal(store_edit_open(&e, temp_path("text")), EX_CONFIG);
	temp_file("empty", 0, 0);
	assert_int_equal(store_open(&s, temp_path("empty")), EX_CONFIG);
	store_close(&s);
}

static void
a_reader_cannot_write(void **state)
{
	char path[PATH_MAX];
	struct store_edit e;
	struct store s;

	(void)state;
	snprintf(path, sizeof path, "%s", temp_path("readonly.db"));
	assert_int_equal(store_edit_create(&e, path), 0);
	store_edit_close(&e);
	assert_int_equal(store_open(&s, path), 0);
	assert_int_equal(db_exec(&s.db, "DELETE FROM identity"), EX_NOPERM);
	store_close(&s);
}

static void
the_name_of_a_path_is_its_last_component(void **state)
{
	(void)state;
	assert_string_equal(store_name_of("/a/b"), "b");
	assert_string_equal(store_name_of("/b"), "b");
	assert_string_equal(store_name_of("b"), "b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_put_is_found),
	    cmocka_unit_test(the_longest_root_above_a_path_is_its_root),
	    cmocka_unit_test(a_file_in_the_top_directory_has_the_root_slash),
	    cmocka_unit_test(a_path_holds_one_content_and_a_content_many_paths),
	    cmocka_unit_test(removing_takes_everything_along),
	    cmocka_unit_test(aich_hashes_are_kept_and_go_with_their_file),
	    cmocka_unit_test(files_without_aich_are_found_one_after_another),
	    cmocka_unit_test(a_comment_is_kept_replaced_and_taken_back),
	    cmocka_unit_test(a_reader_reads_while_a_writer_writes_and_after),
	    cmocka_unit_test(what_is_no_share_database_is_refused),
	    cmocka_unit_test(a_reader_cannot_write),
	    cmocka_unit_test(the_name_of_a_path_is_its_last_component),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
