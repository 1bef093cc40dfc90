/* proto/msg.h. SPDX-License-Identifier: ISC */
#include "frames.h"

#include "base/text.h"
#include "proto/msg.h"

#include <stdio.h>

static uint8_t f1[HASH_SIZE], f2[HASH_SIZE], g[HASH_SIZE], none[HASH_SIZE];

static int
read_hashes(void **state)
{
	(void)state;
	return hex_decode(f1, HASH_F1, HASH_SIZE) &&
		hex_decode(f2, HASH_F2, HASH_SIZE) &&
		hex_decode(g, HASH_G, HASH_SIZE) &&
		hex_decode(none, HASH_NONE, HASH_SIZE)
	    ? 0
	    : -1;
}

/* p with only its first n bytes of payload, in a block of that size. */
static struct packet
cut_to(const struct packet *p, uint32_t n)
{
	struct packet cut = *p;

	cut.payload = exact_copy(p->payload, n);
	cut.payload_len = n;
	return cut;
}

static void
free_payload(struct packet *p)
{
	free((void *)(uintptr_t)p->payload);
}

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

static struct msg_self
self_of(const char *name, const char *mod)
{
	struct msg_self self = {
	    .port = 4662,
	    .misc1 = 0x10000104,
	    .misc2 = 0x10,
	    .name = name,
	    .mod = mod,
	};

	assert_true(hex_decode(
	    self.user_hash, "ca25dac4a60e5e72ca419b24d2eb6f8a", HASH_SIZE));
	return self;
}

/* Every message we send, by number, into w; false past the last. */
static bool
put_message(struct writer *w, int number, const char **hex)
{
	static const uint8_t ip[4] = {203, 0, 113, 7};
	struct msg_self self = self_of("upeer", "upeer 1.0");
	uint8_t *hashes;

	switch (number) {
	case 0:
		*hex = FRAME_4C;
		msg_put_hello_answer(w, &self);
		return true;
	case 1:
		*hex = FRAME_02;
		msg_put_emule_info_answer(w);
		return true;
	case 2:
		*hex = FRAME_59;
		msg_put_file_name(w, f2, "Bigger.bin", 10);
		return true;
	case 3:
		*hex = FRAME_50;
		msg_put_file_status(w, f2);
		return true;
	case 4:
		*hex = FRAME_48;
		msg_put_no_file(w, none);
		return true;
	case 5:
		*hex = FRAME_52;
		hashes = msg_put_hash_set(w, f2, 2);
		if (hashes)
			unhex(hashes, 32, F2_PART_HASHES);
		return true;
	case 6:
		*hex = FRAME_52_F1;
		msg_put_hash_set(w, f1, 0);
		return true;
	case 7:
		*hex = FRAME_55;
		msg_put_accept_upload(w);
		return true;
	case 8:
		*hex = FRAME_98;
		msg_put_public_ip(w, ip);
		return true;
	case 9:
		*hex = FRAME_61;
		msg_put_shared_denied(w);
		return true;
	case 10:
		*hex = FRAME_FE_OURS;
		msg_put_port_test(w);
		return true;
	default:
		return false;
	}
}

static void
what_we_send_is_golden(void **state)
{
	const char *hex = NULL;
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof bytes);
	int n = 0;

	(void)state;
	while (put_message(&w, n, &hex)) {
		assert_false(w.bad);
		assert_hex(bytes, w.pos, hex);
		w = writer_of(bytes, sizeof bytes);
		n++;
	}
	assert_int_equal(n, 11);
}

static void
no_message_writes_past_any_smaller_block(void **state)
{
	const char *hex = NULL;
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	for (int n = 0; put_message(&w, n, &hex); n++) {
		size_t full = w.pos;

		for (size_t cap = 0; cap <= full; cap++) {
			uint8_t *block = malloc(cap);

			w = writer_of(block, cap);
			put_message(&w, n, &hex);
			assert_int_equal(w.bad, cap < full);
			assert_true(w.pos <= cap);
			free(block);
		}
		w = writer_of(bytes, sizeof bytes);
	}
}

