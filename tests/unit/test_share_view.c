/*
 * What is to be announced: in which order, and what is left out.
 * SPDX-License-Identifier: ISC
 */
#include "announce/share_view.h"
#include "share_rig.h"

#include "base/log.h"
#include "index/roots.h"
#include "index/snapshot.h"

static const uint8_t hash_c[HASH_SIZE] = {0xC};

static struct edit e;
static struct share_view view;
static uint64_t now;

/* A database of this test alone, with a, b and c in a directory. */
static const char *
make_share(size_t limit)
{
	static char dir[PATH_MAX + 8], path[PATH_MAX + 16];
	static const uint8_t *const hashes[] = {hash_a, hash_b, hash_c};

	open_fresh(&e);
	snprintf(dir, sizeof dir, "%s.files", e.store.db.path);
	assert_int_equal(mkdir(dir, 0755), 0);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s/%c", dir, 'a' + i);
		put(&e, hashes[i], path);
	}
	/* not before and after a second began: the newer ones come first */
	assert_int_equal(
	    db_exec(&e.store.db, "UPDATE file SET added_s = 1"), 0);
	now = 1000;
	share_view_init(&view, e.store.db.path, limit);
	return dir;
}

static void
end_share(void)
{
	share_view_close(&view);
	share_view_close(&view);
	edit_close(&e);
}

static void
update(enum share_view_result wanted)
{
	assert_int_equal(share_view_update(&view, now), wanted);
	now = share_view_deadline(&view);
}

/* Are these its entries? "ba": b, then a. */
static void
has(const char *names)
{
	assert_int_equal(view.n, strlen(names));
	for (size_t i = 0; i < view.n; i++)
		assert_int_equal(view.entries[i].hash[0], 0xA + names[i] - 'a');
}

static const char *
path_in(const char *dir, const char *name)
{
	static char path[PATH_MAX];

	assert_true(snprintf(path, sizeof path, "%s/%s", dir, name) < PATH_MAX);
	return path;
}

static void
the_higher_priority_comes_first_and_then_the_newer(void **state)
{
	(void)state;
	make_share(10);
	assert_int_equal(edit_set_priority(&e, hash_c, STORE_PRIORITY_HIGH), 0);
	assert_int_equal(edit_set_priority(&e, hash_a, STORE_PRIORITY_LOW), 0);
	update(SHARE_VIEW_NEW);
	has("cba");
	assert_int_equal(edit_set_priority(&e, hash_a, STORE_PRIORITY_HIGH), 0);
	/* by SQL: when a content was added is never changed */
	assert_int_equal(db_exec(&e.store.db,
			     "UPDATE file SET added_s = added_s + 1 "
			     "WHERE hash = x'0A' || zeroblob(15)"),
	    0);
	update(SHARE_VIEW_NEW);
	has("acb");
	end_share();
}

static void
no_more_than_the_limit_and_the_best_of_them(void **state)
{
	(void)state;
	make_share(1);
	assert_int_equal(edit_set_priority(&e, hash_b, STORE_PRIORITY_HIGH), 0);
	update(SHARE_VIEW_NEW);
	has("b");
	assert_int_equal(view.n_all, 3);
	end_share();
}

static void
what_did_not_change_is_not_read_again_before_its_time(void **state)
{
	(void)state;
	make_share(10);
	update(SHARE_VIEW_NEW);
	while (now < 1000 + SHARE_VIEW_READ_MS)
		update(SHARE_VIEW_SAME);
	update(SHARE_VIEW_NEW);
	assert_int_equal(share_view_update(&view, now - 1), SHARE_VIEW_SAME);
	end_share();
}

static void
what_is_added_is_seen_at_the_next_look_and_what_is_removed(void **state)
{
	static const uint8_t hash_d[HASH_SIZE] = {0xD};
	const char *dir = make_share(10);

	(void)state;
	update(SHARE_VIEW_NEW);
	put(&e, hash_d, path_in(dir, "d"));
	update(SHARE_VIEW_NEW);
	assert_int_equal(view.n, 4);
	assert_int_equal(edit_remove_hash(&e, hash_d), 0);
	assert_int_equal(edit_remove_path(&e, path_in(dir, "c")), 0);
	update(SHARE_VIEW_NEW);
	has("ab");
	end_share();
}

