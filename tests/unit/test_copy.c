/*
 * store/copy.c, index/scan.c and serve/data/shared_file.c on real files.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "serve/data/shared_file.h"
#include "store/copy.h"
#include "index/scan.h"
#include "index/edit_copy.h"

/* The copy that a file is, as recorded now. */
static struct store_copy
record(const char *path, const char *root)
{
	struct store_copy copy = {.path = path, .root = root};
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	copy.size = (uint64_t)st.st_size;
	copy.mtime_ns =
	    st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
	copy.inode = st.st_ino;
	copy.ctime_ns =
	    st.st_ctim.tv_sec * INT64_C(1000000000) + st.st_ctim.tv_nsec;
	return copy;
}

static enum copy_state
state_of(const struct store_copy *copy)
{
	struct copy_facts now;
	int fd;
	enum copy_state state = copy_open(copy, &fd, &now);

	assert_int_equal(fd >= 0, state == COPY_OK);
	if (fd >= 0)
		close(fd);
	return state;
}

static void
an_unchanged_file_opens_and_a_changed_one_does_not(void **state)
{
	char path[PATH_MAX];
	struct store_copy copy, other;

	(void)state;
	snprintf(path, sizeof path, "%s", temp_file("f", 100, 1));
	copy = record(path, temp_dir);
	assert_int_equal(state_of(&copy), COPY_OK);
	other = copy;
	other.size++;
	assert_int_equal(state_of(&other), COPY_CHANGED);
	other = copy;
	other.mtime_ns++;
	assert_int_equal(state_of(&other), COPY_CHANGED);
	other = copy;
	other.inode++;
	assert_int_equal(state_of(&other), COPY_CHANGED);
	unlink(path);
	assert_int_equal(state_of(&copy), COPY_MISSING);
}

static void
a_file_with_another_ctime_opens_and_that_is_told(void **state)
{
	struct store_copy copy = record(temp_file("ctime", 100, 1), temp_dir);
	struct copy_facts now;
	int fd;

	(void)state;
	assert_int_equal(copy_open(&copy, &fd, &now), COPY_OK);
	assert_true(now.ctime_ns == copy.ctime_ns);
	usleep(20000); /* a tick of the clock */
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_true(now.ctime_ns == copy.ctime_ns);
	assert_int_equal(copy_check(fd, &now), COPY_OK);
	assert_true(now.ctime_ns > copy.ctime_ns);
	close(fd);
	assert_int_equal(copy_open(&copy, &fd, &now), COPY_OK);
	assert_true(now.ctime_ns > copy.ctime_ns);
	close(fd);
}

static void
nothing_outside_the_root_is_opened(void **state)
{
	char path[PATH_MAX], inside[PATH_MAX], dotdot[PATH_MAX + 16];
	struct store_copy copy;

	(void)state;
	snprintf(path, sizeof path, "%s", temp_file("outside", 100, 1));
	mkdir(temp_path("root"), 0755);
	snprintf(inside, sizeof inside, "%s", temp_path("root"));
	/* a path that is not beneath its root */
	copy = record(path, inside);
	assert_int_equal(state_of(&copy), COPY_MISSING);
	/* one that climbs out */
	snprintf(dotdot, sizeof dotdot, "%s/../outside", inside);
	copy = record(dotdot, inside);
	assert_int_not_equal(state_of(&copy), COPY_OK);
	/* a symbolic link out, and one on the way */
	assert_int_equal(symlink(path, temp_path("root/link")), 0);
	copy = record(temp_path("root/link"), inside);
	assert_int_equal(state_of(&copy), COPY_CHANGED);
	assert_int_equal(symlink("..", temp_path("root/up")), 0);
	copy = record(temp_path("root/up/outside"), inside);
	assert_int_equal(state_of(&copy), COPY_CHANGED);
}

static void
a_fifo_in_the_place_of_a_file_does_not_stop_us(void **state)
{
	char path[PATH_MAX];
	struct store_copy copy;

	(void)state;
	snprintf(path, sizeof path, "%s", temp_path("fifo"));
	assert_int_equal(mkfifo(path, 0644), 0);
	copy = record(path, temp_dir);
	assert_int_equal(state_of(&copy), COPY_CHANGED);
}