static void
messages_are_put_behind_each_other(void **state)
{
	uint8_t bytes[128];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	msg_put_file_name(&w, f2, "Bigger.bin", 10);
	msg_put_accept_upload(&w);
	msg_put_file_status(&w, f2);
	assert_hex(bytes, w.pos, FRAME_59 FRAME_55 FRAME_50);
}

static void
a_hello_answer_tells_our_own_name_and_port(void **state)
{
	struct msg_self self = self_of("", "ed2k-serve 0.1.0");
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	self.port = 0xABCD;
	msg_put_hello_answer(&w, &self);
	assert_hex(bytes, w.pos,
	    "e3650000004c ca25dac4a60e5e72ca419b24d2eb6f8a 00000000 cdab"
	    "07000000 02010001 0000 03010011 3c000000 030100f9 00000000"
	    "030100fb 0000027e 030100fa 04010010 030100fe 10000000"
	    "02010055 1000 6564326b2d736572766520302e312e30 00000000 0000");
}

static void
a_hello_answer_is_read_and_no_prefix_of_it(void **state)
{
	struct packet p = packet_of(FRAME_4C);
	struct msg_hello h;

	(void)state;
	assert_true(msg_get_hello_answer(&p, &h));
	assert_hex(h.user_hash, HASH_SIZE, "ca25dac4a60e5e72ca419b24d2eb6f8a");
	assert_int_equal(h.port, 4662);
	assert_string_equal(h.name, "upeer");
	assert_string_equal(h.mod, "upeer 1.0");
	for (uint32_t n = 0; n < p.payload_len; n++) {
		struct packet cut = cut_to(&p, n);

		assert_false(msg_get_hello_answer(&cut, &h));
		free_payload(&cut);
	}
}

static void
a_hello_of_ours_is_read_as_it_was_meant(void **state)
{
	struct msg_self self = self_of("one who asks", "ed2k-share 0.1.0");
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct reader r;
	struct packet p;
	struct msg_hello h;

	(void)state;
	msg_put_hello(&w, &self);
	assert_false(w.bad);
	r = reader_of(bytes, w.pos);
	assert_int_equal(packet_next(&r, &p), PACKET_OK);
	assert_int_equal(p.protocol, OP_EDONKEYPROT);
	assert_int_equal(p.opcode, OP_HELLO);
	assert_int_equal(reader_left(&r), 0);
	assert_true(msg_get_hello(&p, &h));
	assert_memory_equal(h.user_hash, self.user_hash, HASH_SIZE);
	assert_int_equal(h.port, self.port);
	assert_int_equal(h.misc1, self.misc1);
	assert_int_equal(h.misc2, self.misc2);
	assert_string_equal(h.name, "one who asks");
	assert_string_equal(h.mod, "ed2k-share 0.1.0");
}

static void
a_file_request_is_golden(void **state)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	msg_put_file_request(&w, f2);
	assert_hex(bytes, w.pos, FRAME_4F);
}

static void
file_names_are_cut_at_255_bytes(void **state)
{
	static const size_t lengths[] = {0, 1, 254, 255, 256, 1000};
	static char name[1000];
	uint8_t bytes[400];

	(void)state;
	memset(name, 'n', sizeof name);
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct writer w = writer_of(bytes, sizeof bytes);
		size_t n = lengths[i] < 255 ? lengths[i] : 255;
		struct reader r;
		struct packet p;

		msg_put_file_name(&w, f1, name, lengths[i]);
		assert_int_equal(w.pos, 6 + 16 + 2 + n);
		r = reader_of(bytes, w.pos);
		assert_int_equal(packet_next(&r, &p), PACKET_OK);
		assert_int_equal(p.payload[16] | p.payload[17] << 8, n);
	}
}

