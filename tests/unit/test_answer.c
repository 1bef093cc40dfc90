/*
 * serve/answer.c: bundles, identifiers, hash sets, comments and lists, by golden
 * bytes. The questions of the core conversation are in test_session.c.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "frames.h"

#include "serve/talk/answer.h"
#include "serve/talk/dispatch.h"

#include <stdio.h>
#include <stdlib.h>

#define ROOT_F2   "4bae0763db1b7270832d495a23572e182aea63d6"
#define SIZE_F2   "8096980000000000" /* 10,000,000 */
#define AICH_F2_0 "3e4e74810cb6a0a457354869b782887ebc0ea3b2"
#define AICH_F2_1 "5dc2bf597f91860cdfa64edc0254a4111d0b6aee"
#define ID_F2     "07" HASH_F2 SIZE_F2 ROOT_F2

/* F2 with everything known of it; F1 without AICH; a third too large. */
static bool has_comment;
static size_t n_listed;

static enum catalog_result
find(void *ctx, const uint8_t hash[HASH_SIZE], bool alias,
    struct catalog_file *out)
{
	uint8_t f1[HASH_SIZE], f2[HASH_SIZE];

	(void)ctx;
	assert_false(alias);
	unhex(f1, sizeof f1, HASH_F1);
	unhex(f2, sizeof f2, HASH_F2);
	memset(out, 0, sizeof *out);
	if (memcmp(hash, f2, HASH_SIZE) == 0) {
		out->size = 10000000;
		out->name = "Bigger.bin";
		out->has_aich = true;
		unhex(out->aich_root, AICH_SIZE, ROOT_F2);
	} else if (memcmp(hash, f1, HASH_SIZE) == 0) {
		out->size = 300000;
		out->name = "A small file.txt";
	} else {
		return CATALOG_UNKNOWN;
	}
	return CATALOG_FOUND;
}

static bool
part_hashes(void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	(void)ctx;
	(void)hash;
	assert_int_equal(n, 2);
	unhex(out, n * HASH_SIZE, F2_PART_HASHES);
	return true;
}

static bool
aich_part_hashes(
    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n)
{
	(void)ctx;
	(void)hash;
	assert_int_equal(n, 2);
	unhex(out, n * AICH_SIZE, AICH_F2_0 AICH_F2_1);
	return true;
}

static bool
comment(void *ctx, const uint8_t hash[HASH_SIZE], struct catalog_comment *out)
{
	(void)ctx;
	(void)hash;
	out->rating = 4;
	out->len = 9;
	memcpy(out->text, "good copy", 9);
	return has_comment;
}

static void
each(void *ctx,
    bool (*visit)(void *visit_ctx, const uint8_t hash[HASH_SIZE],
	const struct catalog_file *file),
    void *visit_ctx)
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

static const struct catalog catalog = {
    .find = find,
    .part_hashes = part_hashes,
    .aich_part_hashes = aich_part_hashes,
    .comment = comment,
    .each = each,
};
static struct session_config config = {.self = {.name = "", .mod = ""}};

static struct session s;
static uint8_t *reply;
static size_t reply_len;

static void
send(const char *hex)
{
	uint8_t bytes[4096];
	size_t n = unhex(bytes, sizeof bytes, hex);
	uint8_t *copy = exact_copy(bytes, n);
	struct reader r = reader_of(copy, n);
	struct writer w = writer_of(reply, REPLY_MAX);
	struct packet p;

	assert_int_equal(packet_next(&r, &p), PACKET_OK);
	dispatch_packet(&s, 0, &p, &w);
	assert_false(w.bad);
	reply_len = w.pos;
	free(copy);
}

static int
begin(void **state)
{
	(void)state;
	if (!reply)
		reply = malloc(REPLY_MAX);
	has_comment = config.browse = false;
	n_listed = 0;
	session_init(&s, &config, &catalog, 0);
	send(FRAME_01_AMULE);
	return reply ? 0 : -1;
}

#define expect(hex) assert_hex(reply, reply_len, hex)

static void
a_bundle_is_answered_in_the_order_asked(void **state)
{
	(void)state;
	send("c51900000092" HASH_F2 "58020000 07004f9e");
	expect("c53600000093" HASH_F2
	       "590a004269676765722e62696e 500000 9d" ROOT_F2);
	send("c524000000a4" HASH_F2 SIZE_F2 "9e 83040000 4f 58000000 00");
	/* the last byte but one begins no question we know: an odd byte */
	expect("c536000000"
	       "93" HASH_F2 "9d" ROOT_F2 "500000 590a004269676765722e62696e");
}

