/* index/deny_line.h. SPDX-License-Identifier: ISC */
#include "deny_rig.h"

static void
every_form_is_read(void **state)
{
	static const struct {
		const char *text;
		enum deny_line_kind kind;
		const char *first, *last;
	} lines[] = {
#define DENY  DENY_LINE_DENY
#define ALLOW DENY_LINE_ALLOW
#define PASS  DENY_LINE_PASS
	    {"192.0.2.0/24", DENY, "192.0.2.0", "192.0.2.255"},
	    {"192.0.2.7", DENY, "192.0.2.7", "192.0.2.7"},
	    {"192.0.2.7/32", DENY, "192.0.2.7", "192.0.2.7"},
	    {"192.0.2.6/31", DENY, "192.0.2.6", "192.0.2.7"},
	    {"128.0.0.0/1", DENY, "128.0.0.0", "255.255.255.255"},
	    {"0.0.0.0/0", DENY, "0.0.0.0", "255.255.255.255"},
	    {"10.0.0.0/08", DENY, "10.0.0.0", "10.255.255.255"},
	    {"\t 192.0.2.0/24 \t\r\n", DENY, "192.0.2.0", "192.0.2.255"},
	    {"192.0.2.0/24#text", DENY, "192.0.2.0", "192.0.2.255"},
	    {"192.0.2.0/24 // text", DENY, "192.0.2.0", "192.0.2.255"},
	    {"192.0.2.0/24 ; SBL1", DENY, "192.0.2.0", "192.0.2.255"},
	    {"192.0.2.0//text", DENY_LINE_BAD, NULL, NULL},
	    /* never octal */
	    {"010.020.030.077", DENY, "10.20.30.77", "10.20.30.77"},
	    {"008.009.000.000/16", DENY, "8.9.0.0", "8.9.255.255"},
	    /* IPv6 */
	    {"2001:db8::/32", DENY,
		"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
	    {"2001:DB8::1", DENY, "2001:db8::1", "2001:db8::1"},
	    {"::/0", DENY, "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	    {"::1/128", DENY, "::1", "::1"},
	    {"2001:db8::4/126 # x", DENY, "2001:db8::4", "2001:db8::7"},
	    {"2001:db8::1 - 2001:db8::9", DENY, "2001:db8::1", "2001:db8::9"},
	    /* the same IPv4, written in IPv6 */
	    {"::ffff:192.0.2.0/120", DENY, "192.0.2.0", "192.0.2.255"},
	    {"::ffff:c000:207", DENY, "192.0.2.7", "192.0.2.7"},
	    /* eMule's */
	    {"001.002.003.000 - 001.002.003.255 , 100 , Some description", DENY,
		"1.2.3.0", "1.2.3.255"},
	    {"1.2.3.0-1.2.3.255,0,x", DENY, "1.2.3.0", "1.2.3.255"},
	    {"1.2.3.0 - 1.2.3.255 , 126 , a, b # c // d", DENY, "1.2.3.0",
		"1.2.3.255"},
	    {"1.2.3.0 - 1.2.3.255 , 127 , not denied", PASS, "1.2.3.0",
		"1.2.3.255"},
	    {"1.2.3.0 - 1.2.3.255 , 255 ,", PASS, "1.2.3.0", "1.2.3.255"},
	    {"1.2.3.0 - 1.2.3.255 , 999999999 ,", PASS, "1.2.3.0", "1.2.3.255"},
	    {"1.2.3.0 - 1.2.3.255 , 000 , \xE9t\xE9", DENY, "1.2.3.0",
		"1.2.3.255"},
	    {"1.2.3.0 - 1.2.3.255 , 100", DENY, "1.2.3.0", "1.2.3.255"},
	    {"1.2.3.0 - 1.2.3.255 , 100 # x", DENY, "1.2.3.0", "1.2.3.255"},
	    {"1.2.3.0 - 1.2.3.255", DENY, "1.2.3.0", "1.2.3.255"},
	    {"1.2.3.4 - 1.2.3.4 , 100 , one", DENY, "1.2.3.4", "1.2.3.4"},
	    {"000.000.000.000 - 255.255.255.255 , 000 , all\r\n", DENY,
		"0.0.0.0", "255.255.255.255"},
	    /* exceptions */
	    {"allow 192.0.2.0/28", ALLOW, "192.0.2.0", "192.0.2.15"},
	    {"allow\t 2001:db8::1 # friend", ALLOW, "2001:db8::1",
		"2001:db8::1"},
	    {"  allow 1.2.3.4 - 1.2.3.9", ALLOW, "1.2.3.4", "1.2.3.9"},
#undef DENY
#undef ALLOW
#undef PASS
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (parse(lines[i].text) != lines[i].kind)
			fail_msg("%s: kind %d, %s", lines[i].text, line.kind,
			    line.fault ? line.fault : "");
		if (lines[i].first)
			assert_range(lines[i].first, lines[i].last);
	}
}

static void
comments_and_blank_lines_are_empty(void **state)
{
	static const char *const lines[] = {"", "\n", "\r\n", "  \t ", "# x",
	    "  # 192.0.2.1", "// 192.0.2.1", "//", "; x", "#\r\n"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		assert_int_equal(parse(lines[i]), DENY_LINE_EMPTY);
}

static void
bad_lines_are_told_why(void **state)
{
	static const struct {
		const char *text, *fault;
	} lines[] = {
	    {"x", "no address"},
	    {"/", "no address"},
	    {"/24", "no address"},
	    {"example.org", "no address"},
	    {"1", "no address"},
	    {"1.2.3", "no address"},
	    {"1.2.3.", "no address"},
	    {"1.2.3.4.", "no address"},
	    {"1.2.3.4.5", "no address"},
	    {".1.2.3.4", "no address"},
	    {"1..2.3", "no address"},
	    {"1.2.3.256", "no address"},
	    {"1.2.3.0004", "no address"},
	    {"1.2.3.4294967297", "no address"},
	    {"0x1.2.3.4", "no address"},
	    {"-1.2.3.4", "no address"},
	    {"+1.2.3.4", "no address"},
	    {"1.2.3.a", "no address"},
	    {":", "no address"},
	    {":::", "no address"},
	    {"1::2::3", "no address"},
	    {"12345::", "no address"},
	    {"1:2:3:4:5:6:7", "no address"},
	    {"1:2:3:4:5:6:7:8:9", "no address"},
	    {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa", "no address"},
	    {"::ffff:1.2.3.256", "no address"},
	    {"allow", "no address"},
	    {"allow ", "no address"},
	    {"allow # x", "no address"},
	    {"allow192.0.2.1", "no address"},
	    {"allow/192.0.2.1", "no address"},
	    {"Allow 192.0.2.1", "no address"},
	    {"allow allow 192.0.2.1", "no address"},
	    {"1.2.3.4/", "from 0 to 32"},
	    {"1.2.3.4/33", "from 0 to 32"},
	    {"1.2.3.4/a", "from 0 to 32"},
	    {"1.2.3.4/-1", "from 0 to 32"},
	    {"1.2.3.4/ 24", "from 0 to 32"},
	    {"1.2.3.4/0032", "from 0 to 32"},
	    {"1.2.3.4/4294967320", "from 0 to 32"},
	    {"1.2.3.4/255.255.255.0", "from 0 to 32"},
	    {"::/129", "from 0 to 128"},
	    {"::/", "from 0 to 128"},
	    {"::1/-1", "from 0 to 128"},
	    {"192.0.2.1/24", "bits behind the mask"},
	    {"1.0.0.0/0", "bits behind the mask"},
	    {"2001:db8::1/127", "bits behind the mask"},
	    {"::ffff:1.2.3.4/0", "bits behind the mask"},
	    {"1.2.3.0/24x", "more behind"},
	    {"1.2.3.0/24 x", "more behind"},
	    {"1.2.3.0/24 / x", "more behind"},
	    {"1.2.3.0/24 - 1.2.4.0", "more behind"},
	    {"1.2.3.0/24 , 100 , x", "more behind"},
	    {"1.2.3.4 1.2.3.5", "more behind"},
	    {"1.2.3.4 , 100 , x", "more behind"},
	    {"fe80::1%eth0", "more behind"},
	    {"allow 1.2.3.4 - 1.2.3.5 , 100 , x", "more behind"},
	    {"1.2.3.4 -", "does not end with an address"},
	    {"1.2.3.4 - x", "does not end with an address"},
	    {"1.2.3.4 - , 100 , x", "does not end with an address"},
	    {"1.2.3.4 - 1.2.3.256 , 100 , x", "does not end with an address"},
	    {"1.2.3.5 - 1.2.3.4 , 100 , x", "runs backwards"},
	    {"::2 - ::1", "runs backwards"},
	    {"1.2.3.4 - ::1", "begins in IPv4"},
	    {"::1 - 1.2.3.4", "begins in IPv4"},
	    {"1.2.3.4 - 1.2.3.5 ,", "level"},
	    {"1.2.3.4 - 1.2.3.5 , , x", "level"},
	    {"1.2.3.4 - 1.2.3.5 , x , y", "level"},
	    {"1.2.3.4 - 1.2.3.5 , -1 , y", "level"},
	    {"1.2.3.4 - 1.2.3.5 , 1000000000 , y", "level"},
	    {"1.2.3.4 - 1.2.3.5 , 100 y", "more behind"},
	    {"64:ff9b::1.2.3.4", "write the IPv4 address"},
	    {"64:ff9b::/96", "write the IPv4 address"},
	    {"allow 64:ff9b:: - 64:ff9b::1", "write the IPv4 address"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (parse(lines[i].text) != DENY_LINE_BAD ||
		    !strstr(line.fault, lines[i].fault))
			fail_msg("%s: kind %d, %s", lines[i].text, line.kind,
			    line.fault ? line.fault : "");
}

static void
a_nul_is_no_end(void **state)
{
	(void)state;
	assert_int_equal(parse_bytes("1.2.3.4\0", 8), DENY_LINE_BAD);
	assert_int_equal(parse_bytes("\0", 1), DENY_LINE_BAD);
	assert_int_equal(parse_bytes("1.2.3.4/\0", 9), DENY_LINE_BAD);
	assert_int_equal(parse_bytes("allow\0001.2.3.4", 13), DENY_LINE_BAD);
	assert_int_equal(
	    parse_bytes("1.2.3.4 - 1.2.3.5 , 1 , \0x", 26), DENY_LINE_DENY);
}

static void
huge_lines_are_read_within_their_bounds(void **state)
{
	static const char fills[] = " 0123456789abcdef:./-,#;a\t\r\n";
	size_t n = 1 << 20;
	char *s = malloc(n);

	(void)state;
	for (const char *fill = fills; *fill; fill++) {
		memset(s, *fill, n);
		parse_bytes(s, n);
		memcpy(s, "1.2.3.4", 7);
		parse_bytes(s, n);
	}
	memset(s, 'd', n);
	memcpy(s, "1.2.3.4 - 1.2.3.5 , 100 , ", 26);
	assert_int_equal(parse_bytes(s, n), DENY_LINE_DENY);
	memset(s, ' ', n);
	memcpy(s + n - 7, "1.2.3.4", 7);
	assert_int_equal(parse_bytes(s, n), DENY_LINE_DENY);
	assert_range("1.2.3.4", "1.2.3.4");
	free(s);
}

static void
every_truncation_is_read_within_its_bounds(void **state)
{
	static const char *const lines[] = {
	    "allow 2001:0db8:1111:2222:3333:4444:5555:6660/124 // text\r\n",
	    "001.002.003.000 - 001.002.003.255 , 100 , description\r\n",
	    "::ffff:192.0.2.0/120 # text",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		for (size_t n = 0; n <= strlen(lines[i]); n++)
			for (size_t from = 0; from <= n; from++)
				parse_bytes(lines[i] + from, n - from);
}

static void
random_lines_are_read_within_their_bounds(void **state)
{
	static const char *const words[] = {"allow", " ", "1.2.3.4", "::1", "/",
	    "24", "-", " - ", ",", "100", "//", "#", "\r", ".", ":",
	    "::ffff:", "255", "x", "\t", "2001:db8::", "0"};
	char s[256];

	(void)state;
	seed = 1;
	for (int i = 0; i < 200000; i++) {
		size_t n = 0, count = random_below(9);

		for (size_t k = 0; k < count; k++) {
			const char *word =
			    words[random_below((uint32_t)ARRAY_LEN(words))];

			memcpy(s + n, word, strlen(word));
			n += strlen(word);
		}
		if (n > 0 && random_below(8) == 0)
			s[random_below((uint32_t)n)] = (char)random_below(256);
		parse_bytes(s, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_is_read),
	    cmocka_unit_test(comments_and_blank_lines_are_empty),
	    cmocka_unit_test(bad_lines_are_told_why),
	    cmocka_unit_test(a_nul_is_no_end),
	    cmocka_unit_test(huge_lines_are_read_within_their_bounds),
	    cmocka_unit_test(every_truncation_is_read_within_its_bounds),
	    cmocka_unit_test(random_lines_are_read_within_their_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
