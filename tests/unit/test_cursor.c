/* proto/cursor.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "proto/cursor.h"

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88,
    0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};

static void
numbers_are_little_endian(void **state)
{
	struct reader r = reader_of(bytes, sizeof bytes);

	(void)state;
	assert_int_equal(get_u8(&r), 0x01);
	assert_int_equal(get_u16(&r), 0x0302);
	assert_int_equal(get_u32(&r), 0x07060504);
	assert_int_equal(get_u64(&r), UINT64_C(0xFFEEDDCCBBAA9988));
	assert_int_equal(reader_left(&r), 0);
	assert_false(r.bad);
}

static void
numbers_are_written_little_endian(void **state)
{
	uint8_t out[15];
	struct writer w = writer_of(out, sizeof out);

	(void)state;
	put_u8(&w, 0x01);
	put_u16(&w, 0x0302);
	put_u32(&w, 0x07060504);
	put_u64(&w, UINT64_C(0xFFEEDDCCBBAA9988));
	assert_false(w.bad);
	assert_int_equal(w.pos, 15);
	assert_memory_equal(out, bytes, 15);
}

/* Read a u8, u16, u32, u64 or 5 bytes; what comes out as a number. */
static uint64_t
get_kind(struct reader *r, int kind)
{
	uint8_t five[5] = {0xEE, 0xEE, 0xEE, 0xEE, 0xEE};

	switch (kind) {
	case 0:
		return get_u8(r);
	case 1:
		return get_u16(r);
	case 2:
		return get_u32(r);
	case 3:
		return get_u64(r);
	default:
		get_bytes(r, five, sizeof five);
		return five[0] | five[1] | five[2] | five[3] | five[4];
	}
}

static void
reads_past_the_end_give_zero_set_bad_and_move_nothing(void **state)
{
	static const size_t width[] = {1, 2, 4, 8, 5};

	(void)state;
	for (int kind = 0; kind < 5; kind++)
		for (size_t n = 0; n < width[kind]; n++) {
			uint8_t *copy = exact_copy(bytes, n);
			struct reader r = reader_of(copy, n);

			assert_int_equal(get_kind(&r, kind), 0);
			assert_true(r.bad);
			assert_int_equal(r.pos, 0);
			assert_int_equal(reader_left(&r), 0);
			free(copy);
		}
}

static void
after_the_first_failure_nothing_can_be_read(void **state)
{
	struct reader r = reader_of(bytes, 3);

	(void)state;
	get_u8(&r);
	get_u32(&r);
	assert_true(r.bad);
	for (int kind = 0; kind < 5; kind++)
		assert_int_equal(get_kind(&r, kind), 0);
	assert_null(get_slice(&r, 0));
	assert_null(get_slice(&r, 1));
	assert_int_equal(r.pos, 1);
}

static void
slices_point_into_the_bytes(void **state)
{
	struct reader r = reader_of(bytes, sizeof bytes);

	(void)state;
	assert_ptr_equal(get_slice(&r, 3), bytes);
	assert_ptr_equal(get_slice(&r, 0), bytes + 3);
	assert_ptr_equal(get_slice(&r, 12), bytes + 3);
	assert_ptr_equal(get_slice(&r, 0), bytes + 15);
	assert_false(r.bad);
	assert_null(get_slice(&r, 1));
	assert_true(r.bad);
}

static void
lengths_that_would_wrap_the_position_are_refused(void **state)
{
	static const size_t lengths[] = {
	    SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, UINT32_MAX, 12};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct reader r = reader_of(bytes, sizeof bytes);
		uint8_t out[15];
		struct writer w = writer_of(out, sizeof out);

		get_u32(&r);
		assert_null(get_slice(&r, lengths[i]));
		assert_true(r.bad);
		put_u32(&w, 0);
		assert_null(put_slice(&w, lengths[i]));
		assert_true(w.bad);
		assert_int_equal(w.pos, 4);
	}
}

static void
an_empty_reader_and_writer_hold_nothing(void **state)
{
	struct reader r = reader_of(bytes, 0);
	struct writer w = writer_of(NULL, 0);

	(void)state;
	assert_int_equal(reader_left(&r), 0);
	assert_false(r.bad);
	assert_int_equal(get_u8(&r), 0);
	assert_true(r.bad);
	put_u8(&w, 1);
	assert_true(w.bad);
	assert_int_equal(w.pos, 0);
}

static void
writes_that_do_not_fit_are_lost_whole(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 8; cap++) {
		uint8_t *out = malloc(cap);
		struct writer w = writer_of(out, cap);

		if (cap > 0)
			memset(out, 0xEE, cap);
		put_u64(&w, UINT64_C(0x1122334455667788));
		assert_true(w.bad);
		assert_int_equal(w.pos, 0);
		for (size_t i = 0; i < cap; i++)
			assert_int_equal(out[i], 0xEE);
		free(out);
	}
}

static void
after_a_lost_write_none_gets_through(void **state)
{
	uint8_t out[4] = {0};
	struct writer w = writer_of(out, sizeof out);

	(void)state;
	put_u8(&w, 1);
	put_u32(&w, 0xFFFFFFFF);
	put_u8(&w, 2);
	put_u16(&w, 3);
	put_bytes(&w, "x", 1);
	assert_null(put_slice(&w, 0));
	assert_true(w.bad);
	assert_int_equal(w.pos, 1);
	assert_hex(out, 4, "01000000");
}

static void
bytes_and_slices_are_written_in_order(void **state)
{
	uint8_t *out = malloc(6);
	struct writer w = writer_of(out, 6);
	uint8_t *slice;

	(void)state;
	put_bytes(&w, "abc", 3);
	put_bytes(&w, NULL, 0);
	slice = put_slice(&w, 3);
	assert_ptr_equal(slice, out + 3);
	memcpy(slice, "def", 3);
	assert_false(w.bad);
	assert_memory_equal(out, "abcdef", 6);
	put_bytes(&w, NULL, 0);
	assert_false(w.bad);
	put_u8(&w, 0);
	assert_true(w.bad);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_are_little_endian),
	    cmocka_unit_test(numbers_are_written_little_endian),
	    cmocka_unit_test(
		reads_past_the_end_give_zero_set_bad_and_move_nothing),
	    cmocka_unit_test(after_the_first_failure_nothing_can_be_read),
	    cmocka_unit_test(slices_point_into_the_bytes),
	    cmocka_unit_test(lengths_that_would_wrap_the_position_are_refused),
	    cmocka_unit_test(an_empty_reader_and_writer_hold_nothing),
	    cmocka_unit_test(writes_that_do_not_fit_are_lost_whole),
	    cmocka_unit_test(after_a_lost_write_none_gets_through),
	    cmocka_unit_test(bytes_and_slices_are_written_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
