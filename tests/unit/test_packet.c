/* proto/packet.h. SPDX-License-Identifier: ISC */
#include "frames.h"

#include "proto/opcodes.h"

static const char *const frames[] = {FRAME_01_AMULE, FRAME_01_SHORT_TAGS,
    FRAME_01_MLDONKEY, FRAME_58_V0, FRAME_58_V1, FRAME_58_V2, FRAME_58_NEW,
    FRAME_4F, FRAME_51, FRAME_54, FRAME_54_BARE, FRAME_56, FRAME_49, FRAME_4A,
    FRAME_5D, FRAME_5E, FRAME_97, FRAME_FE, FRAME_47, FRAME_A3, FRAME_47_DIRECT,
    FRAME_01_INFO, FRAME_01_OS_INFO, FRAME_81, FRAME_83, FRAME_92, FRAME_A4,
    FRAME_A9, FRAME_9E, FRAME_9B, FRAME_87, FRAME_4E, FRAME_90, FRAME_4D,
    FRAME_5B, FRAME_D4, FRAME_4C, FRAME_02, FRAME_59, FRAME_50, FRAME_48,
    FRAME_52, FRAME_52_F1, FRAME_55, FRAME_61, FRAME_98, FRAME_FE_OURS};

/* What packet_next says to these bytes in a block of their size. */
static enum packet_result
result_of(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = exact_copy(bytes, n);
	struct reader r = reader_of(copy, n);
	struct packet p;
	enum packet_result res = packet_next(&r, &p);

	assert_false(r.bad);
	if (res != PACKET_OK)
		assert_int_equal(r.pos, 0);
	free(copy);
	return res;
}

static void
golden_frames_are_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		struct packet p = packet_of(frames[i]);
		uint8_t bytes[256];
		size_t n = unhex(bytes, sizeof bytes, frames[i]);

		assert_int_equal(p.protocol, bytes[0]);
		assert_int_equal(p.opcode, bytes[5]);
		assert_int_equal(p.payload_len, n - 6);
		assert_memory_equal(p.payload, bytes + 6, n - 6);
	}
}

static void
every_prefix_of_a_frame_wants_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(frames); i++) {
		uint8_t bytes[256];
		size_t n = unhex(bytes, sizeof bytes, frames[i]);

		for (size_t k = 0; k < n; k++)
			assert_int_equal(result_of(bytes, k), PACKET_MORE);
		assert_int_equal(result_of(bytes, n), PACKET_OK);
	}
}

static void
frames_that_came_together_are_taken_one_by_one(void **state)
{
	uint8_t bytes[64];
	size_t n =
	    unhex(bytes, sizeof bytes, FRAME_4F FRAME_97 FRAME_54_BARE "e3");
	struct reader r = reader_of(bytes, n);
	struct packet p;

	(void)state;
	assert_int_equal(packet_next(&r, &p), PACKET_OK);
	assert_int_equal(p.opcode, OP_SETREQFILEID);
	assert_int_equal(packet_next(&r, &p), PACKET_OK);
	assert_int_equal(p.opcode, OP_PUBLICIP_REQ);
	assert_ptr_equal(p.payload, bytes + 28);
	assert_int_equal(packet_next(&r, &p), PACKET_OK);
	assert_int_equal(p.opcode, OP_STARTUPLOADREQ);
	assert_int_equal(p.payload_len, 0);
	assert_int_equal(packet_next(&r, &p), PACKET_MORE);
	assert_int_equal(r.pos, 34);
}

static void
any_other_protocol_byte_is_bad_at_once(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		uint8_t bytes[6] = {(uint8_t)c, 1, 0, 0, 0, 0};
		bool good = c == 0xE3 || c == 0xC5 || c == 0xD4;

		assert_int_equal(
		    result_of(bytes, 1), good ? PACKET_MORE : PACKET_BAD);
		assert_int_equal(
		    result_of(bytes, 6), good ? PACKET_OK : PACKET_BAD);
	}
}

static void
a_length_of_zero_or_over_the_bound_is_bad_before_the_body(void **state)
{
	static const uint32_t lengths[] = {0, PACKET_PAYLOAD_MAX + 2, 2000001,
	    0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		uint8_t bytes[6] = {0xE3};
		struct writer w = writer_of(bytes + 1, 4);

		put_u32(&w, lengths[i]);
		for (size_t n = 0; n < 5; n++)
			assert_int_equal(result_of(bytes, n), PACKET_MORE);
		assert_int_equal(result_of(bytes, 5), PACKET_BAD);
		assert_int_equal(result_of(bytes, 6), PACKET_BAD);
	}
}

static void
the_largest_payload_is_taken_whole(void **state)
{
	size_t n = PACKET_HEADER_SIZE + PACKET_PAYLOAD_MAX;
	uint8_t *bytes = calloc(n, 1);
	struct reader r = reader_of(bytes, n);
	struct writer w = writer_of(bytes, n);
	struct packet p;

	(void)state;
	put_u8(&w, 0xC5);
	put_u32(&w, PACKET_PAYLOAD_MAX + 1);
	put_u8(&w, 0x77);
	assert_int_equal(result_of(bytes, n - 1), PACKET_MORE);
	assert_int_equal(packet_next(&r, &p), PACKET_OK);
	assert_int_equal(p.opcode, 0x77);
	assert_int_equal(p.payload_len, PACKET_PAYLOAD_MAX);
	assert_int_equal(reader_left(&r), 0);
	free(bytes);
}

static void
a_frame_begins_and_ends_around_what_is_put(void **state)
{
	uint8_t bytes[32];
	struct writer w = writer_of(bytes, sizeof bytes);
	size_t first, second;

	(void)state;
	first = packet_begin(&w, 0xE3, 0x4E);
	put_u16(&w, 2);
	put_bytes(&w, "hi", 2);
	packet_end(&w, first);
	second = packet_begin(&w, 0xC5, 0x97);
	packet_end(&w, second);
	assert_int_equal(first, 0);
	assert_int_equal(second, 10);
	assert_hex(bytes, w.pos, FRAME_4E FRAME_97);
}

static void
a_frame_that_does_not_fit_stays_inside_its_block(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 10; cap++) {
		uint8_t *bytes = malloc(cap);
		struct writer w = writer_of(bytes, cap);
		size_t begin = packet_begin(&w, 0xE3, 0x4E);

		put_u16(&w, 2);
		put_bytes(&w, "hi", 2);
		packet_end(&w, begin);
		assert_true(w.bad);
		free(bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden_frames_are_taken_apart),
	    cmocka_unit_test(every_prefix_of_a_frame_wants_more),
	    cmocka_unit_test(frames_that_came_together_are_taken_one_by_one),
	    cmocka_unit_test(any_other_protocol_byte_is_bad_at_once),
	    cmocka_unit_test(
		a_length_of_zero_or_over_the_bound_is_bad_before_the_body),
	    cmocka_unit_test(the_largest_payload_is_taken_whole),
	    cmocka_unit_test(a_frame_begins_and_ends_around_what_is_put),
	    cmocka_unit_test(a_frame_that_does_not_fit_stays_inside_its_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
