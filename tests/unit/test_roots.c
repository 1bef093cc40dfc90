/*
 * index/roots.c, index/astray.c and index/presence.c: what refresh remembers.
 * SPDX-License-Identifier: ISC
 */
#include "share_rig.h"

#include "index/astray.h"
#include "index/roots.h"

static size_t
count_beneath(struct edit *e, const char *dir)
{
	struct store_row row = {0};
	size_t n = 0;

	while (store_next(&e->store, dir, &row) == STORE_FOUND)
		n++;
	return n;
}

static void
a_root_is_kept_with_its_rules_until_it_gets_others(void **state)
{
	const struct rules some = {
	    .every = true, .exclude = {{"*.txt", "\xFF/*"}, 2}};
	const struct rules none = {0};
	struct rules kept;
	struct edit e;
	struct root root;

	(void)state;
	open_fresh(&e);
	assert_int_equal(roots_find(&e, temp_dir, &root), STORE_UNKNOWN);
	assert_int_equal(roots_put(&e, temp_dir, &some), 0);
	assert_int_equal(roots_find(&e, temp_dir, &root), STORE_FOUND);
	assert_true(root.walk && root.every && root.has_inode);
	assert_int_equal(roots_rules(&e, &root, &kept), 0);
	assert_true(kept.every);
	assert_int_equal(kept.exclude.n, 2);
	assert_string_equal(kept.exclude.items[0], "*.txt");
	assert_string_equal(kept.exclude.items[1], "\xFF/*");
	roots_free_rules(&kept);
	assert_int_equal(roots_put(&e, temp_dir, &none), 0);
	assert_int_equal(roots_find(&e, temp_dir, &root), STORE_FOUND);
	assert_int_equal(roots_rules(&e, &root, &kept), 0);
	assert_false(kept.every);
	assert_int_equal(kept.exclude.n, 0);
	roots_free_rules(&kept);
	edit_close(&e);
}

static void
beneath_means_beneath(void **state)
{
	const struct rules none = {0};
	struct root root = {0};
	struct edit e;

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/srv/a/2/3"); /* its root is /srv/a/2 */
	put(&e, hash_a, "/srv/a/1");
	put(&e, hash_a, "/srv/a!");
	put(&e, hash_a, "/srv/a0");
	put(&e, hash_a, "/srv/ab/1");
	assert_int_equal(count_beneath(&e, "/srv/a"), 2);
	assert_int_equal(count_beneath(&e, "/"), 5);
	assert_int_equal(count_beneath(&e, "/srv/a/1"), 0);
	assert_int_equal(roots_put(&e, "/", &none), 0);
	assert_int_equal(roots_put(&e, "/srv/a!", &none), 0);
	assert_int_equal(roots_next(&e, "/srv/a", &root), STORE_FOUND);
	assert_string_equal(root.path, "/srv/a/2");
	assert_false(root.walk);
	assert_int_equal(roots_next(&e, "/srv/a", &root), STORE_UNKNOWN);
	edit_close(&e);
}