static void
the_largest_hash_set_fits_the_largest_reply(void **state)
{
	uint8_t *bytes = malloc(REPLY_MAX + HASH_SIZE), *hashes;
	struct writer w = writer_of(bytes, REPLY_MAX);

	(void)state;
	assert_int_equal(PART_HASHES_MAX, 28257);
	hashes = msg_put_hash_set(&w, f1, PART_HASHES_MAX);
	assert_ptr_equal(hashes, bytes + 24);
	assert_false(w.bad);
	assert_true(w.pos < REPLY_MAX);
	memset(hashes, 0xFF, PART_HASHES_MAX * HASH_SIZE);
	assert_hex(bytes, 24, "e323e6060052" HASH_F1 "616e");
	w = writer_of(bytes, w.pos - 1);
	assert_null(msg_put_hash_set(&w, f1, PART_HASHES_MAX));
	assert_true(w.bad);
	w = writer_of(bytes, REPLY_MAX + HASH_SIZE);
	assert_null(msg_put_hash_set(&w, f1, PART_HASHES_MAX + 1));
	assert_true(w.bad);
	w = writer_of(bytes, REPLY_MAX);
	assert_null(msg_put_hash_set(&w, f1, SIZE_MAX / HASH_SIZE + 2));
	assert_true(w.bad);
	free(bytes);
}

static void
check_header(size_t (*header)(uint8_t out[DATA_HEADER_MAX],
		 const uint8_t hash[HASH_SIZE], struct range r),
    const uint8_t *hash, uint64_t start, uint64_t end, const char *hex)
{
	uint8_t *out = malloc(DATA_HEADER_MAX);
	size_t n = header(out, hash, (struct range){start, end});

	assert_hex(out, n, hex);
	free(out);
}

static void
data_headers_are_golden(void **state)
{
	(void)state;
	check_header(msg_data_header, f1, 0, 10240, HEAD_46);
	check_header(msg_data_header, g, UINT64_C(4294901760),
	    UINT64_C(4294912000), "e31928000046" HASH_G "0000ffff 0028ffff");
	check_header(msg_data_header, g, UINT64_C(4294967296),
	    UINT64_C(4294977536), HEAD_A2);
	check_header(msg_direct_data_header, f1, 0, 262144, HEAD_46_DIRECT);
}

static void
data_headers_are_wide_only_when_the_end_needs_it(void **state)
{
	(void)state;
	check_header(msg_data_header, f1, 0xFFFFFFFE, 0xFFFFFFFF,
	    "e31a00000046" HASH_F1 "feffffff ffffffff");
	check_header(msg_data_header, f1, 0xFFFFFFFE, UINT64_C(0x100000000),
	    "c523000000a2" HASH_F1 "feffffff00000000 0000000001000000");
	check_header(msg_data_header, f1, 0xFFFFFFFF, UINT64_C(0x100000000),
	    "c522000000a2" HASH_F1 "ffffffff00000000 0000000001000000");
	check_header(msg_data_header, f1, INT64_MAX - 1, INT64_MAX,
	    "c522000000a2" HASH_F1 "feffffffffffff7f ffffffffffffff7f");
}

static void
direct_data_headers_are_always_wide(void **state)
{
	(void)state;
	check_header(msg_direct_data_header, f1, 0, 1,
	    "e32200000046" HASH_F1 "0000000000000000 0100000000000000");
	/* a whole part in one frame */
	check_header(msg_direct_data_header, f1, UINT64_C(0x100000000),
	    UINT64_C(0x100000000) + PART_SIZE,
	    "e321709400 46" HASH_F1 "0000000001000000 0070940001000000");
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
	    cmocka_unit_test(what_we_send_is_golden),
	    cmocka_unit_test(no_message_writes_past_any_smaller_block),
	    cmocka_unit_test(messages_are_put_behind_each_other),
	    cmocka_unit_test(a_hello_answer_tells_our_own_name_and_port),
	    cmocka_unit_test(a_hello_answer_is_read_and_no_prefix_of_it),
	    cmocka_unit_test(a_hello_of_ours_is_read_as_it_was_meant),
	    cmocka_unit_test(a_file_request_is_golden),
	    cmocka_unit_test(file_names_are_cut_at_255_bytes),
	    cmocka_unit_test(the_largest_hash_set_fits_the_largest_reply),
	    cmocka_unit_test(data_headers_are_golden),
	    cmocka_unit_test(data_headers_are_wide_only_when_the_end_needs_it),
	    cmocka_unit_test(direct_data_headers_are_always_wide),
	};

	return cmocka_run_group_tests(tests, read_hashes, NULL);
}
