/* store/cover.c on real databases. SPDX-License-Identifier: ISC */
#include "share_rig.h"

#include "store/cover.h"
#include "index/edit_copy.h"
#include "index/roots.h"

static const struct rules no_rules = {0};
static struct cover cover;

/* The cover of these roots. */
static void
find_cover(const char *const roots[], size_t n)
{
	struct edit e;

	open_fresh(&e);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(roots_put(&e, roots[i], &no_rules), 0);
	cover_find(&cover, &e.store);
	edit_close(&e);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

#define FIND(...)                                                              \
	do {                                                                   \
		static const char *const roots[] = {__VA_ARGS__};              \
		find_cover(roots, ARRAY_LEN(roots));                           \
	} while (0)

#define ASSERT_COVER(...)                                                      \
	do {                                                                   \
		static const char *const dirs[] = {__VA_ARGS__};               \
		qsort(cover.dirs, cover.n, PATH_MAX, compare);                 \
		assert_int_equal(cover.n, ARRAY_LEN(dirs));                    \
		for (size_t i = 0; i < cover.n; i++)                           \
			assert_string_equal(cover.dirs[i], dirs[i]);           \
	} while (0)

/* Files in the cover. */
static void
check_files(const char *const files[], size_t n)
{
	assert_int_equal(cover.n_files, n);
	for (size_t i = 0; i < n; i++) {
		bool found = false;

		for (size_t j = 0; j < n; j++)
			found |= strcmp(cover_file(&cover, j), files[i]) == 0;
		assert_true(found);
	}
}

static void
few_single_files_are_covered_by_themselves(void **state)
{
	static const char *const files[] = {"/etc/motd", "/srv/a/b", "/x"};
	struct edit e;

	(void)state;
	open_fresh(&e);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		put(&e, hash_a, files[i]);
	cover_find(&cover, &e.store);
	assert_int_equal(cover.n, 0);
	check_files(files, ARRAY_LEN(files));
	/* those in a directory that is walked are covered by that */
	assert_int_equal(roots_put(&e, "/home/me", &no_rules), 0);
	put(&e, hash_a, "/home/me/one");
	cover_find(&cover, &e.store);
	ASSERT_COVER("/home/me");
	check_files(files, ARRAY_LEN(files));
	edit_close(&e);
}

static void
many_single_files_are_covered_by_directories(void **state)
{
	char path[64];
	struct edit e;

	(void)state;
	open_fresh(&e);
	for (int i = 0; i < COVER_FILES_MAX; i++) {
		snprintf(path, sizeof path, "/srv/%d/%d", i % 3, i);
		put(&e, hash_a, path);
	}
	cover_find(&cover, &e.store);
	assert_int_equal(cover.n, 0);
	assert_int_equal(cover.n_files, COVER_FILES_MAX);
	put(&e, hash_a, "/srv/2/more");
	cover_find(&cover, &e.store);
	ASSERT_COVER("/srv/0", "/srv/1", "/srv/2");
	assert_int_equal(cover.n_files, 0);
	edit_close(&e);
}

static void
long_paths_are_covered_by_directories(void **state)
{
	static char path[COVER_BYTES_MAX / 4 + 1];
	struct edit e;

	(void)state;
	open_fresh(&e);
	memset(path, 'x', sizeof path - 1);
	memcpy(path, "/a/", 3);
	for (char i = 'a'; i <= 'c'; i++) {
		path[sizeof path - 2] = i;
		put(&e, hash_a, path);
	}
	cover_find(&cover, &e.store);
	assert_int_equal(cover.n_files, 3);
	path[sizeof path - 2] = 'd';
	put(&e, hash_a, path);
	cover_find(&cover, &e.store);
	assert_int_equal(cover.n_files, 0);
	ASSERT_COVER("/a");
	edit_close(&e);
}

static void
few_roots_are_the_cover(void **state)
{
	(void)state;
	find_cover(NULL, 0);
	assert_int_equal(cover.n, 0);
	FIND("/srv/archive");
	ASSERT_COVER("/srv/archive");
	FIND("/srv/archive/b", "/home/me/music", "/srv/archive/a");
	ASSERT_COVER("/home/me/music", "/srv/archive/a", "/srv/archive/b");
}

static void
a_root_covers_what_is_beneath_it(void **state)
{
	(void)state;
	FIND("/srv/a/b/c", "/srv/a", "/srv/a/b");
	ASSERT_COVER("/srv/a");
	FIND("/srv/a", "/", "/etc");
	ASSERT_COVER("/");
}

/* '-' and '.' come before '/', '0' and letters behind it. */
static void
names_that_begin_alike_are_different(void **state)
{
	(void)state;
	FIND("/srv", "/srv-1", "/srv.old/x", "/srv/a", "/srv0", "/srvx/y",
	    "/srv\x01");
	ASSERT_COVER(
	    "/srv", "/srv\x01", "/srv-1", "/srv.old/x", "/srv0", "/srvx/y");
	FIND("/s/a/x", "/s/a-b/x", "/s/a/y", "/s/a-b", "/s/a");
	ASSERT_COVER("/s/a", "/s/a-b");
}

static void
many_roots_are_covered_by_what_is_above_them(void **state)
{
	static char names[200][64];
	static const char *roots[200];

	(void)state;
	for (int i = 0; i < 198; i++) {
		snprintf(
		    names[i], sizeof names[i], "/srv/archive/%d/%d", i / 40, i);
		roots[i] = names[i];
	}
	roots[198] = "/home/me/music";
	roots[199] = "/srv/iso";
	find_cover(roots, 200);
	ASSERT_COVER("/home/me/music", "/srv/archive/0", "/srv/archive/1",
	    "/srv/archive/2", "/srv/archive/3", "/srv/archive/4", "/srv/iso");
}

/* "/" would cover all, and all that is not shared besides. */
static void
nothing_makes_it_the_whole_tree(void **state)
{
	static char names[COVER_MAX + 1][64];
	static const char *roots[COVER_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COVER_MAX + 1; i++) {
		snprintf(names[i], sizeof names[i], "/disk%zu/x", i);
		roots[i] = names[i];
	}
	find_cover(roots, COVER_MAX + 1);
	assert_int_equal(cover.n, COVER_MAX);
	for (size_t i = 0; i < cover.n; i++)
		assert_memory_equal(cover.dirs[i], "/disk", 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(few_roots_are_the_cover),
	    cmocka_unit_test(a_root_covers_what_is_beneath_it),
	    cmocka_unit_test(names_that_begin_alike_are_different),
	    cmocka_unit_test(many_roots_are_covered_by_what_is_above_them),
	    cmocka_unit_test(nothing_makes_it_the_whole_tree),
	    cmocka_unit_test(few_single_files_are_covered_by_themselves),
	    cmocka_unit_test(many_single_files_are_covered_by_directories),
	    cmocka_unit_test(long_paths_are_covered_by_directories),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