static void
what_is_removed_by_hand_stays_so(void **state)
{
	const struct rules none = {0};
	struct edit e;

	(void)state;
	open_fresh(&e);
	assert_int_equal(roots_put(&e, "/srv", &none), 0);
	put(&e, hash_a, "/srv/a");
	put(&e, hash_a, "/srv/b");
	put(&e, hash_b, "/srv/c/d");
	assert_int_equal(edit_drop_path(&e, "/srv/a"), 0);
	assert_int_equal(roots_is_removed(&e, "/srv/a"), STORE_UNKNOWN);
	put(&e, hash_a, "/srv/a");
	assert_int_equal(edit_remove_path(&e, "/srv/a"), 0);
	assert_int_equal(roots_is_removed(&e, "/srv/a"), STORE_FOUND);
	assert_int_equal(edit_remove_hash(&e, hash_a), 0);
	assert_int_equal(roots_is_removed(&e, "/srv/b"), STORE_FOUND);
	assert_int_equal(roots_remove(&e, "/srv/c"), 0);
	assert_int_equal(roots_is_removed(&e, "/srv/c"), STORE_FOUND);
	assert_int_equal(count_beneath(&e, "/"), 0);
	/* shared again, by itself and with its root */
	put(&e, hash_a, "/srv/a");
	assert_int_equal(roots_is_removed(&e, "/srv/a"), STORE_UNKNOWN);
	assert_int_equal(roots_is_removed(&e, "/srv/b"), STORE_FOUND);
	assert_int_equal(roots_put(&e, "/srv", &none), 0);
	assert_int_equal(roots_is_removed(&e, "/srv/b"), STORE_UNKNOWN);
	assert_int_equal(roots_is_removed(&e, "/srv/c"), STORE_UNKNOWN);
	edit_close(&e);
}

static bool
take(void *ctx, const char *path)
{
	snprintf(ctx, PATH_MAX, "%s", path);
	return true;
}

static void
the_longest_mount_point_above_a_path_is_found(void **state)
{
	struct edit e;
	char found[PATH_MAX];

	(void)state;
	open_fresh(&e);
	assert_int_equal(roots_put_mount_point(&e, "/srv"), 0);
	assert_int_equal(roots_put_mount_point(&e, "/srv/\xFF"), 0);
	assert_int_equal(
	    store_mount_points_above(&e.store, "/srv/\xFF/b/c", take, found),
	    STORE_FOUND);
	assert_string_equal(found, "/srv/\xFF");
	assert_int_equal(store_mount_points_above(&e.store,
			     "/srv/\xFF"
			     "b",
			     take, found),
	    STORE_FOUND);
	assert_string_equal(found, "/srv");
	assert_int_equal(
	    store_mount_points_above(&e.store, "/srv2/a", take, found),
	    STORE_UNKNOWN);
	edit_close(&e);
}

static void
a_file_is_known_again_unless_its_inode_was_given_twice(void **state)
{
	const struct copy_facts now = {5, 6, 7, 0}, later = {5, 8, 7, 0};
	struct store_copy copy = {.size = 5,
	    .path = "/srv/a",
	    .root = "/srv",
	    .mtime_ns = 6,
	    .inode = 7};
	struct edit e;
	struct astray a = {0};
	char path[PATH_MAX];

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/srv/a");
	memcpy(copy.hash, hash_a, HASH_SIZE);
	assert_int_equal(astray_open(&e), 0);
	assert_int_equal(astray_put(&e, &copy, COPY_MISSING), 0);
	assert_int_equal(astray_by_inode(&e, &now, 0, path), STORE_FOUND);
	assert_string_equal(path, "/srv/a");
	assert_int_equal(astray_by_inode(&e, &later, 0, path), STORE_UNKNOWN);
	/* a file that was born after the content was shared is another one */
	assert_int_equal(
	    astray_by_inode(&e, &now, INT64_MAX, path), STORE_UNKNOWN);
	assert_int_equal(astray_by_hash(&e, hash_b, path), STORE_UNKNOWN);
	assert_int_equal(astray_by_hash(&e, hash_a, path), STORE_FOUND);
	/* found once, found for good */
	assert_int_equal(astray_spend(&e, "/srv/a"), 0);
	assert_int_equal(astray_by_inode(&e, &now, 0, path), STORE_UNKNOWN);
	assert_int_equal(astray_by_hash(&e, hash_a, path), STORE_UNKNOWN);
	assert_int_equal(astray_next(&e, &a), STORE_FOUND);
	assert_int_equal(a.state, ASTRAY_SPENT);
	assert_string_equal(a.root, "/srv");
	assert_int_equal(astray_next(&e, &a), STORE_UNKNOWN);
	edit_close(&e);
}

