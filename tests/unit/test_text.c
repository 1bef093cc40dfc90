/* base/text.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "base/text.h"

/* The length that text_utf8_next finds, reading from a block of just n. */
static size_t
next_of(const char *s, size_t n, uint32_t *cp)
{
	char *copy = exact_copy(s, n);
	size_t len = text_utf8_next(copy, n, cp);

	free(copy);
	return len;
}

/* Write cp as UTF-8 by the book's table, surrogates and all. */
static size_t
encode(char *out, uint32_t cp, size_t len)
{
	static const uint8_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};

	for (size_t i = len; i-- > 1; cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3F));
	out[0] = (char)(lead[len] | cp);
	return len;
}

/* Undo text_escape. Returns the length, or SIZE_MAX for a broken escape. */
static size_t
unescape(uint8_t *out, const char *s)
{
	size_t n = 0;

	for (; *s; s++) {
		if (*s != '\\') {
			out[n++] = (uint8_t)*s;
			continue;
		}
		switch (*++s) {
		case '\0':
			return SIZE_MAX;
		case 'n':
			out[n++] = '\n';
			break;
		case 't':
			out[n++] = '\t';
			break;
		case 'r':
			out[n++] = '\r';
			break;
		case 'x':
			if (!hex_decode(out + n++, s + 1, 1))
				return SIZE_MAX;
			s += 2;
			break;
		default:
			out[n++] = (uint8_t)*s;
			break;
		}
	}
	return n;
}

static void
every_code_point_is_read_at_its_shortest_length_only(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
		size_t least = cp < 0x80 ? 1
		    : cp < 0x800         ? 2
		    : cp < 0x10000       ? 3
					 : 4;
		bool surrogate = cp >= 0xD800 && cp <= 0xDFFF;

		for (size_t len = least; len <= 4; len++) {
			bool good = len == least && !surrogate;
			uint32_t got = 0xFFFFFFFF;
			char s[4];

			encode(s, cp, len);
			assert_int_equal(
			    text_utf8_next(s, len, &got), good ? len : 0);
			if (good)
				assert_int_equal(got, cp);
		}
	}
}

static void
values_over_10ffff_are_no_utf8(void **state)
{
	char s[4];

	(void)state;
	for (uint32_t cp = 0x110000; cp < 0x200000; cp += 0xFFF) {
		encode(s, cp, 4);
		assert_int_equal(text_utf8_next(s, 4, NULL), 0);
	}
	assert_int_equal(text_utf8_next("\xF4\x90\x80\x80", 4, NULL), 0);
	assert_int_equal(text_utf8_next("\xF8\x88\x80\x80\x80", 5, NULL), 0);
	assert_int_equal(text_utf8_next("\xFE\x80\x80\x80", 4, NULL), 0);
	assert_int_equal(text_utf8_next("\xFF\xFF\xFF\xFF", 4, NULL), 0);
}

static void
cut_sequences_are_no_utf8_and_nothing_behind_them_is_read(void **state)
{
	static const char *const whole[] = {
	    "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
		size_t len = strlen(whole[i]);

		for (size_t n = 0; n < len; n++)
			assert_int_equal(next_of(whole[i], n, NULL), 0);
		assert_int_equal(next_of(whole[i], len, NULL), len);
	}
}

static void
bytes_that_cannot_continue_are_refused_in_every_place(void **state)
{
	static const char whole[] = "\xF0\x9F\x98\x80";

	(void)state;
	for (size_t at = 1; at < 4; at++)
		for (unsigned c = 0; c < 256; c++) {
			char s[4];

			memcpy(s, whole, 4);
			s[at] = (char)c;
			if ((c & 0xC0) != 0x80)
				assert_int_equal(text_utf8_next(s, 4, NULL), 0);
		}
	for (unsigned c = 0x80; c < 0xC2; c++) {
		char s[2] = {(char)c, '\x80'};

		assert_int_equal(text_utf8_next(s, 2, NULL), 0);
	}
}

static void
a_nul_is_a_character_and_the_code_point_is_optional(void **state)
{
	uint32_t cp = 7;

	(void)state;
	assert_int_equal(text_utf8_next("\0x", 2, &cp), 1);
	assert_int_equal(cp, 0);
	assert_int_equal(text_utf8_next("a", 1, NULL), 1);
}

static void
is_utf8_looks_at_all_of_it(void **state)
{
	(void)state;
	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8(NULL, 0));
	assert_true(text_is_utf8("a\0\xC3\xBC\xF0\x9F\x98\x80", 8));
	assert_false(text_is_utf8("abc\xFF", 4));
	assert_false(text_is_utf8("abc\xC3", 4));
	assert_false(text_is_utf8("\xED\xA0\x80", 3));
	assert_false(text_is_utf8("\xC0\x80", 2));
}

