/* proto/msg.h: messages that come in. SPDX-License-Identifier: ISC */
#include "msg_rig.h"

#include "base/text.h"

#include <stdio.h>

/* A HELLO with this many tags said and these bytes behind the count. */
static bool
get_hello(
    uint32_t n_tags, const uint8_t *rest, size_t n_rest, struct msg_hello *out)
{
	size_t n = 27 + n_rest;
	uint8_t *payload = malloc(n);
	struct writer w = writer_of(payload, n);
	struct packet p = {OP_EDONKEYPROT, OP_HELLO, payload, (uint32_t)n};
	bool good;

	put_u8(&w, HASH_SIZE);
	put_bytes(&w, f1, HASH_SIZE);
	put_u32(&w, 0);
	put_u16(&w, 4662);
	put_u32(&w, n_tags);
	put_bytes(&w, rest, n_rest);
	assert_false(w.bad);
	good = msg_get_hello(&p, out);
	free(payload);
	return good;
}

static bool
get_hello_hex(uint32_t n_tags, const char *hex, struct msg_hello *out)
{
	static uint8_t rest[1 << 17];

	return get_hello(n_tags, rest, unhex(rest, sizeof rest, hex), out);
}

/* No server. */
#define TAIL "00000000 0000"

static void
hello_of_amule_is_read(void **state)
{
	static const char *const frames[] = {
	    FRAME_01_AMULE, FRAME_01_SHORT_TAGS};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		struct packet p = packet_of(frames[i]);
		struct msg_hello h;

		assert_true(msg_get_hello(&p, &h));
		assert_hex(
		    h.user_hash, HASH_SIZE, "3eb1b958ce0e6cb26abecc97a4a76f1a");
		assert_int_equal(h.port, 4662);
		assert_int_equal(h.misc1, 0x34133212);
		assert_int_equal(h.misc2, 0x00000DB8);
		assert_int_equal(h.emule_version, 0x03040D80);
		assert_int_equal(h.version, 0x3C);
		assert_string_equal(h.name, "aMule");
		assert_string_equal(h.mod, "");
	}
}

static void
hello_of_mldonkey_is_read_and_its_port_tag_wins(void **state)
{
	struct packet p = packet_of(FRAME_01_MLDONKEY);
	struct msg_hello h;

	(void)state;
	assert_true(msg_get_hello(&p, &h));
	assert_string_equal(h.name, "mlnet");
	assert_int_equal(h.port, 0x1237);
	assert_int_equal(h.version, 62);
	assert_int_equal(h.emule_version, 0x0A000000);
	assert_int_equal(h.misc1, 0x412);
	assert_int_equal(h.misc2, 0x10);
}

static void
every_prefix_of_a_hello_is_refused(void **state)
{
	static const char *const frames[] = {
	    FRAME_01_AMULE, FRAME_01_SHORT_TAGS, FRAME_01_MLDONKEY};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		struct packet p = packet_of(frames[i]);

		for (uint32_t n = 0; n < p.payload_len; n++) {
			struct packet cut = cut_to(&p, n);
			struct msg_hello h;

			assert_false(msg_get_hello(&cut, &h));
			free_payload(&cut);
		}
	}
}

static void
what_comes_behind_a_hello_is_ignored(void **state)
{
	struct msg_hello h;

	(void)state;
	assert_true(get_hello_hex(1, "89113c" TAIL "4d4c444b", &h));
	assert_int_equal(h.version, 0x3C);
	assert_true(get_hello_hex(0, TAIL "00", &h));
}

static void
a_hello_of_no_tags_is_one(void **state)
{
	struct msg_hello h;

	(void)state;
	assert_true(get_hello_hex(0, TAIL, &h));
	assert_memory_equal(h.user_hash, f1, HASH_SIZE);
	assert_int_equal(h.port, 4662);
	assert_int_equal(h.misc1 | h.misc2 | h.version | h.emule_version, 0);
	assert_string_equal(h.name, "");
	assert_string_equal(h.mod, "");
	assert_false(get_hello_hex(0, "", &h));
}

static void
other_hash_sizes_are_refused(void **state)
{
	(void)state;
	for (unsigned size = 0; size < 256; size++) {
		struct packet p = packet_of(FRAME_01_AMULE);
		struct packet copy = cut_to(&p, p.payload_len);
		struct msg_hello h;

		*(uint8_t *)(uintptr_t)copy.payload = (uint8_t)size;
		assert_int_equal(msg_get_hello(&copy, &h), size == 16);
		free_payload(&copy);
	}
}

