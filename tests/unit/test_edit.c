/*
 * index/edit.c, index/edit_copy.c and index/edit_content.c on real databases.
 * SPDX-License-Identifier: ISC
 */
#include "share_rig.h"

#include "index/roots.h"

static const uint8_t blue[HASH_SIZE] = {0xC};
static const struct rules no_rules = {0};

static void
the_longest_root_above_a_path_is_its_root(void **state)
{
	struct edit e;
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
	edit_close(&e);
}

static void
a_file_in_the_top_directory_has_the_root_slash(void **state)
{
	struct edit e;
	struct seen seen;

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/file");
	find(&e.store, hash_a, &seen);
	assert_string_equal(seen.root[0], "/");
	edit_close(&e);
}

static void
a_path_holds_one_content_and_a_content_many_paths(void **state)
{
	struct edit e;
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
	assert_int_equal(edit_remove_path(&e, "/one"), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/one", &copy), STORE_UNKNOWN);
	edit_close(&e);
}

static void
removing_takes_everything_along(void **state)
{
	struct edit_entry entry = {
	    .copy = {.size = PART_SIZE, .path = "/x/exact"},
	    .part_hashes = (const uint8_t *)"0123456789abcdef0123456789abcdef",
	    .n_part_hashes = 2,
	    .alias = blue,
	};
	uint8_t out[2 * HASH_SIZE];
	struct edit e;
	struct seen seen;

	(void)state;
	memcpy(entry.copy.hash, hash_a, HASH_SIZE);
	open_fresh(&e);
	assert_int_equal(edit_put(&e, &entry), 0);
	assert_int_equal(store_resolve_alias(&e.store, blue, out), STORE_FOUND);
	assert_memory_equal(out, hash_a, HASH_SIZE);
	assert_int_equal(
	    store_part_hashes(&e.store, hash_a, out, 2), STORE_FOUND);
	assert_memory_equal(out, entry.part_hashes, sizeof out);
	assert_int_equal(
	    store_part_hashes(&e.store, hash_a, out, 1), STORE_UNKNOWN);
	assert_int_equal(edit_remove_hash(&e, hash_a), 0);
	assert_int_equal(find(&e.store, hash_a, &seen), STORE_UNKNOWN);
	assert_int_equal(
	    store_resolve_alias(&e.store, blue, out), STORE_UNKNOWN);
	assert_int_equal(
	    store_part_hashes(&e.store, hash_a, out, 2), STORE_UNKNOWN);
	edit_close(&e);
}

static void
aich_hashes_are_kept_and_go_with_their_file(void **state)
{
	static const uint8_t root[AICH_SIZE] = {1, 2, 3}, parts[60] = {4, 5, 6};
	struct edit_entry entry = {
	    .copy = {.size = 3 * PART_SIZE, .path = "/x/large"},
	};
	struct edit e;
	struct store_copy copy;
	uint8_t out[60];

	(void)state;
	memcpy(entry.copy.hash, hash_a, HASH_SIZE);
	open_fresh(&e);
	assert_int_equal(edit_put(&e, &entry), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/x/large", &copy), STORE_FOUND);
	assert_false(copy.has_aich);

	/* a content that is put again brings what was missing, and keeps it */
	entry.copy.has_aich = true;
	memcpy(entry.copy.aich_root, root, AICH_SIZE);
	entry.aich_parts = parts;
	entry.n_aich_parts = 3;
	assert_int_equal(edit_put(&e, &entry), 0);
	entry.copy.has_aich = false;
	assert_int_equal(edit_put(&e, &entry), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/x/large", &copy), STORE_FOUND);
	assert_true(copy.has_aich);
	assert_memory_equal(copy.aich_root, root, AICH_SIZE);
	assert_int_equal(
	    store_aich_parts(&e.store, hash_a, out, 3), STORE_FOUND);
	assert_memory_equal(out, parts, sizeof out);
	assert_int_equal(
	    store_aich_parts(&e.store, hash_a, out, 2), STORE_UNKNOWN);

	assert_int_equal(edit_remove_hash(&e, hash_a), 0);
	assert_int_equal(
	    store_aich_parts(&e.store, hash_a, out, 3), STORE_UNKNOWN);
	/* not shared any more: nothing to put them to */
	assert_int_equal(edit_put_aich(&e, hash_a, root, parts, 3), 0);
	assert_int_equal(
	    store_aich_parts(&e.store, hash_a, out, 3), STORE_UNKNOWN);
	edit_close(&e);
}

static void
a_comment_is_kept_replaced_and_taken_back(void **state)
{
	struct store_comment in = {.rating = 5, .text = "fine", .len = 4}, out;
	struct edit e;

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/one");
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_UNKNOWN);
	assert_int_equal(edit_set_comment(&e, hash_a, &in), 0);
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_FOUND);
	assert_int_equal(out.rating, 5);
	assert_int_equal(out.len, 4);
	assert_memory_equal(out.text, "fine", 4);
	in = (struct store_comment){.rating = 1};
	assert_int_equal(edit_set_comment(&e, hash_a, &in), 0);
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_FOUND);
	assert_int_equal(out.rating, 1);
	assert_int_equal(out.len, 0);
	in.rating = 0;
	assert_int_equal(edit_set_comment(&e, hash_a, &in), 0);
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_UNKNOWN);
	/* a comment of what is not shared is refused, and one goes with it */
	in.rating = 3;
	assert_int_not_equal(edit_set_comment(&e, hash_b, &in), 0);
	assert_int_equal(edit_set_comment(&e, hash_a, &in), 0);
	assert_int_equal(edit_remove_hash(&e, hash_a), 0);
	assert_int_equal(store_comment(&e.store, hash_a, &out), STORE_UNKNOWN);
	edit_close(&e);
}