static void
a_bundle_by_identifier_is_answered_by_identifier(void **state)
{
	(void)state;
	send("c521000000a903" HASH_F2 SIZE_F2 "5802000007004f");
	expect("c53e000000b0" ID_F2 "590a004269676765722e62696e500000");
	/* the root is in the identifier: not told twice */
	send("c51d000000a903" HASH_F2 SIZE_F2 "9e81 4f");
	expect("c531000000b0" ID_F2 "500000");
}

static void
a_file_without_aich_has_no_root_to_tell(void **state)
{
	(void)state;
	send("c51300000092" HASH_F1 "9e4f");
	expect("c51400000093" HASH_F1 "500000");
	send("c51200000092" HASH_F1 "9e");
	assert_int_equal(reply_len, 0);
}

static void
what_contradicts_the_file_is_refused(void **state)
{
	(void)state;
	send("c51a000000a4" HASH_F2 "8196980000000000 4f");
	expect("e31100000048" HASH_F2);
	send("c51b000000a903" HASH_F2 "0000000000000000 4f");
	expect("e31100000048" HASH_F2);
	send("c527000000a905" HASH_F2
	     "00000000000000000000000000000000000000ff 4f");
	expect("e31100000048" HASH_F2);
	send("c51200000092" HASH_NONE "4f");
	expect("e31100000048" HASH_NONE);
	assert_int_equal(s.state, SESSION_READY);
}

static void
an_unknown_question_ends_a_bundle_and_what_came_before_is_answered(void **state)
{
	(void)state;
	send("c51400000092" HASH_F2 "4f aa 9e");
	expect("c51400000093" HASH_F2 "500000");
	send("c51200000092" HASH_F2 "aa");
	assert_int_equal(reply_len, 0);
	/* part maps that are cut, or say that they are longer than the frame */
	send("c51600000092" HASH_F2 "4f58ffff00");
	expect("c51400000093" HASH_F2 "500000");
	send("c51500000092" HASH_F2 "4f580000");
	expect("c51400000093" HASH_F2 "500000");
}

static void
a_question_is_answered_once_a_bundle(void **state)
{
	char hex[4096] = "c5"
			 "2301"
			 "000092" HASH_F2;

	(void)state;
	/* 0x123 = 291 bytes: opcode, hash, 274 times "status?" */
	snprintf(hex, sizeof hex, "c52301000092%s", HASH_F2);
	for (int i = 0; i < 274; i++)
		strcat(hex, "4f");
	send(hex);
	expect("c51400000093" HASH_F2 "500000");
}

static void
heads_that_are_short_or_not_understood_end_the_session(void **state)
{
	static const char *const bad[] = {
	    "c50100000092",
	    "c51000000092"
	    "849c68a9fa74b2935d64d092066158",
	    "c518000000a4" HASH_F2 "80969800000000", "c501000000a9",
	    "c51a000000a902" HASH_F2 SIZE_F2,    /* no hash in it */
	    "c51a000000a90b" HASH_F2 SIZE_F2,    /* a mandatory option */
	    "c516000000a903" HASH_F2 "80969800", /* size cut */
	    "c51a000000b103" HASH_F2 SIZE_F2,    /* no options */
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		begin(state);
		send(bad[i]);
		assert_int_equal(reply_len, 0);
		assert_int_equal(s.end, END_BAD_PEER);
	}
	begin(state);
	send("c51b000000a9e3" HASH_F2 SIZE_F2 "4f"); /* optional ones pass */
	expect("c531000000b0" ID_F2 "500000");
}

static void
hash_sets_come_by_identifier(void **state)
{
	(void)state;
	send("c52f000000b1" ID_F2 "03");
	expect("c59f000000b2" ID_F2 "03" HASH_F2 "0200" F2_PART_HASHES ROOT_F2
	       "0200" AICH_F2_0 AICH_F2_1);
	send("c52f000000b1" ID_F2 "01");
	expect("c561000000b2" ID_F2 "01" HASH_F2 "0200" F2_PART_HASHES);
	send("c52f000000b1" ID_F2 "02");
	expect("c56d000000b2" ID_F2 "02" ROOT_F2 "0200" AICH_F2_0 AICH_F2_1);
	send("c52f000000b1" ID_F2 "00");
	assert_int_equal(reply_len, 0);
	/* one part: none of either; and no AICH to tell of */
	send("c513000000b101" HASH_F1 "03");
	expect("c52d000000b203" HASH_F1 "e093040000000000 01" HASH_F1 "0000");
	send("c513000000b101" HASH_NONE "03");
	expect("e31100000048" HASH_NONE);
}