static void
a_move_keeps_the_content_and_what_is_said_of_it(void **state)
{
	const struct store_comment comment = {.rating = 4};
	struct store_comment kept;
	struct store_copy copy;
	struct edit e;

	(void)state;
	open_fresh(&e);
	put(&e, hash_a, "/srv/old/a");
	assert_int_equal(edit_set_comment(&e, hash_a, &comment), 0);
	assert_int_equal(edit_move(&e, "/srv/old/a", "/srv/new/b"), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/srv/old/a", &copy), STORE_UNKNOWN);
	assert_int_equal(
	    store_find_path(&e.store, "/srv/new/b", &copy), STORE_FOUND);
	assert_int_equal(store_comment(&e.store, hash_a, &kept), STORE_FOUND);
	assert_int_equal(edit_set_damaged(&e, "/srv/new/b"), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/srv/new/b", &copy), STORE_FOUND);
	assert_true(copy.damaged && copy.ctime_ns == ANY_CTIME);
	assert_int_equal(edit_set_sound(&e, "/srv/new/b", 77), 0);
	assert_int_equal(
	    store_find_path(&e.store, "/srv/new/b", &copy), STORE_FOUND);
	assert_true(!copy.damaged && copy.ctime_ns == 77);
	assert_int_equal(edit_set_damaged(&e, "/srv/new/b"), 0);
	assert_int_equal(store_is_announced(&e.store, hash_a), STORE_FOUND);
	assert_int_equal(edit_set_announce_path(&e, "/srv/new/b", false), 0);
	assert_int_equal(store_is_announced(&e.store, hash_a), STORE_UNKNOWN);
	put(&e, hash_a, "/srv/new/b"); /* hashed again, and sound */
	assert_int_equal(store_is_announced(&e.store, hash_a), STORE_UNKNOWN);
	assert_int_equal(
	    store_find_path(&e.store, "/srv/new/b", &copy), STORE_FOUND);
	assert_true(!copy.damaged && copy.ctime_ns == ANY_CTIME);
	edit_close(&e);
}

static void
a_root_that_is_gone_or_another_one_is_offline(void **state)
{
	struct edit e;
	struct presence is;
	struct store_copy copy = {.has_root_inode = true};
	char root[PATH_MAX], path[PATH_MAX];

	(void)state;
	open_fresh(&e);
	snprintf(root, sizeof root, "%s", temp_path("root"));
	snprintf(path, sizeof path, "%s", temp_path("root/file"));
	copy.root = root;
	copy.path = path;
	assert_false(presence_stat(root, &is));
	assert_int_equal(presence_state(&e.store, &copy), COPY_OFFLINE);
	mkdir(root, 0755);
	assert_true(presence_stat(root, &is));
	assert_false(is.is_mount);
	copy.root_inode = is.inode;
	assert_int_equal(presence_state(&e.store, &copy), COPY_MISSING);
	copy.root_inode++;
	assert_int_equal(presence_state(&e.store, &copy), COPY_OFFLINE);
	copy.has_root_inode = false;
	assert_int_equal(presence_state(&e.store, &copy), COPY_MISSING);
	/* it was a mount point and is none now */
	assert_int_equal(roots_put_mount_point(&e, root), 0);
	assert_int_equal(presence_state(&e.store, &copy), COPY_OFFLINE);
	assert_true(presence_stat("/proc", &is));
	assert_true(is.is_mount);
	edit_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		a_root_is_kept_with_its_rules_until_it_gets_others),
	    cmocka_unit_test(beneath_means_beneath),
	    cmocka_unit_test(what_is_removed_by_hand_stays_so),
	    cmocka_unit_test(the_longest_mount_point_above_a_path_is_found),
	    cmocka_unit_test(
		a_file_is_known_again_unless_its_inode_was_given_twice),
	    cmocka_unit_test(a_move_keeps_the_content_and_what_is_said_of_it),
	    cmocka_unit_test(a_root_that_is_gone_or_another_one_is_offline),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
