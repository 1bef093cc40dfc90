/*
 * base/file.c: files that are read and replaced as a whole.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>

static void
a_read_ends_where_the_file_ends(void **state)
{
	char out[200];
	int fd = open(temp_file("read", 100, 'x'), O_RDONLY);

	(void)state;
	assert_int_equal(file_read_at(fd, out, 100, 0), 100);
	assert_int_equal(out[99], 'x');
	assert_int_equal(file_read_at(fd, out, 200, 40), 60);
	assert_int_equal(file_read_at(fd, out, 200, 100), 0);
	assert_int_equal(file_read_at(fd, out, 200, 1 << 20), 0);
	close(fd);
	errno = 0;
	assert_int_equal(file_read_at(fd, out, 1, 0), -1);
	assert_int_equal(errno, EBADF);
}

/* What the file at a path begins with; 0 when there is none. */
static char
first_byte(const char *path)
{
	char byte = 0;
	int fd = open(path, O_RDONLY);

	if (fd >= 0) {
		assert_int_equal(read(fd, &byte, 1), 1);
		close(fd);
	}
	return byte;
}

/* The files in the directory of a path. */
static int
count_files(const char *name)
{
	DIR *dir = opendir(temp_path(name));
	struct dirent *entry;
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void
the_old_file_is_there_until_the_new_one_is(void **state)
{
	const char *path = temp_path("replace/file");
	struct file_replacement r;
	struct stat st;

	(void)state;
	assert_int_equal(mkdir(temp_path("replace"), 0755), 0);
	temp_file("replace/file", 10, 'o');
	umask(077);
	assert_true(file_replace_begin(&r, path));
	assert_int_equal(stat(r.temp, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(write(r.fd, "n", 1), 1);
	assert_int_equal(first_byte(path), 'o');
	assert_true(file_replace_commit(&r));
	umask(022);
	assert_int_equal(r.fd, -1);
	assert_int_equal(first_byte(path), 'n');
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	assert_int_equal(count_files("replace"), 1);
}

static void
what_is_cancelled_or_fails_leaves_nothing(void **state)
{
	const char *path = temp_path("cancel/file");
	struct file_replacement r;

	(void)state;
	assert_int_equal(mkdir(temp_path("cancel"), 0755), 0);
	temp_file("cancel/file", 10, 'o');
	assert_true(file_replace_begin(&r, path));
	errno = ENOSPC;
	file_replace_cancel(&r);
	assert_int_equal(errno, ENOSPC);
	/* a directory of that name cannot be replaced */
	assert_true(file_replace_begin(&r, temp_path("cancel")));
	assert_false(file_replace_commit(&r));
	assert_int_not_equal(access(r.temp, F_OK), 0);
	assert_int_equal(first_byte(path), 'o');
	assert_int_equal(count_files("cancel"), 1);
}

static void
a_new_file_never_takes_the_place_of_another(void **state)
{
	const char *path = temp_path("new/file");
	struct file_replacement r;

	(void)state;
	assert_int_equal(mkdir(temp_path("new"), 0755), 0);
	for (int i = 0; i < 2; i++) {
		errno = 0;
		assert_true(file_replace_begin(&r, path));
		assert_int_equal(write(r.fd, i == 0 ? "1" : "2", 1), 1);
		assert_int_equal(file_replace_commit_new(&r), i == 0);
	}
	assert_int_equal(errno, EEXIST);
	assert_int_equal(first_byte(path), '1');
	assert_int_equal(count_files("new"), 1);
}

static void
what_cannot_begin_says_why(void **state)
{
	char longest[PATH_MAX];
	struct file_replacement r;

	(void)state;
	assert_false(file_replace_begin(&r, temp_path("nowhere/file")));
	assert_int_equal(errno, ENOENT);
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_false(file_replace_begin(&r, longest));
	assert_int_equal(errno, ENAMETOOLONG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_read_ends_where_the_file_ends),
	    cmocka_unit_test(the_old_file_is_there_until_the_new_one_is),
	    cmocka_unit_test(what_is_cancelled_or_fails_leaves_nothing),
	    cmocka_unit_test(a_new_file_never_takes_the_place_of_another),
	    cmocka_unit_test(what_cannot_begin_says_why),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