static void
what_is_damaged_or_kept_out_is_not_announced(void **state)
{
	const char *dir = make_share(10);

	(void)state;
	assert_int_equal(edit_set_damaged(&e, path_in(dir, "a")), 0);
	assert_int_equal(
	    edit_set_announce_path(&e, path_in(dir, "b"), false), 0);
	update(SHARE_VIEW_NEW);
	has("c");
	/* one copy is sound; one copy is not to be announced */
	put(&e, hash_a, path_in(dir, "a2"));
	put(&e, hash_b, path_in(dir, "b2"));
	update(SHARE_VIEW_NEW);
	has("ac");
	assert_int_equal(roots_set_announce(&e, dir, false), 0);
	update(SHARE_VIEW_NEW);
	has("");
	end_share();
}

static void
what_is_on_a_disk_that_is_gone_is_not_announced_until_it_is_back(void **state)
{
	const char *dir = make_share(10);

	(void)state;
	update(SHARE_VIEW_NEW);
	has("abc");
	assert_int_equal(rmdir(dir), 0);
	now += SHARE_VIEW_READ_MS;
	update(SHARE_VIEW_NEW);
	has("");
	/* another directory has the name: the disk is not mounted */
	assert_int_equal(mkdir(dir, 0755), 0);
	assert_int_equal(roots_put_inode(&e, dir, 1), 0);
	update(SHARE_VIEW_NEW);
	has("");
	end_share();
}

static void
a_file_is_known_by_its_oldest_sound_name(void **state)
{
	const char *dir = make_share(10);
	struct share_file file;

	(void)state;
	assert_int_equal(share_view_file(&view, hash_a, &file), STORE_FAILED);
	put(&e, hash_a, path_in(dir, "second"));
	assert_int_equal(edit_set_damaged(&e, path_in(dir, "a")), 0);
	update(SHARE_VIEW_NEW);
	assert_int_equal(share_view_file(&view, hash_a, &file), STORE_FOUND);
	assert_string_equal(file.name, "second");
	assert_int_equal(file.size, 5);
	assert_memory_equal(file.hash, hash_a, HASH_SIZE);
	assert_int_equal(edit_remove_hash(&e, hash_a), 0);
	assert_int_equal(share_view_file(&view, hash_a, &file), STORE_UNKNOWN);
	end_share();
}

/* Have the view look at a snapshot. Returns its path. */
static const char *
look_at_snapshot(void)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%s", temp_path("snapshot.db"));
	assert_int_equal(snapshot_write(&e.store, path), 0);
	share_view_init(&view, path, 10);
	return path;
}

static void
a_database_that_is_gone_leaves_the_entries_and_is_found_again(void **state)
{
	const char *path, *away = temp_path("away.db");

	(void)state;
	log_set_level(LOG_LEVEL_NONE);
	make_share(10);
	path = look_at_snapshot();
	update(SHARE_VIEW_NEW);
	assert_int_equal(rename(path, away), 0);
	update(SHARE_VIEW_FAILED);
	has("abc");
	/* it is not tried at each look, but later and later */
	update(SHARE_VIEW_SAME);
	update(SHARE_VIEW_SAME);
	update(SHARE_VIEW_FAILED);
	for (int i = 0; i < 5; i++)
		update(SHARE_VIEW_SAME);
	/* at once when something is there */
	assert_int_equal(rename(away, path), 0);
	update(SHARE_VIEW_NEW);
	has("abc");
	end_share();
	log_set_level(LOG_LEVEL_INFO);
}

static void
a_snapshot_that_was_replaced_is_read_anew(void **state)
{
	const char *path;

	(void)state;
	make_share(10);
	path = look_at_snapshot();
	update(SHARE_VIEW_NEW);
	assert_int_equal(edit_remove_hash(&e, hash_a), 0);
	update(SHARE_VIEW_SAME);
	assert_int_equal(snapshot_write(&e.store, path), 0);
	update(SHARE_VIEW_NEW);
	has("bc");
	end_share();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		the_higher_priority_comes_first_and_then_the_newer),
	    cmocka_unit_test(no_more_than_the_limit_and_the_best_of_them),
	    cmocka_unit_test(
		what_did_not_change_is_not_read_again_before_its_time),
	    cmocka_unit_test(
		what_is_added_is_seen_at_the_next_look_and_what_is_removed),
	    cmocka_unit_test(what_is_damaged_or_kept_out_is_not_announced),
	    cmocka_unit_test(
		what_is_on_a_disk_that_is_gone_is_not_announced_until_it_is_back),
	    cmocka_unit_test(a_file_is_known_by_its_oldest_sound_name),
	    cmocka_unit_test(
		a_database_that_is_gone_leaves_the_entries_and_is_found_again),
	    cmocka_unit_test(a_snapshot_that_was_replaced_is_read_anew),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
