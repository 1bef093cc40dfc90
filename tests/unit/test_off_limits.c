/* index/off_limits.c: what is never shared. SPDX-License-Identifier: ISC */
#include "share_rig.h"

#include "index/off_limits.h"
#include "index/roots.h"

#include <sysexits.h>

static struct off_limits limits;

static void
find_things(void)
{
	assert_int_equal(mkdir(temp_path("srv"), 0700), 0);
	assert_int_equal(mkdir(temp_path("srv/state"), 0700), 0);
	temp_file("srv/share.db", 1, 'x');
	assert_int_equal(symlink("srv", temp_path("link")), 0);
	/* by way of a link: real paths count */
	assert_int_equal(off_limits_find(&limits, temp_path("link/share.db"),
			     temp_path("link/state")),
	    0);
}

static const char *
what_at(const char *name)
{
	const struct off_limits_thing *t =
	    off_limits_at(&limits, temp_path(name));

	return t ? t->what : "";
}

static void
state_directory_and_database_are_off_limits_with_all_that_is_theirs(
    void **state)
{
	const char *dir = limits.things[0].what, *db = limits.things[1].what;

	(void)state;
	assert_string_equal(what_at("srv/state"), dir);
	assert_string_equal(what_at("srv/state/activity.db"), dir);
	assert_string_equal(what_at("srv/state/a/b"), dir);
	assert_string_equal(what_at("srv/share.db"), db);
	assert_string_equal(what_at("srv/share.db-wal"), db);
	assert_string_equal(what_at("srv"), "");
	assert_string_equal(what_at("srv/state.old"), "");
	assert_string_equal(what_at("srv/share.db.old"), "");
	assert_string_equal(what_at("srv/share.db/x"), "");
}

/* Where in the directory `name` is this thing when it is walked? */
static const char *
part_in(int thing, const char *name, const struct rules *rules)
{
	const char *part =
	    off_limits_beneath(&limits.things[thing], temp_path(name), rules);

	return part ? part : "";
}

static void
a_directory_with_one_beneath_is_told_unless_rules_leave_that_out(void **state)
{
	const struct rules none = {0}, all = {.every = true};
	const struct rules no_state = {.exclude = {{"state"}, 1}};
	const struct rules no_srv = {.exclude = {{"s*v"}, 1}};
	struct off_limits_thing hidden = {.what = "", .is_dir = true};

	(void)state;
	assert_string_equal(part_in(0, "srv", &none), "state");
	assert_string_equal(part_in(0, ".", &none), "");
	assert_string_equal(part_in(0, "srv/state", &none), "");
	assert_string_equal(part_in(0, "sr", &none), "");
	assert_string_equal(part_in(0, "srv", &no_state), "");
	assert_string_equal(part_in(1, "srv", &no_state), "share.db");
	assert_string_equal(
	    off_limits_beneath(&limits.things[0], temp_dir, &none),
	    "srv/state");
	assert_null(off_limits_beneath(&limits.things[0], temp_dir, &no_srv));
	assert_string_equal(off_limits_beneath(&limits.things[0], "/", &none),
	    temp_path("srv/state") + 1);
	/* hidden on the way */
	snprintf(hidden.path, sizeof hidden.path, "/home/me/.local/state/x");
	assert_null(off_limits_beneath(&hidden, "/home/me", &none));
	assert_string_equal(
	    off_limits_beneath(&hidden, "/home/me", &all), ".local/state/x");
	assert_string_equal(
	    off_limits_beneath(&hidden, "/home/me/.local", &none), "state/x");
}

static void
what_was_removed_from_a_root_is_not_told_again(void **state)
{
	const struct rules none = {0};
	const struct off_limits_thing *dir = &limits.things[0];
	struct edit e;

	(void)state;
	open_fresh(&e);
	assert_string_equal(
	    off_limits_in_root(dir, &e, temp_path("srv"), &none), "state");
	assert_int_equal(roots_remove(&e, dir->path), 0);
	assert_null(off_limits_in_root(dir, &e, temp_path("srv"), &none));
	edit_close(&e);
}

static void
a_state_directory_that_is_not_there_limits_nothing(void **state)
{
	struct off_limits o;

	(void)state;
	assert_int_equal(
	    off_limits_find(&o, temp_path("srv/share.db"), temp_path("none")),
	    0);
	assert_null(off_limits_at(&o, temp_path("none")));
	assert_null(off_limits_at(&o, "/"));
	assert_int_equal(
	    off_limits_find(&o, temp_path("no.db"), NULL), EX_OSERR);
}

static void
file_systems_that_the_kernel_makes_up_are_told_from_others(void **state)
{
	(void)state;
	assert_true(off_limits_is_kernel("/proc/self/maps"));
	assert_true(off_limits_is_kernel("/proc"));
	assert_false(off_limits_is_kernel(temp_dir));
	assert_false(off_limits_is_kernel(temp_path("none")));
}

static int
setup(void **state)
{
	int res = temp_setup(state);

	find_things();
	return res;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		state_directory_and_database_are_off_limits_with_all_that_is_theirs),
	    cmocka_unit_test(
		a_directory_with_one_beneath_is_told_unless_rules_leave_that_out),
	    cmocka_unit_test(what_was_removed_from_a_root_is_not_told_again),
	    cmocka_unit_test(
		a_state_directory_that_is_not_there_limits_nothing),
	    cmocka_unit_test(
		file_systems_that_the_kernel_makes_up_are_told_from_others),
	};

	return cmocka_run_group_tests(tests, setup, temp_teardown);
}
