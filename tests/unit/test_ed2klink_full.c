/*
 * proto/ed2klink.c: links with part hashes and AICH root.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"
#include "sample.h"

#include "proto/ed2klink.h"

#define HEAD "ed2k://|file|Bigger.bin|10000000|" SAMPLE_F2_HASH "|"
#define PARTS                                                                  \
	"p=c5509c52727b05a73c703fa30492e0b7:46713945d49c8d2b13e05cb10a222688|"
#define ROOT   "h=JOXAOY63DNZHBAZNJFNCGVZODAVOUY6W|"
#define SOURCE "|sources,198.51.100.9:4662|/"

static uint8_t parts[2 * HASH_SIZE], root[AICH_SIZE];

static struct ed2klink
sample_link(void)
{
	struct ed2klink link = {.name = "Bigger.bin", .size = SAMPLE_F2_SIZE};

	unhex(link.hash, HASH_SIZE, SAMPLE_F2_HASH);
	unhex(parts, sizeof parts,
	    "c5509c52727b05a73c703fa30492e0b7"
	    "46713945d49c8d2b13e05cb10a222688");
	unhex(root, sizeof root, SAMPLE_F2_ROOT);
	return link;
}

/* Written so; read again, also what may be left out of it. */
static void
assert_link(const struct ed2klink *link, const char *expected)
{
	size_t len = strlen(expected);
	struct ed2klink back;

	for (size_t cap = 0; cap <= len + 1; cap++) {
		char *out = malloc(cap);

		assert_int_equal(
		    ed2klink_format(out, cap, link), cap > len ? len : 0);
		if (cap > len)
			assert_string_equal(out, expected);
		free(out);
	}
	assert_true(ed2klink_parse(expected, &back));
	assert_string_equal(back.name, link->name);
	assert_memory_equal(back.hash, link->hash, HASH_SIZE);
	assert_true(back.size == link->size);
	assert_string_equal(back.source, link->source);
	assert_null(back.part_hashes);
	assert_null(back.aich_root);
}

static void
full_links_have_what_is_known(void **state)
{
	struct ed2klink link = sample_link();

	(void)state;
	assert_link(&link, HEAD "/");
	link.aich_root = root;
	assert_link(&link, HEAD ROOT "/");
	link.part_hashes = parts;
	link.n_part_hashes = 2;
	assert_link(&link, HEAD PARTS ROOT "/");
	strcpy(link.source, "198.51.100.9:4662");
	assert_link(&link, HEAD PARTS ROOT "/" SOURCE);
	link.aich_root = NULL;
	assert_link(&link, HEAD PARTS "/" SOURCE);
}

static void
the_longest_link_fits_its_room(void **state)
{
	static uint8_t hashes[PART_HASHES_MAX * HASH_SIZE];
	struct ed2klink link = sample_link();
	size_t cap = ED2KLINK_FULL_MAX(PART_HASHES_MAX);
	char *out = malloc(cap);

	(void)state;
	memset(link.name, ' ', ED2KLINK_NAME_MAX);
	memset(link.source, 'x', ED2KLINK_SOURCE_MAX);
	link.size = INT64_MAX;
	link.part_hashes = hashes;
	link.n_part_hashes = PART_HASHES_MAX;
	link.aich_root = root;
	assert_true(ed2klink_format(out, cap, &link) > 33 * PART_HASHES_MAX);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(full_links_have_what_is_known),
	    cmocka_unit_test(the_longest_link_fits_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
