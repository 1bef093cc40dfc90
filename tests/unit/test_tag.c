/* proto/tag.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "proto/tag.h"

/*
 * Read the one tag in hex, from a block of its size. `string` points into that
 * block, which lives until the next call.
 */
static enum tag_result
read_tag(const char *hex, struct tag *out, size_t *left)
{
	static uint8_t bytes[1 << 17];
	static uint8_t *last;
	size_t n = unhex(bytes, sizeof bytes, hex);
	enum tag_result res;
	struct reader r;

	free(last);
	last = exact_copy(bytes, n);
	r = reader_of(last, n);
	res = tag_next(&r, out);
	*left = reader_left(&r);
	return res;
}

struct example {
	const char *hex;
	uint8_t id;
	int kind;
	uint64_t number;
	const char *string;
};

/* Every type there is, in both forms. */
static const struct example examples[] = {
    {"010100aa 000102030405060708090a0b0c0d0e0f", 0xAA, TAG_OTHER, 0, ""},
    {"81aa 000102030405060708090a0b0c0d0e0f", 0xAA, TAG_OTHER, 0, ""},
    {"02010001 0500614d756c65", 0x01, TAG_STRING, 0, "aMule"},
    {"8201 0500614d756c65", 0x01, TAG_STRING, 0, "aMule"},
    {"02010001 0000", 0x01, TAG_STRING, 0, ""},
    {"03010011 3c000000", 0x11, TAG_NUMBER, 0x3C, ""},
    {"8311 ffffffff", 0x11, TAG_NUMBER, 0xFFFFFFFF, ""},
    {"04010001 0000803f", 0x01, TAG_OTHER, 0, ""},
    {"8401 0000803f", 0x01, TAG_OTHER, 0, ""},
    {"05010001 01", 0x01, TAG_NUMBER, 1, ""},
    {"8501 00", 0x01, TAG_NUMBER, 0, ""},
    {"06010001 0000 aa", 0x01, TAG_OTHER, 0, ""},
    {"06010001 0700 aa", 0x01, TAG_OTHER, 0, ""},
    {"06010001 0800 aabb", 0x01, TAG_OTHER, 0, ""},
    {"8601 0f00 aabb", 0x01, TAG_OTHER, 0, ""},
    {"07010001 03000000 aabbcc", 0x01, TAG_OTHER, 0, ""},
    {"8701 00000000", 0x01, TAG_OTHER, 0, ""},
    {"08010001 3412", 0x01, TAG_NUMBER, 0x1234, ""},
    {"88fe b80d", 0xFE, TAG_NUMBER, 0xDB8, ""},
    {"09010001 ff", 0x01, TAG_NUMBER, 0xFF, ""},
    {"8911 3c", 0x11, TAG_NUMBER, 0x3C, ""},
    {"0a010001 02 aabb", 0x01, TAG_OTHER, 0, ""},
    {"8a01 00", 0x01, TAG_OTHER, 0, ""},
    {"0b010001 8877665544332211", 0x01, TAG_NUMBER, 0x1122334455667788, ""},
    {"8b01 ffffffffffffffff", 0x01, TAG_NUMBER, UINT64_MAX, ""},
    {"11010001 61", 0x01, TAG_STRING, 0, "a"},
    {"9101 61", 0x01, TAG_STRING, 0, "a"},
    {"9501 614d756c65", 0x01, TAG_STRING, 0, "aMule"},
    {"20010001 30313233343536373839616263646566", 0x01, TAG_STRING, 0,
	"0123456789abcdef"},
    {"a001 30313233343536373839616263646566", 0x01, TAG_STRING, 0,
	"0123456789abcdef"},
    /* names that are no single byte: none of ours */
    {"030000 01000000", 0, TAG_NUMBER, 1, ""},
    {"030200 0102 01000000", 0, TAG_NUMBER, 1, ""},
    {"020400 66696c65 0100 61", 0, TAG_STRING, 0, "a"},
};

static void
every_type_is_read_in_both_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		const struct example *e = &examples[i];
		size_t left;
		struct tag t;

		assert_int_equal(read_tag(e->hex, &t, &left), TAG_OK);
		assert_int_equal(left, 0);
		assert_int_equal(t.id, e->id);
		assert_int_equal(t.kind, e->kind);
		assert_int_equal(t.number, e->number);
		assert_int_equal(t.string_len, strlen(e->string));
		if (t.string_len > 0)
			assert_memory_equal(t.string, e->string, t.string_len);
	}
}

static void
every_prefix_of_a_tag_is_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
		uint8_t bytes[64];
		size_t n = unhex(bytes, sizeof bytes, examples[i].hex);

		for (size_t k = 0; k < n; k++) {
			uint8_t *copy = exact_copy(bytes, k);
			struct reader r = reader_of(copy, k);
			struct tag t;

			assert_int_equal(tag_next(&r, &t), TAG_BAD);
			assert_true(r.bad);
			free(copy);
		}
	}
}

static void
strings_of_every_short_length_are_read(void **state)
{
	(void)state;
	for (unsigned len = 1; len <= 16; len++) {
		uint8_t bytes[32] = {(uint8_t)(0x90 + len), 0x01};
		struct reader r = reader_of(bytes, sizeof bytes);
		struct tag t;

		assert_int_equal(tag_next(&r, &t), TAG_OK);
		assert_int_equal(t.kind, TAG_STRING);
		assert_int_equal(t.string_len, len);
		assert_ptr_equal(t.string, bytes + 2);
		assert_int_equal(r.pos, 2 + len);
	}
}

