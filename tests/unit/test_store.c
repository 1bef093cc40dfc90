/*
 * store/store.c and store/db.c on real databases.
 * SPDX-License-Identifier: ISC
 */
#include "share_rig.h"

#include <sysexits.h>

static void
what_is_put_is_found(void **state)
{
	struct edit e;
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
	edit_close(&e);
	edit_close(&e);
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
	struct edit e;
	uint8_t hash[HASH_SIZE];
	uint64_t n, bytes;
	size_t n_aich = 0;

	(void)state;
	open_fresh(&e);
	assert_int_equal(
	    store_next_without_aich(&e.store, NULL, hash), STORE_UNKNOWN);
	put(&e, hash_b, "/b");
	put(&e, hash_a, "/a");
	assert_int_equal(store_count_without_aich(&e.store, &n, &bytes), 0);
	assert_int_equal(n, 2);
	assert_int_equal(bytes, 10);
	assert_int_equal(
	    store_next_without_aich(&e.store, NULL, hash), STORE_FOUND);
	assert_memory_equal(hash, hash_a, HASH_SIZE);
	assert_int_equal(
	    store_next_without_aich(&e.store, hash, hash), STORE_FOUND);
	assert_memory_equal(hash, hash_b, HASH_SIZE);
	assert_int_equal(
	    store_next_without_aich(&e.store, hash, hash), STORE_UNKNOWN);
	assert_int_equal(edit_put_aich(&e, hash_a, root, NULL, 0), 0);
	assert_int_equal(
	    store_next_without_aich(&e.store, NULL, hash), STORE_FOUND);
	assert_memory_equal(hash, hash_b, HASH_SIZE);
	assert_int_equal(store_count_without_aich(&e.store, &n, &bytes), 0);
	assert_int_equal(n, 1);
	store_each(&e.store, count_aich, &n_aich);
	assert_int_equal(n_aich, 1);
	edit_close(&e);
}

static void
a_reader_reads_while_a_writer_writes_and_after(void **state)
{
	char path[PATH_MAX];
	uint8_t mine[HASH_SIZE], again[HASH_SIZE];
	struct edit e;
	struct store s;
	struct seen seen;

	(void)state;
	snprintf(path, sizeof path, "%s", temp_path("shared.db"));
	assert_int_equal(edit_create(&e, path), 0);
	assert_int_equal(store_open(&s, path), 0);
	assert_int_equal(store_user_hash(&s, mine), STORE_FOUND);
	assert_int_equal(mine[5], 0x0E);
	assert_int_equal(mine[14], 0x6F);
	put(&e, hash_a, "/one");
	find(&s, hash_a, &seen);
	assert_int_equal(seen.n, 1);
	edit_close(&e);
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
	struct edit e;

	(void)state;
	assert_int_equal(store_open(&s, temp_path("nowhere.db")), EX_CONFIG);
	temp_file("text", 5000, 'x');
	assert_int_equal(store_open(&s, temp_path("text")), EX_CONFIG);
	assert_int_equal(edit_open(&e, temp_path("text")), EX_CONFIG);
	temp_file("empty", 0, 0);
	assert_int_equal(store_open(&s, temp_path("empty")), EX_CONFIG);
	store_close(&s);
}

static void
a_reader_cannot_write(void **state)
{
	char path[PATH_MAX];
	struct edit e;
	struct store s;

	(void)state;
	snprintf(path, sizeof path, "%s", temp_path("readonly.db"));
	assert_int_equal(edit_create(&e, path), 0);
	edit_close(&e);
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
	    cmocka_unit_test(files_without_aich_are_found_one_after_another),
	    cmocka_unit_test(a_reader_reads_while_a_writer_writes_and_after),
	    cmocka_unit_test(what_is_no_share_database_is_refused),
	    cmocka_unit_test(a_reader_cannot_write),
	    cmocka_unit_test(the_name_of_a_path_is_its_last_component),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