/* Check text_to_utf8 at every cap: a prefix, and never half a character. */
static void
check_to_utf8(const char *s, size_t n, const char *expected)
{
	size_t full = strlen(expected);

	for (size_t cap = 0; cap <= full + 3; cap++) {
		char *out = malloc(cap);
		size_t len = text_to_utf8(out, cap, s, n);

		assert_true(len <= cap && len <= full);
		assert_true(text_is_utf8(out, len));
		if (len > 0)
			assert_memory_equal(out, expected, len);
		assert_true(len == full || cap - len < 2 ||
		    cap - len <
			text_utf8_next(expected + len, full - len, NULL));
		if (cap >= full)
			assert_int_equal(len, full);
		free(out);
	}
}

static void
to_utf8_copies_utf8_and_cuts_between_characters(void **state)
{
	static const char s[] = "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80z";

	(void)state;
	check_to_utf8(s, strlen(s), s);
	check_to_utf8("", 0, "");
}

static void
to_utf8_takes_anything_else_for_latin1(void **state)
{
	(void)state;
	check_to_utf8("M\xFCnchen", 7, "M\xC3\xBCnchen");
	/* one bad byte makes Latin-1 of the whole */
	check_to_utf8("\xC3\xBC\xFF", 3, "\xC3\x83\xC2\xBC\xC3\xBF");
	check_to_utf8(
	    "\x80\xBF\xC0\xFF", 4, "\xC2\x80\xC2\xBF\xC3\x80\xC3\xBF");
	check_to_utf8("ab\xE2\x82", 4, "ab\xC3\xA2\xC2\x82");
}

static void
to_latin1_turns_what_it_lacks_into_question_marks(void **state)
{
	static const char s[] =
	    "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\xC4\x80z";
	static const char expected[] = "a\xFC???z";

	(void)state;
	for (size_t cap = 0; cap < 9; cap++) {
		char *out = malloc(cap);
		size_t len = text_to_latin1(out, cap, s, strlen(s));

		assert_int_equal(len, cap < 6 ? cap : 6);
		if (len > 0)
			assert_memory_equal(out, expected, len);
		free(out);
	}
}

static void
to_latin1_keeps_every_byte_of_what_is_no_utf8(void **state)
{
	char in[257], out[257];

	(void)state;
	for (size_t i = 0; i < 256; i++)
		in[i] = (char)i;
	assert_int_equal(text_to_latin1(out, sizeof out, in, 256), 256);
	assert_memory_equal(out, in, 256);
}

static void
latin1_survives_the_way_through_utf8(void **state)
{
	char in[128], middle[256], out[128];

	(void)state;
	for (size_t i = 0; i < 128; i++)
		in[i] = (char)(128 + i);
	assert_int_equal(text_to_utf8(middle, sizeof middle, in, 128), 256);
	assert_int_equal(text_to_latin1(out, sizeof out, middle, 256), 128);
	assert_memory_equal(out, in, 128);
}

static void
check_escape(const char *s, size_t n, const char *also, const char *expected)
{
	char out[256];

	assert_int_equal(
	    text_escape(out, sizeof out, s, n, also), strlen(expected));
	assert_string_equal(out, expected);
}

static void
escape_leaves_text_alone(void **state)
{
	static const char s[] = "Gr\xC3\xB6\xC3\x9F"
				"e \xE2\x82\xAC 'x' \"y\"";

	(void)state;
	check_escape(s, strlen(s), "", s);
	check_escape("", 0, "", "");
}

static void
escape_uses_letters_and_doubles_backslashes(void **state)
{
	(void)state;
	check_escape("\n\t\r\\", 4, "", "\\n\\t\\r\\\\");
	check_escape("\\n", 2, "", "\\\\n");
	check_escape("\\x41", 4, "", "\\\\x41");
}

static void
escape_writes_controls_and_broken_bytes_as_hex(void **state)
{
	(void)state;
	check_escape("\0\x01\x1B[2J\x7F", 7, "", "\\x00\\x01\\x1b[2J\\x7f");
	check_escape(
	    "\xC2\x80\xC2\x9F\xC2\xA0", 6, "", "\\xc2\\x80\\xc2\\x9f\xC2\xA0");
	check_escape("\xFF"
		     "a\xC3",
	    3, "", "\\xffa\\xc3");
	check_escape("\xED\xA0\x80", 3, "", "\\xed\\xa0\\x80");
	/* line separators, overrides, isolates, the mark of byte order */
	check_escape("\xE2\x80\xA8\xE2\x80\xAE", 6, "",
	    "\\xe2\\x80\\xa8\\xe2\\x80\\xae");
	check_escape("\xE2\x81\xA6\xEF\xBB\xBF", 6, "",
	    "\\xe2\\x81\\xa6\\xef\\xbb\\xbf");
}

static void
escape_puts_a_backslash_before_what_else_is_asked(void **state)
{
	(void)state;
	check_escape("a\"b c|", 6, "\"|", "a\\\"b c\\|");
	check_escape("\0\"", 2, "\"", "\\x00\\\"");
}