static void
tag_counts_over_the_bound_or_the_bytes_are_refused(void **state)
{
	static const uint32_t counts[] = {
	    TAGS_MAX + 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
	static uint8_t tags[3 * (TAGS_MAX + 1) + 6];
	struct msg_hello h;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		assert_false(get_hello_hex(counts[i], "89113c" TAIL, &h));
	assert_false(get_hello_hex(2, "89113c", &h));
	assert_false(get_hello_hex(2, "89113c 8911", &h));
	for (size_t i = 0; i <= TAGS_MAX; i++)
		memcpy(tags + 3 * i, "\x89\x11\x3C", 3);
	memset(tags + 3 * (TAGS_MAX + 1), 0, 6);
	/* even with all of them there */
	assert_false(get_hello(TAGS_MAX + 1, tags, sizeof tags, &h));
	assert_true(get_hello(TAGS_MAX, tags + 3, sizeof tags - 3, &h));
	assert_int_equal(h.version, 0x3C);
}

static void
tags_of_every_type_are_stepped_over(void **state)
{
	static const char tags[] = "8133 000102030405060708090a0b0c0d0e0f"
				   "8233 0200 6162 8333 01000000 8433 0000803f"
				   "8533 01 8633 0800 ffff 8733 02000000 ffff"
				   "8833 0100 8933 01 8a33 02 ffff"
				   "8b33 0100000000000000 9333 616263"
				   "020400 6e616d65 0100 78"
				   "8201 0200 6f6b" TAIL;
	struct msg_hello h;

	(void)state;
	assert_true(get_hello_hex(14, tags, &h));
	assert_string_equal(h.name, "ok");
	assert_int_equal(h.misc1 | h.misc2 | h.version | h.emule_version, 0);
}

static void
a_tag_of_unknown_type_ends_the_reading_and_no_more(void **state)
{
	struct msg_hello h;

	(void)state;
	assert_true(get_hello_hex(3, "9201 6f6b 8c33 89113c" TAIL, &h));
	assert_string_equal(h.name, "ok");
	assert_int_equal(h.version, 0);
	assert_true(get_hello_hex(3, "9201 6f6b ff33", &h));
	assert_string_equal(h.name, "ok");
}

static void
tags_of_the_wrong_type_are_ignored(void **state)
{
	struct msg_hello h;

	(void)state;
	assert_true(get_hello_hex(7,
	    "8301 01000000 8355 01000000 9111 78 91fa 78 91fe 78 91fb 78"
	    "910f 78" TAIL,
	    &h));
	assert_string_equal(h.name, "");
	assert_string_equal(h.mod, "");
	assert_int_equal(h.misc1 | h.misc2 | h.version | h.emule_version, 0);
	assert_int_equal(h.port, 4662);
}

static void
numbers_of_every_width_are_taken(void **state)
{
	struct msg_hello h;

	(void)state;
	assert_true(get_hello_hex(4,
	    "8bfa 0401001000000000 88fe 1000 8911 3c"
	    "8bfb 0000027effffffff" TAIL,
	    &h));
	assert_int_equal(h.misc1, 0x10000104);
	assert_int_equal(h.misc2, 0x10);
	assert_int_equal(h.version, 0x3C);
	assert_int_equal(h.emule_version, 0x7E020000);
}

/* The name that a hello with these n bytes as its name is read to have. */
static void
check_name(const void *bytes, size_t n, const char *expected)
{
	static uint8_t rest[1 << 17];
	struct writer w = writer_of(rest, sizeof rest);
	struct msg_hello h;

	put_u8(&w, 0x02);
	put_u16(&w, 1);
	put_u8(&w, CT_NAME);
	put_u16(&w, (uint16_t)n);
	put_bytes(&w, bytes, n);
	put_u32(&w, 0);
	put_u16(&w, 0);
	assert_false(w.bad);
	assert_true(get_hello(1, rest, w.pos, &h));
	assert_string_equal(h.name, expected);
	assert_true(text_is_utf8(h.name, strlen(h.name)));
}

static void
names_are_made_utf8(void **state)
{
	struct msg_hello h;

	(void)state;
	check_name("", 0, "");
	check_name("M\xC3\xBCller", 7, "M\xC3\xBCller");
	check_name("M\xFCller", 6, "M\xC3\xBCller");
	check_name("\xED\xA0\x80", 3, "\xC3\xAD\xC2\xA0\xC2\x80");
	/* a whole byte order mark goes, a part of one is Latin-1 */
	check_name("\xEF\xBB\xBF"
		   "abc",
	    6, "abc");
	check_name("\xEF\xBB\xBF", 3, "");
	check_name("\xEF\xBB", 2, "\xC3\xAF\xC2\xBB");
	check_name("\xEF", 1, "\xC3\xAF");
	check_name("a\0b", 3, "a");
	/* what would make it whole is no part of the name */
	assert_true(get_hello_hex(2, "8201 0200 efbb bf01", &h));
	assert_string_equal(h.name, "\xC3\xAF\xC2\xBB");
}

static void
names_are_cut_between_characters(void **state)
{
	static char name[65535 + 1], expected[PEER_NAME_MAX + 1];

	(void)state;
	memset(name, 'n', 65535);
	memset(expected, 'n', PEER_NAME_MAX);
	check_name(name, 65535, expected);
	check_name(name, PEER_NAME_MAX + 1, expected);
	check_name(name, PEER_NAME_MAX, expected);
	/* the last character would need bytes 100 and 101 */
	memcpy(name + PEER_NAME_MAX - 1, "\xC3\xBC", 2);
	expected[PEER_NAME_MAX - 1] = '\0';
	check_name(name, PEER_NAME_MAX + 1, expected);
	/* of Latin-1 half as many bytes fit */
	memset(name, '\xFF', 65535);
	for (size_t i = 0; i < PEER_NAME_MAX; i += 2)
		memcpy(expected + i, "\xC3\xBF", 2);
	check_name(name, 65535, expected);
}

static void
mod_text_is_kept_like_the_name(void **state)
{
	struct msg_hello h;

	(void)state;
	assert_true(get_hello_hex(2, "8255 0500 efbbbf fc78 9101 79" TAIL, &h));
	/* without its mark the text is no UTF-8: Latin-1 */
	assert_string_equal(h.mod, "\xC3\xBCx");
	assert_string_equal(h.name, "y");
}

static void
messages_that_begin_with_a_hash_are_read(void **state)
{
	static const char *const frames[] = {FRAME_58_V0, FRAME_58_V1,
	    FRAME_58_V2, FRAME_58_NEW, FRAME_4F, FRAME_51, FRAME_54, FRAME_49};
	uint8_t hash[HASH_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		struct packet p = packet_of(frames[i]);

		for (uint32_t n = 0; n <= p.payload_len; n++) {
			struct packet cut = cut_to(&p, n);

			assert_int_equal(msg_get_hash(&cut, hash), n >= 16);
			if (n >= 16)
				assert_memory_equal(hash, f2, HASH_SIZE);
			free_payload(&cut);
		}
	}
}

static void
requests_of_both_widths_are_read(void **state)
{
	struct packet p = packet_of(FRAME_47);
	struct range r[3];
	uint8_t hash[HASH_SIZE];

	(void)state;
	assert_true(msg_get_request_parts(&p, hash, r));
	assert_memory_equal(hash, f1, HASH_SIZE);
	assert_int_equal(r[0].start, 0);
	assert_int_equal(r[0].end, 184320);
	assert_int_equal(r[1].start, 184320);
	assert_int_equal(r[1].end, 300000);
	assert_int_equal(r[2].start, 0);
	assert_int_equal(r[2].end, 0);
	p = packet_of(FRAME_A3);
	assert_true(msg_get_request_parts(&p, hash, r));
	assert_memory_equal(hash, g, HASH_SIZE);
	assert_int_equal(r[0].start, UINT64_C(4294901760));
	assert_int_equal(r[0].end, UINT64_C(4295086080));
	assert_int_equal(r[1].start | r[1].end | r[2].start | r[2].end, 0);
}

static void
requests_of_any_other_length_are_refused(void **state)
{
	uint8_t zeros[130] = {0}, hash[HASH_SIZE];
	struct range r[3];

	(void)state;
	for (uint32_t n = 0; n <= sizeof zeros; n++) {
		struct packet narrow = {
		    OP_EDONKEYPROT, OP_REQUESTPARTS, zeros, n};
		struct packet wide = {
		    OP_EMULEPROT, OP_REQUESTPARTS_I64, zeros, n};
		struct packet cut = cut_to(&narrow, n);

		assert_int_equal(msg_get_request_parts(&cut, hash, r), n == 40);
		free_payload(&cut);
		cut = cut_to(&wide, n);
		assert_int_equal(msg_get_request_parts(&cut, hash, r), n == 64);
		free_payload(&cut);
	}
}

static void
ranges_come_as_they_were_written(void **state)
{
	struct packet p =
	    packet_of("c541000000a3" HASH_F1
		      "ffffffffffffffff 0000000000000080 0100000000000000"
		      "0000000000000000 ffffffffffffff7f feffffffffffffff");
	struct range r[3];
	uint8_t hash[HASH_SIZE];

	(void)state;
	assert_true(msg_get_request_parts(&p, hash, r));
	assert_int_equal(r[0].start, UINT64_MAX);
	assert_int_equal(r[0].end, 0);
	assert_int_equal(r[1].start, UINT64_C(1) << 63);
	assert_int_equal(r[1].end, INT64_MAX);
	assert_int_equal(r[2].start, 1);
	assert_int_equal(r[2].end, UINT64_MAX - 1);
	p = packet_of("e32900000047" HASH_F1
		      "ffffffff 00000080 01000000 00000000 ffffff7f feffffff");
	assert_true(msg_get_request_parts(&p, hash, r));
	assert_int_equal(r[0].start, 0xFFFFFFFF);
	assert_int_equal(r[1].start, 0x80000000);
	assert_int_equal(r[2].end, 0xFFFFFFFE);
}

static void
a_direct_request_is_read_and_no_prefix_of_it(void **state)
{
	struct packet p = packet_of(FRAME_47_DIRECT);
	struct range r;
	uint8_t hash[HASH_SIZE];

	(void)state;
	assert_int_equal(p.payload_len, DIRECT_REQUEST_SIZE);
	for (uint32_t n = 0; n < p.payload_len; n++) {
		struct packet cut = cut_to(&p, n);

		assert_false(msg_get_direct_request(&cut, hash, &r));
		free_payload(&cut);
	}
	assert_true(msg_get_direct_request(&p, hash, &r));
	assert_memory_equal(hash, f1, HASH_SIZE);
	assert_int_equal(r.start, 0);
	assert_int_equal(r.end, 262144);
	p = packet_of(
	    "e32100000047" HASH_F1 "feffffffffffffff ffffffffffffffff");
	assert_true(msg_get_direct_request(&p, hash, &r));
	assert_int_equal(r.start, UINT64_MAX - 1);
	assert_int_equal(r.end, UINT64_MAX);
}

static void
emule_info_wants_an_answer_only_in_its_first_version(void **state)
{
	struct packet p = packet_of(FRAME_01_INFO);

	(void)state;
	for (uint32_t n = 0; n <= p.payload_len; n++) {
		struct packet cut = cut_to(&p, n);

		assert_int_equal(msg_get_emule_info(&cut), n >= 2);
		free_payload(&cut);
	}
	p = packet_of(FRAME_01_OS_INFO);
	assert_false(msg_get_emule_info(&p));
	p = packet_of("c50300000001 4700");
	assert_false(msg_get_emule_info(&p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hello_of_amule_is_read),
	    cmocka_unit_test(hello_of_mldonkey_is_read_and_its_port_tag_wins),
	    cmocka_unit_test(every_prefix_of_a_hello_is_refused),
	    cmocka_unit_test(what_comes_behind_a_hello_is_ignored),
	    cmocka_unit_test(a_hello_of_no_tags_is_one),
	    cmocka_unit_test(other_hash_sizes_are_refused),
	    cmocka_unit_test(
		tag_counts_over_the_bound_or_the_bytes_are_refused),
	    cmocka_unit_test(tags_of_every_type_are_stepped_over),
	    cmocka_unit_test(
		a_tag_of_unknown_type_ends_the_reading_and_no_more),
	    cmocka_unit_test(tags_of_the_wrong_type_are_ignored),
	    cmocka_unit_test(numbers_of_every_width_are_taken),
	    cmocka_unit_test(names_are_made_utf8),
	    cmocka_unit_test(names_are_cut_between_characters),
	    cmocka_unit_test(mod_text_is_kept_like_the_name),
	    cmocka_unit_test(messages_that_begin_with_a_hash_are_read),
	    cmocka_unit_test(requests_of_both_widths_are_read),
	    cmocka_unit_test(requests_of_any_other_length_are_refused),
	    cmocka_unit_test(ranges_come_as_they_were_written),
	    cmocka_unit_test(a_direct_request_is_read_and_no_prefix_of_it),
	    cmocka_unit_test(
		emule_info_wants_an_answer_only_in_its_first_version),
	};

	return cmocka_run_group_tests(tests, read_hashes, NULL);
}
