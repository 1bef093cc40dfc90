/* proto/msg.h: messages that go out. SPDX-License-Identifier: ISC */
#include "msg_rig.h"

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