/* What a walk found. */
static char found[16][PATH_MAX];
static size_t n_found;

static bool
find(void *ctx, const char *path)
{
	(void)ctx;
	snprintf(found[n_found++], PATH_MAX, "%s", path);
	return n_found < 16;
}

/* For `enter`: not into directories of this name. */
static bool
not_b(void *ctx, const char *dir, const struct presence *is)
{
	(void)ctx;
	assert_false(is->is_mount);
	return strcmp(store_name_of(dir), "b") != 0;
}

static bool
walk(const char *dir)
{
	struct scan scan = {.root = dir, .visit = find};

	n_found = 0;
	return scan_tree(&scan, dir);
}

static void
a_walk_finds_regular_files_by_name_and_no_links(void **state)
{
	char dir[PATH_MAX];

	(void)state;
	snprintf(dir, sizeof dir, "%s", temp_path("walk"));
	mkdir(dir, 0755);
	mkdir(temp_path("walk/b"), 0755);
	temp_file("walk/c", 1, 0);
	temp_file("walk/a", 1, 0);
	temp_file("walk/b/x", 1, 0);
	assert_int_equal(symlink("/etc", temp_path("walk/etc")), 0);
	assert_int_equal(symlink("a", temp_path("walk/d")), 0);
	assert_int_equal(mkfifo(temp_path("walk/e"), 0644), 0);
	assert_true(walk(dir));
	assert_int_equal(n_found, 3);
	assert_string_equal(found[0], temp_path("walk/a"));
	assert_string_equal(found[1], temp_path("walk/b/x"));
	assert_string_equal(found[2], temp_path("walk/c"));
	assert_false(walk(temp_path("nowhere")));
}

static void
a_walk_leaves_out_what_it_is_told_to(void **state)
{
	const struct rules rules = {.exclude = {{"b/x", "*.txt"}, 2}};
	struct scan scan = {.rules = &rules, .visit = find};
	char dir[PATH_MAX];

	(void)state;
	snprintf(dir, sizeof dir, "%s", temp_path("leave"));
	mkdir(dir, 0755);
	mkdir(temp_path("leave/b"), 0755);
	mkdir(temp_path("leave/.git"), 0755);
	temp_file("leave/b/x", 1, 0);
	temp_file("leave/b/y", 1, 0);
	temp_file("leave/b/y.txt", 1, 0);
	temp_file("leave/.git/z", 1, 0);
	temp_file("leave/x.part", 1, 0);
	scan.root = dir;
	n_found = 0;
	assert_true(scan_tree(&scan, dir));
	assert_int_equal(n_found, 1);
	assert_string_equal(found[0], temp_path("leave/b/y"));
	/* patterns hold against the path from the root, wherever a walk begins */
	n_found = 0;
	assert_true(scan_tree(&scan, temp_path("leave/b")));
	assert_int_equal(n_found, 1);
	scan.enter = not_b;
	n_found = 0;
	assert_true(scan_tree(&scan, dir));
	assert_int_equal(n_found, 0);
}

static void
only_links_that_lead_out_are_counted(void **state)
{
	struct scan scan = {.visit = find};
	char dir[PATH_MAX];

	(void)state;
	snprintf(dir, sizeof dir, "%s", temp_path("links"));
	mkdir(dir, 0755);
	mkdir(temp_path("links!"), 0755); /* begins like it */
	temp_file("links/a", 1, 0);
	temp_file("links!/b", 1, 0);
	assert_int_equal(symlink("a", temp_path("links/inside")), 0);
	assert_int_equal(symlink("../links", temp_path("links/itself")), 0);
	assert_int_equal(symlink("loop", temp_path("links/loop")), 0);
	assert_int_equal(symlink("nothing", temp_path("links/broken")), 0);
	scan.root = dir;
	n_found = 0;
	assert_true(scan_tree(&scan, dir));
	assert_int_equal(n_found, 1);
	assert_int_equal(scan.n_links_out, 0);
	assert_int_equal(symlink("../links!/b", temp_path("links/out")), 0);
	assert_int_equal(symlink("/", temp_path("links/top")), 0);
	assert_true(scan_tree(&scan, dir));
	assert_int_equal(scan.n_links_out, 2);
}

