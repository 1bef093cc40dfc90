/*
 * serve/talk/answer.h: lists of the share, to the byte.
 * SPDX-License-Identifier: ISC
 */
#include "session_rig.h"

/* How often the share has one file; 0: it has three. */
static size_t n_listed;

static void
each(void *ctx, catalog_visit *visit, void *visit_ctx)
{
	uint8_t hash[HASH_SIZE];
	struct catalog_file file = {.size = 300000, .name = "A small file.txt"};
	struct catalog_file large = {.size = 5000000000, .name = "G"};
	struct catalog_file huge = {.size = EMULE_FILE_MAX + 1, .name = "no"};

	(void)ctx;
	unhex(hash, sizeof hash, HASH_F1);
	if (n_listed == 0) {
		visit(visit_ctx, hash, &file);
		visit(visit_ctx, hash, &huge);
		visit(visit_ctx, hash, &large);
	}
	for (size_t i = 0; i < n_listed; i++)
		if (!visit(visit_ctx, hash, &file))
			break;
}

static int
begin_with_list(void **state)
{
	n_listed = 0;
	catalog.each = each;
	return begin_greeted(state);
}

static void
browsing_is_denied_by_default(void **state)
{
	(void)state;
	say("e3010000004a");
	expect("e30100000061");
	say("e3010000005d");
	expect("e30100000061");
	say("e3060000005e0300 2e2e2f");
	expect("e30100000061");
	say("e3030000005effff");
	expect("e30100000061");
}

static void
who_may_browse_gets_a_list(void **state)
{
	static const char list[] =
	    "02000000" HASH_F1 "00000000 0000 02000000"
	    "0201000110004120736d616c6c2066696c652e747874 03010002e0930400" HASH_F1
	    "00000000 0000 03000000"
	    "0201000101 0047 0301000200f2052a 0901003a01";
	char hex[512];

	(void)state;
	config.browse = true;
	say("e3010000004a");
	snprintf(hex, sizeof hex, "e36b0000004b%s", list);
	expect(hex);
	say("e3010000005d");
	expect("e30c0000005f 01000000 0500 7368617265");
	say("e3080000005e 0500 7368617265");
	snprintf(hex, sizeof hex, "e37200000060 0500 7368617265%s", list);
	expect(hex);
	/* any other directory, and anything that is none */
	say("e3060000005e0300 2e2e2f");
	expect("e30100000061");
	say("e3010000005e");
	expect("e30100000061");
	say("e3030000005effff");
	expect("e30100000061");
	/* so many lists and no more */
	for (int i = 6; i < LISTS_MAX; i++)
		say("e3010000004a");
	assert_true(reply_len > 6);
	say("e3010000004a");
	expect("e30100000061");
}

static void
a_list_is_cut_where_a_frame_ends(void **state)
{
	struct reader r;
	uint32_t n;

	(void)state;
	config.browse = true;
	n_listed = 1000000;
	say("e3010000004a");
	assert_true(reply_len > REPLY_MAX - 400 && reply_len <= REPLY_MAX);
	r = reader_of(reply, reply_len);
	assert_int_equal(get_u8(&r), 0xE3);
	assert_int_equal(get_u32(&r), reply_len - 5);
	assert_int_equal(get_u8(&r), 0x4B);
	n = get_u32(&r);
	for (uint32_t i = 0; i < n; i++) {
		get_slice(&r, 16 + 4 + 2);
		assert_int_equal(get_u32(&r), 2);
		get_slice(&r, 4 + 2 + 16 + 4 + 4);
	}
	assert_false(r.bad);
	assert_int_equal(reader_left(&r), 0);
}

#define TEST_LIST(f) cmocka_unit_test_setup(f, begin_with_list)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST_LIST(browsing_is_denied_by_default),
	    TEST_LIST(who_may_browse_gets_a_list),
	    TEST_LIST(a_list_is_cut_where_a_frame_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
