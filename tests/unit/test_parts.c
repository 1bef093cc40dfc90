/*
 * proto/parts.h
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "base/util.h"
#include "proto/parts.h"

static void
each_hash_set_has_a_count_of_its_own(void **state)
{
	static const struct {
		uint64_t size;
		size_t parts, md4, aich;
	} known[] = {
	    {1, 1, 0, 0},
	    {PART_SIZE - 1, 1, 0, 0},
	    {PART_SIZE, 1, 2, 0},
	    {PART_SIZE + 1, 2, 2, 2},
	    {2 * PART_SIZE - 1, 2, 2, 2},
	    {2 * PART_SIZE, 2, 3, 2},
	    {2 * PART_SIZE + 1, 3, 3, 3},
	    {EMULE_FILE_MAX, 28257, PART_HASHES_MAX, 28257},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		assert_int_equal(parts_count(known[i].size), known[i].parts);
		assert_int_equal(parts_md4_count(known[i].size), known[i].md4);
		assert_int_equal(
		    parts_aich_count(known[i].size), known[i].aich);
	}
	assert_int_equal(parts_md4_count(0), 0);
}

static void
the_last_part_is_what_is_left(void **state)
{
	(void)state;
	assert_int_equal(parts_size(1, 0), 1);
	assert_int_equal(parts_size(PART_SIZE, 0), PART_SIZE);
	assert_int_equal(parts_size(PART_SIZE + 1, 0), PART_SIZE);
	assert_int_equal(parts_size(PART_SIZE + 1, 1), 1);
	assert_int_equal(parts_size(2 * PART_SIZE, 1), PART_SIZE);
}

static void
a_full_part_has_53_blocks(void **state)
{
	(void)state;
	assert_int_equal(parts_block_count(1), 1);
	assert_int_equal(parts_block_count(BLOCK_SIZE), 1);
	assert_int_equal(parts_block_count(BLOCK_SIZE + 1), 2);
	assert_int_equal(parts_block_count(PART_SIZE), PART_BLOCKS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_hash_set_has_a_count_of_its_own),
	    cmocka_unit_test(the_last_part_is_what_is_left),
	    cmocka_unit_test(a_full_part_has_53_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