static void
a_comment_follows_the_name_once_a_file(void **state)
{
	(void)state;
	has_comment = true;
	send("e31100000058" HASH_F1);
	expect("e32300000059" HASH_F1 "10004120736d616c6c2066696c652e747874"
	       "c50f0000006104 09000000 676f6f6420636f7079");
	send("e31100000058" HASH_F1);
	expect("e32300000059" HASH_F1 "10004120736d616c6c2066696c652e747874");
	send("c51600000092" HASH_F2 "5800000000");
	expect("c51e00000093" HASH_F2 "590a004269676765722e62696e"
	       "c50f0000006104 09000000 676f6f6420636f7079");
}

static void
browsing_is_denied_by_default(void **state)
{
	(void)state;
	send("e3010000004a");
	expect("e30100000061");
	send("e3010000005d");
	expect("e30100000061");
	send("e3060000005e0300 2e2e2f");
	expect("e30100000061");
}

static void
who_may_browse_gets_a_list(void **state)
{
	static const char list[] =
	    "02000000" HASH_F1 "00000000 0000 02000000"
	    "0201000110004120736d616c6c2066696c652e747874 03010002e0930400" HASH_F1
	    "00000000 0000 03000000"
	    "0201000101 0047 0301000200f2052a 0301003a01000000";
	char hex[512];

	(void)state;
	config.browse = true;
	send("e3010000004a");
	snprintf(hex, sizeof hex, "e36e0000004b%s", list);
	expect(hex);
	send("e3010000005d");
	expect("e30c0000005f 01000000 0500 7368617265");
	send("e3080000005e 0500 7368617265");
	snprintf(hex, sizeof hex, "e37500000060 0500 7368617265%s", list);
	expect(hex);
	/* any other directory, and anything that is none */
	send("e3060000005e0300 2e2e2f");
	expect("e30100000061");
	send("e3010000005e");
	expect("e30100000061");
	send("e3030000005effff");
	expect("e30100000061");
	/* so many lists and no more */
	for (int i = 6; i < LISTS_MAX; i++)
		send("e3010000004a");
	assert_true(reply_len > 6);
	send("e3010000004a");
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
	send("e3010000004a");
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

static void
every_prefix_of_a_bundle_leaves_us_sane(void **state)
{
	uint8_t bytes[128];
	size_t n = unhex(bytes, sizeof bytes,
	    "c521000000a903" HASH_F2 SIZE_F2 "58020000070083040000 9e4f");

	for (size_t cut = 6; cut <= n; cut++) {
		uint8_t *copy = exact_copy(bytes, cut);
		struct reader r = reader_of(copy, cut);
		struct writer w;
		struct packet p;

		begin(state);
		w = writer_of(reply, REPLY_MAX);
		copy[1] = (uint8_t)(cut - 5);
		assert_int_equal(packet_next(&r, &p), PACKET_OK);
		dispatch_packet(&s, 0, &p, &w);
		assert_false(w.bad);
		free(copy);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_bundle_is_answered_in_the_order_asked),
	    TEST(a_bundle_by_identifier_is_answered_by_identifier),
	    TEST(a_file_without_aich_has_no_root_to_tell),
	    TEST(what_contradicts_the_file_is_refused),
	    TEST(
		an_unknown_question_ends_a_bundle_and_what_came_before_is_answered),
	    TEST(a_question_is_answered_once_a_bundle),
	    TEST(heads_that_are_short_or_not_understood_end_the_session),
	    TEST(hash_sets_come_by_identifier),
	    TEST(a_comment_follows_the_name_once_a_file),
	    TEST(browsing_is_denied_by_default),
	    TEST(who_may_browse_gets_a_list),
	    TEST(a_list_is_cut_where_a_frame_ends),
	    TEST(every_prefix_of_a_bundle_leaves_us_sane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