static void
escape_is_one_line_and_can_be_undone_for_any_bytes(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint8_t in[32], back[sizeof in * 4];
		char out[sizeof in * 4 + 1];
		size_t n = (size_t)round % sizeof in, len;

		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			in[i] = (uint8_t)(seed >> 24);
			/* often something that means something */
			if ((seed >> 20 & 3) == 0)
				in[i] =
				    (uint8_t) "\\\"\nnxrt0\xC3\xBC"[in[i] % 10];
		}
		len = text_escape(out, sizeof out, in, n, "\"");
		assert_int_equal(strlen(out), len);
		assert_true(text_is_utf8(out, len));
		for (size_t i = 0; i < len; i++)
			assert_true((uint8_t)out[i] >= 0x20 && out[i] != 0x7F);
		assert_int_equal(unescape(back, out), n);
		assert_memory_equal(back, in, n);
	}
}

static void
every_single_byte_can_be_undone(void **state)
{
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		uint8_t in[3] = {'n', (uint8_t)c, 'n'}, back[16];
		char out[16];

		text_escape(out, sizeof out, in, 3, "\"");
		assert_int_equal(unescape(back, out), 3);
		assert_memory_equal(back, in, 3);
	}
}

static void
escape_never_writes_past_cap_and_cuts_whole_escapes(void **state)
{
	static const char s[] = "ab\\\n\"\x01\xFF\xC3\xBC\xE2\x82\xAC"
				"\xE2\x80\xAE\xF0\x9F\x98\x80z";
	char full[128];
	size_t n_full = text_escape(full, sizeof full, s, sizeof s - 1, "\"");

	(void)state;
	for (size_t cap = 1; cap <= n_full + 5; cap++) {
		char *out = malloc(cap);
		uint8_t back[128];
		size_t len = text_escape(out, cap, s, sizeof s - 1, "\""), n;

		assert_true(len < cap);
		assert_int_equal(out[len], '\0');
		assert_memory_equal(out, full, len);
		assert_true(text_is_utf8(out, len));
		n = unescape(back, out);
		assert_true(n < sizeof s);
		assert_memory_equal(back, s, n);
		assert_true(cap <= n_full || len == n_full);
		/* the longest piece is an override's, 12 characters */
		assert_true(len == n_full || cap - len <= 12);
		free(out);
	}
}

static void
sizes_have_two_or_three_digits_and_a_unit(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} sizes[] = {
	    {0, "0 B"},
	    {1, "1 B"},
	    {1023, "1023 B"},
	    {1024, "1.0 KiB"},
	    {1536, "1.5 KiB"},
	    {10188, "9.9 KiB"},
	    {10189, "10 KiB"}, /* 9.9502 */
	    {1048063, "1023 KiB"},
	    {1048064, "1.0 MiB"}, /* 1023.5 */
	    {UINT64_C(123) << 30, "123 GiB"},
	    {UINT64_C(1) << 40, "1.0 TiB"},
	    {UINT64_MAX, "16 EiB"},
	};
	char out[TEXT_SIZE_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		text_size(out, sizes[i].bytes);
		assert_string_equal(out, sizes[i].text);
	}
}

static void
append_cuts_what_does_not_fit(void **state)
{
	char *out = exact_copy("ab\0....", 8);

	(void)state;
	text_append(out, 8, "%s%d", "c", 1);
	assert_string_equal(out, "abc1");
	text_append(out, 8, "%s", "defghi");
	assert_string_equal(out, "abc1def");
	text_append(out, 8, "%s", "x");
	assert_string_equal(out, "abc1def");
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		every_code_point_is_read_at_its_shortest_length_only),
	    cmocka_unit_test(values_over_10ffff_are_no_utf8),
	    cmocka_unit_test(
		cut_sequences_are_no_utf8_and_nothing_behind_them_is_read),
	    cmocka_unit_test(
		bytes_that_cannot_continue_are_refused_in_every_place),
	    cmocka_unit_test(
		a_nul_is_a_character_and_the_code_point_is_optional),
	    cmocka_unit_test(is_utf8_looks_at_all_of_it),
	    cmocka_unit_test(to_utf8_copies_utf8_and_cuts_between_characters),
	    cmocka_unit_test(to_utf8_takes_anything_else_for_latin1),
	    cmocka_unit_test(to_latin1_turns_what_it_lacks_into_question_marks),
	    cmocka_unit_test(to_latin1_keeps_every_byte_of_what_is_no_utf8),
	    cmocka_unit_test(latin1_survives_the_way_through_utf8),
	    cmocka_unit_test(escape_leaves_text_alone),
	    cmocka_unit_test(escape_uses_letters_and_doubles_backslashes),
	    cmocka_unit_test(escape_writes_controls_and_broken_bytes_as_hex),
	    cmocka_unit_test(escape_puts_a_backslash_before_what_else_is_asked),
	    cmocka_unit_test(
		escape_is_one_line_and_can_be_undone_for_any_bytes),
	    cmocka_unit_test(every_single_byte_can_be_undone),
	    cmocka_unit_test(
		escape_never_writes_past_cap_and_cuts_whole_escapes),
	    cmocka_unit_test(append_cuts_what_does_not_fit),
	    cmocka_unit_test(sizes_have_two_or_three_digits_and_a_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