static void
all_other_types_are_unknown(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 0x80; type++) {
		bool known = (type >= 0x01 && type <= 0x0B) ||
		    (type >= 0x11 && type <= 0x20);
		uint8_t bytes[64] = {(uint8_t)type, 1, 0, 0x55};
		struct reader r = reader_of(bytes, sizeof bytes);
		struct tag t;

		assert_int_equal(
		    tag_next(&r, &t), known ? TAG_OK : TAG_UNKNOWN);
		assert_int_equal(t.id, 0x55);
		bytes[0] = (uint8_t)(type | 0x80);
		bytes[1] = 0x55;
		bytes[2] = bytes[3] = 0;
		r = reader_of(bytes, sizeof bytes);
		assert_int_equal(
		    tag_next(&r, &t), known ? TAG_OK : TAG_UNKNOWN);
		assert_int_equal(t.id, 0x55);
	}
}

static void
an_unknown_type_that_is_cut_is_bad(void **state)
{
	size_t left;
	struct tag t;

	(void)state;
	assert_int_equal(read_tag("ff", &t, &left), TAG_BAD);
	assert_int_equal(read_tag("7f0100", &t, &left), TAG_BAD);
	assert_int_equal(read_tag("ff01", &t, &left), TAG_UNKNOWN);
}

static void
lengths_beyond_the_end_are_bad(void **state)
{
	static const char *const hex[] = {
	    "02010001 ffff 61",         /* string */
	    "02010001 0200 61",         /* string, one short */
	    "06010001 ffff aa",         /* bool array: 8192 bytes */
	    "07010001 ffffffff aabbcc", /* blob */
	    "07010001 00000080 aabbcc", /* blob */
	    "0a010001 ff aabb",         /* short blob */
	    "03ffff 01 00000000",       /* name */
	    "030200 01",                /* name, one short */
	};
	size_t left;
	struct tag t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hex); i++)
		assert_int_equal(read_tag(hex[i], &t, &left), TAG_BAD);
}

static void
names_and_strings_of_65535_bytes_are_read(void **state)
{
	size_t n = 3 + 65535 + 2 + 65535;
	uint8_t *bytes = calloc(n, 1);
	struct reader r = reader_of(bytes, n);
	struct tag t;

	(void)state;
	bytes[0] = 0x02;
	memset(bytes + 1, 0xFF, 2);
	memset(bytes + 3 + 65535, 0xFF, 2);
	assert_int_equal(tag_next(&r, &t), TAG_OK);
	assert_int_equal(t.id, 0);
	assert_int_equal(t.string_len, 65535);
	assert_int_equal(reader_left(&r), 0);
	r = reader_of(bytes, n - 1);
	assert_int_equal(tag_next(&r, &t), TAG_BAD);
	free(bytes);
}

static void
tags_follow_each_other(void **state)
{
	uint8_t bytes[64];
	size_t n = unhex(bytes, sizeof bytes,
	    "9501614d756c65 89113c 83f940124012 03010055 01000000");
	struct reader r = reader_of(bytes, n);
	struct tag t;

	(void)state;
	assert_int_equal(tag_next(&r, &t), TAG_OK);
	assert_int_equal(t.id, 0x01);
	assert_int_equal(tag_next(&r, &t), TAG_OK);
	assert_int_equal(t.id, 0x11);
	assert_null(t.string);
	assert_int_equal(tag_next(&r, &t), TAG_OK);
	assert_int_equal(t.number, 0x12401240);
	assert_int_equal(tag_next(&r, &t), TAG_OK);
	assert_int_equal(t.id, 0x55);
	assert_int_equal(tag_next(&r, &t), TAG_BAD);
}

static void
tags_are_written_in_the_old_form(void **state)
{
	uint8_t bytes[64];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	put_tag_string(&w, 0x01, "upeer");
	put_tag_u32(&w, 0xFA, 0x10000104);
	put_tag_string(&w, 0x55, "");
	assert_false(w.bad);
	assert_hex(bytes, w.pos,
	    "020100010500 7570656572 030100fa04010010 020100550000");
}

static void
strings_that_a_tag_cannot_hold_set_bad(void **state)
{
	static char text[65537];
	static uint8_t bytes[70000];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	memset(text, 'a', 65536);
	put_tag_string(&w, 0x01, text);
	assert_true(w.bad);
	text[65535] = '\0';
	w = writer_of(bytes, sizeof bytes);
	put_tag_string(&w, 0x01, text);
	assert_false(w.bad);
	assert_int_equal(w.pos, 6 + 65535);
	assert_hex(bytes, 7, "02010001ffff61");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_type_is_read_in_both_forms),
	    cmocka_unit_test(every_prefix_of_a_tag_is_bad),
	    cmocka_unit_test(strings_of_every_short_length_are_read),
	    cmocka_unit_test(all_other_types_are_unknown),
	    cmocka_unit_test(an_unknown_type_that_is_cut_is_bad),
	    cmocka_unit_test(lengths_beyond_the_end_are_bad),
	    cmocka_unit_test(names_and_strings_of_65535_bytes_are_read),
	    cmocka_unit_test(tags_follow_each_other),
	    cmocka_unit_test(tags_are_written_in_the_old_form),
	    cmocka_unit_test(strings_that_a_tag_cannot_hold_set_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