static void
a_group_is_there_as_a_whole(void **state)
{
	struct edit e;
	struct store reader;
	struct seen seen;

	(void)state;
	open_fresh(&e);
	assert_int_equal(edit_group_end(&e), 0); /* there is none */
	assert_int_equal(store_open(&reader, e.store.db.path), 0);
	assert_int_equal(edit_group_begin(&e), 0);
	assert_int_equal(edit_group_begin(&e), 0);
	put(&e, hash_a, "/one");
	put(&e, hash_b, "/two");
	find(&reader, hash_a, &seen);
	assert_int_equal(seen.n, 0);
	assert_int_equal(edit_group_end(&e), 0);
	find(&reader, hash_a, &seen);
	assert_int_equal(seen.n, 1);
	find(&reader, hash_b, &seen);
	assert_int_equal(seen.n, 1);
	store_close(&reader);
	edit_close(&e);
}

static void
a_fault_in_a_group_undoes_all_of_it(void **state)
{
	const struct store_comment comment = {.rating = 5};
	struct edit e;
	struct seen seen;
	int fault;

	(void)state;
	open_fresh(&e);
	assert_int_equal(edit_group_begin(&e), 0);
	put(&e, hash_a, "/one");
	/* a comment on what is not shared is refused */
	fault = edit_set_comment(&e, hash_b, &comment);
	assert_int_not_equal(fault, 0);
	assert_int_equal(put_file(&e, hash_b, "/two"), fault);
	assert_int_equal(edit_group_begin(&e), fault);
	assert_int_equal(edit_group_end(&e), fault);
	find(&e.store, hash_a, &seen);
	assert_int_equal(seen.n, 0);
	find(&e.store, hash_b, &seen);
	assert_int_equal(seen.n, 0);
	/* the next change begins anew */
	put(&e, hash_a, "/one");
	find(&e.store, hash_a, &seen);
	assert_int_equal(seen.n, 1);
	edit_close(&e);
}

static void
what_was_not_ended_is_undone(void **state)
{
	char path[PATH_MAX];
	struct edit e;
	struct seen seen;

	(void)state;
	open_fresh(&e);
	memcpy(path, e.store.db.path, sizeof path);
	assert_int_equal(edit_group_begin(&e), 0);
	put(&e, hash_a, "/one");
	edit_close(&e);
	assert_int_equal(edit_open(&e, path), 0);
	find(&e.store, hash_a, &seen);
	assert_int_equal(seen.n, 0);
	edit_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_longest_root_above_a_path_is_its_root),
	    cmocka_unit_test(a_file_in_the_top_directory_has_the_root_slash),
	    cmocka_unit_test(a_path_holds_one_content_and_a_content_many_paths),
	    cmocka_unit_test(removing_takes_everything_along),
	    cmocka_unit_test(aich_hashes_are_kept_and_go_with_their_file),
	    cmocka_unit_test(a_comment_is_kept_replaced_and_taken_back),
	    cmocka_unit_test(a_group_is_there_as_a_whole),
	    cmocka_unit_test(a_fault_in_a_group_undoes_all_of_it),
	    cmocka_unit_test(what_was_not_ended_is_undone),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