static void
a_walk_of_many_names_is_sorted_and_whole(void **state)
{
	char dir[PATH_MAX], name[64];

	(void)state;
	snprintf(dir, sizeof dir, "%s", temp_path("many"));
	mkdir(dir, 0755);
	/* more names than a list has room for at first */
	for (int i = 0; i < 3000; i++) {
		snprintf(name, sizeof name, "many/%04d", (i * 7) % 3000);
		close(open(temp_path(name), O_CREAT | O_WRONLY, 0644));
	}
	assert_true(walk(dir));
	assert_int_equal(n_found, 16); /* `find` ended it */
	for (size_t i = 0; i < n_found; i++) {
		snprintf(name, sizeof name, "many/%04zu", i);
		assert_string_equal(found[i], temp_path(name));
	}
}

static void
a_damaged_copy_is_not_opened(void **state)
{
	struct store_copy copy = record(temp_file("bad", 9, 1), temp_dir);

	(void)state;
	copy.damaged = true;
	assert_int_equal(state_of(&copy), COPY_DAMAGED);
	copy.size++; /* that says more */
	assert_int_equal(state_of(&copy), COPY_CHANGED);
}

static void
the_second_copy_serves_when_the_first_is_gone(void **state)
{
	static const uint8_t hash[HASH_SIZE] = {1}, blue[HASH_SIZE] = {2};
	char one[PATH_MAX], two[PATH_MAX];
	struct edit_entry entry = {.alias = blue};
	struct edit e;
	struct shared_file f;

	(void)state;
	snprintf(one, sizeof one, "%s", temp_file("one", 100, 1));
	snprintf(two, sizeof two, "%s", temp_file("two", 100, 1));
	assert_int_equal(edit_create(&e, temp_path("s.db")), 0);
	entry.copy = record(one, NULL);
	memcpy(entry.copy.hash, hash, HASH_SIZE);
	assert_int_equal(edit_put(&e, &entry), 0);
	entry.copy = record(two, NULL);
	memcpy(entry.copy.hash, hash, HASH_SIZE);
	assert_int_equal(edit_put(&e, &entry), 0);

	shared_file_init(&f, &e.store);
	assert_int_equal(shared_file_open(&f, hash, false), STORE_FOUND);
	assert_string_equal(f.name, "one");
	unlink(one);
	shared_file_close(&f);
	assert_int_equal(shared_file_open(&f, hash, false), STORE_FOUND);
	assert_string_equal(f.name, "two");
	/* by the blue hash only when that is asked for */
	assert_int_equal(shared_file_open(&f, blue, false), STORE_UNKNOWN);
	assert_int_equal(shared_file_open(&f, blue, true), STORE_FOUND);
	assert_true(shared_file_check(&f));
	/* found unchanged, and neither read nor time passed since then */
	temp_file("two", 99, 1);
	assert_true(shared_file_check(&f));
	shared_file_stale(&f);
	assert_false(shared_file_check(&f));
	assert_int_equal(f.fd, -1);
	assert_int_equal(shared_file_open(&f, hash, false), STORE_UNKNOWN);
	shared_file_close(&f);
	edit_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		an_unchanged_file_opens_and_a_changed_one_does_not),
	    cmocka_unit_test(a_file_with_another_ctime_opens_and_that_is_told),
	    cmocka_unit_test(nothing_outside_the_root_is_opened),
	    cmocka_unit_test(a_fifo_in_the_place_of_a_file_does_not_stop_us),
	    cmocka_unit_test(a_walk_finds_regular_files_by_name_and_no_links),
	    cmocka_unit_test(a_walk_leaves_out_what_it_is_told_to),
	    cmocka_unit_test(only_links_that_lead_out_are_counted),
	    cmocka_unit_test(a_walk_of_many_names_is_sorted_and_whole),
	    cmocka_unit_test(a_damaged_copy_is_not_opened),
	    cmocka_unit_test(the_second_copy_serves_when_the_first_is_gone),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
