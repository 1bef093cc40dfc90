/*
 * index/hash.c against known answers, also those that rhash gives.
 * SPDX-License-Identifier: ISC
 */
#include "sample.h"
#include "temp.h"

#include "hashing.h"

static struct hasher hasher;

static int
setup(void **state)
{
	return hasher_open(&hasher) == 0 ? temp_setup(state) : -1;
}

static int
teardown(void **state)
{
	hasher_close(&hasher);
	return temp_teardown(state);
}

static void
assert_hashes(uint64_t size, const char *red, const char *blue, size_t n_parts,
    const char *root)
{
	const char *path = temp_file("f", (size_t)size, 0);
	int fd = open(path, O_RDONLY);
	struct file_hash f;

	assert_int_equal(hash_file(&hasher, fd, size, &f), HASH_OK);
	assert_hex(f.hash, HASH_SIZE, red);
	assert_int_equal(f.has_alias, blue != NULL);
	if (blue)
		assert_hex(f.alias, HASH_SIZE, blue);
	assert_int_equal(f.n_parts, n_parts);
	assert_hex(f.aich_root, AICH_SIZE, root);
	assert_int_equal(f.n_aich_parts,
	    size > PART_SIZE ? (size + PART_SIZE - 1) / PART_SIZE : 0);
	assert_int_equal(f.aich_parts != NULL, f.n_aich_parts > 0);
	file_hash_free(&f);
	close(fd);
}

static void
files_of_zeros_have_the_known_hashes(void **state)
{
	(void)state;
	assert_hashes(1, "47c61a0fa8738ba77308a8a600f88e4b", NULL, 0,
	    "5ba93c9db0cff93f52b521d7420e43f6eda2784f");
	assert_hashes(BLOCK_SIZE, "6f212ba6c3154035d585c1bb9dc878fb", NULL, 0,
	    "fed87d14724a6291bc5c2dea8d0594ab4dfbd3e6");
	assert_hashes(PART_SIZE - 1, "ac44b93fc9aff773ab0005c911f8396f", NULL,
	    0, "5fa4f60f42679f1c84d187a85170e9295c09c41c");
	assert_hashes(PART_SIZE, "fc21d9af828f92a8df64beac3357425d",
	    "d7def262a127cd79096a108e7a9fc138", 2,
	    "e8f6de1e0745190fa29f0760b7ad1e89e56747e1");
	assert_hashes(PART_SIZE + 1, "06329e9dba1373512c06386fe29e3c65", NULL,
	    2, "3af732ddd14508fbd2c57e3695c7f2628d377107");
	assert_hashes(2 * PART_SIZE, "114b21c63a74b6ca922291a11177dd5c",
	    "194ee9e4fa79b2ee9f8829284c466051", 3,
	    "212f1bc415ec9096f51a2226a405e2bc3d0b1b84");
}

static void
the_sample_file_has_the_known_hashes(void **state)
{
	char path[PATH_MAX];
	uint8_t *bytes = sample_bytes(SAMPLE_F2_SIZE);
	struct file_hash f;
	int fd;

	(void)state;
	snprintf(path, sizeof path, "%s", temp_path("sample"));
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);
	assert_int_equal(write(fd, bytes, SAMPLE_F2_SIZE), SAMPLE_F2_SIZE);
	free(bytes);
	assert_int_equal(hash_file(&hasher, fd, SAMPLE_F2_SIZE, &f), HASH_OK);
	assert_hex(f.hash, HASH_SIZE, SAMPLE_F2_HASH);
	assert_hex(f.aich_root, AICH_SIZE, SAMPLE_F2_ROOT);
	assert_int_equal(f.n_aich_parts, 2);
	assert_hex(f.aich_parts, 2 * AICH_SIZE, SAMPLE_F2_AICH_PARTS);
	file_hash_free(&f);
	file_hash_free(&f);
	close(fd);
}

static void
part_hashes_end_with_that_of_nothing_at_exact_multiples(void **state)
{
	int fd = open(temp_file("f", PART_SIZE, 0), O_RDONLY);
	struct file_hash f;

	(void)state;
	assert_int_equal(hash_file(&hasher, fd, PART_SIZE, &f), HASH_OK);
	assert_hex(f.parts, 32,
	    "d7def262a127cd79096a108e7a9fc138 31d6cfe0d16ae931b73c59d7e0c089c0");
	file_hash_free(&f);
	close(fd);
}

static void
a_file_that_ends_early_is_short(void **state)
{
	int fd = open(temp_file("f", 1000, 0), O_RDONLY);
	struct file_hash f;

	(void)state;
	assert_int_equal(hash_file(&hasher, fd, 1001, &f), HASH_SHORT);
	assert_int_equal(hash_file(&hasher, fd, 3 * PART_SIZE, &f), HASH_SHORT);
	assert_null(f.parts);
	assert_null(f.aich_parts);
	close(fd);
}

static void
a_read_error_is_a_failure(void **state)
{
	int fd = open(temp_dir, O_RDONLY | O_DIRECTORY);
	struct file_hash f;

	(void)state;
	assert_int_equal(hash_file(&hasher, fd, 10, &f), HASH_FAILED);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_of_zeros_have_the_known_hashes),
	    cmocka_unit_test(the_sample_file_has_the_known_hashes),
	    cmocka_unit_test(
		part_hashes_end_with_that_of_nothing_at_exact_multiples),
	    cmocka_unit_test(a_file_that_ends_early_is_short),
	    cmocka_unit_test(a_read_error_is_a_failure),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
