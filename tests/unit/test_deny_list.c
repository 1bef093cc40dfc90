/*
 * index/deny_line.h, index/deny_set.h and store/deny_list.h: lines, the
 * ranges made of them, and the search in what is written, in memory.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "index/deny_line.h"
#include "index/deny_set.h"

#include <arpa/inet.h>
#include <stdio.h>

/* Lines */

static struct deny_line line;

/* Parse a copy that ends where its block does. */
static enum deny_line_kind
parse_bytes(const void *s, size_t n)
{
	char *copy = exact_copy(s, n);

	deny_line_parse(copy, n, &line);
	free(copy);
	assert_int_equal(line.kind == DENY_LINE_BAD, line.fault != NULL);
	if (line.kind != DENY_LINE_EMPTY && line.kind != DENY_LINE_BAD)
		assert_true(
		    memcmp(line.range.first, line.range.last, IP_SIZE) <= 0);
	return line.kind;
}

static enum deny_line_kind
parse(const char *s)
{
	return parse_bytes(s, strlen(s));
}

static void
address_of(uint8_t out[IP_SIZE], const char *s)
{
	char mapped[64];

	snprintf(mapped, sizeof mapped, strchr(s, ':') ? "%s" : "::ffff:%s", s);
	assert_int_equal(inet_pton(AF_INET6, mapped, out), 1);
}

static void
assert_range(const char *first, const char *last)
{
	uint8_t expected[IP_SIZE];

	address_of(expected, first);
	assert_memory_equal(line.range.first, expected, IP_SIZE);
	address_of(expected, last);
	assert_memory_equal(line.range.last, expected, IP_SIZE);
}

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

/* The same numbers in every run: a linear congruence of Knuth's. */
static uint64_t seed;

static uint32_t
random_below(uint32_t n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)((seed >> 33) % n);
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

/* Ranges, and the file made of them */

static struct deny_set set;

/* What was written. */
static struct {
	uint8_t *bytes;
	size_t n, reads;
	uint64_t stop_at; /* the block whose reading fails */
} file;

static bool
write_file(void *ctx, const uint8_t block[DENY_LIST_BLOCK])
{
	(void)ctx;
	file.bytes = realloc(file.bytes, file.n + DENY_LIST_BLOCK);
	assert_non_null(file.bytes);
	memcpy(file.bytes + file.n, block, DENY_LIST_BLOCK);
	file.n += DENY_LIST_BLOCK;
	return true;
}

static bool
read_file(void *ctx, uint64_t number, uint8_t block[DENY_LIST_BLOCK])
{
	(void)ctx;
	file.reads++;
	assert_true(number < file.n / DENY_LIST_BLOCK);
	if (number == file.stop_at)
		return false;
	memcpy(block, file.bytes + number * DENY_LIST_BLOCK, DENY_LIST_BLOCK);
	return true;
}

static enum deny_list_result
look_up(const uint8_t address[IP_SIZE])
{
	file.reads = 0;
	return deny_list_search(read_file, NULL, file.n, address);
}

static enum deny_list_result
look_up_text(const char *s)
{
	uint8_t address[IP_SIZE];

	address_of(address, s);
	return look_up(address);
}

static void
forget(void)
{
	deny_set_free(&set);
	free(file.bytes);
	memset(&file, 0, sizeof file);
	file.stop_at = UINT64_MAX;
}

static void
compile(void)
{
	assert_true(deny_set_compile(&set));
	assert_true(deny_set_write(&set, write_file, NULL));
}

static void
add_line(const char *s)
{
	assert_true(parse(s) == DENY_LINE_DENY || line.kind == DENY_LINE_ALLOW);
	assert_true(
	    deny_set_add(&set, &line.range, line.kind == DENY_LINE_ALLOW));
}

static void
compile_lines(const char *const *lines)
{
	forget();
	for (; *lines; lines++)
		add_line(*lines);
	compile();
}

/* What is denied has to read like this, a range each. */
static void
assert_denied(const char *const (*ranges)[2], size_t n)
{
	size_t at[IP_FAMILIES] = {0};

	for (size_t i = 0; i < n; i++) {
		struct ip_range r;
		enum ip_family family;

		address_of(r.first, ranges[i][0]);
		address_of(r.last, ranges[i][1]);
		family = ip_family_of(r.first);
		assert_true(at[family] < set.deny[family].n);
		assert_memory_equal(
		    &set.deny[family].ranges[at[family]++], &r, sizeof r);
	}
	assert_int_equal(at[IP_V4], set.deny[IP_V4].n);
	assert_int_equal(at[IP_V6], set.deny[IP_V6].n);
}

static void
neighbours_and_overlaps_become_one_range(void **state)
{
	static const char *const lines[] = {"10.0.1.0/24", "10.0.0.0/24",
	    "10.0.0.128 - 10.0.1.5", "10.0.3.0/24", "10.0.3.7", "2001:db8::/33",
	    "2001:db8:8000::/33", "255.255.255.255", "255.255.255.254", NULL};
	static const char *const ranges[][2] = {
	    {"10.0.0.0", "10.0.1.255"},
	    {"10.0.3.0", "10.0.3.255"},
	    {"255.255.255.254", "255.255.255.255"},
	    {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"},
	};

	(void)state;
	compile_lines(lines);
	assert_denied(ranges, ARRAY_LEN(ranges));
	assert_int_equal(deny_set_ipv4_count(&set), 512 + 256 + 2);
}

static void
what_is_allowed_is_cut_out_wherever_it_stands(void **state)
{
	static const char *const lines[] = {"allow 10.0.0.0", "10.0.0.0/24",
	    "allow 10.0.0.255", "allow 10.0.0.16/28", "allow 10.0.0.24/29",
	    "10.0.1.0/24", "allow 10.0.0.254 - 10.0.1.0", "10.9.0.0/24",
	    "allow 10.8.0.0 - 10.9.1.7", "allow 192.0.2.1", "::/0", "allow ::1",
	    "allow ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "allow ::", NULL};
	static const char *const ranges[][2] = {
	    {"10.0.0.1", "10.0.0.15"},
	    {"10.0.0.32", "10.0.0.253"},
	    {"10.0.1.1", "10.0.1.255"},
	    {"::2", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"},
	};

	(void)state;
	compile_lines(lines);
	assert_denied(ranges, ARRAY_LEN(ranges));
}

static void
everything_of_a_family_is_denied_in_that_family_only(void **state)
{
	static const char *const v6[] = {"::/0", NULL};
	static const char *const v4[] = {"0.0.0.0/0", "0.0.0.0/1", NULL};

	(void)state;
	compile_lines(v6);
	assert_int_equal(look_up_text("::"), DENY_LIST_PRESENT);
	assert_int_equal(look_up_text("2001:db8::1"), DENY_LIST_PRESENT);
	assert_int_equal(look_up_text("192.0.2.1"), DENY_LIST_ABSENT);
	assert_int_equal(deny_set_ipv4_count(&set), 0);
	compile_lines(v4);
	assert_int_equal(look_up_text("::"), DENY_LIST_ABSENT);
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_PRESENT);
	assert_int_equal(look_up_text("255.255.255.255"), DENY_LIST_PRESENT);
	assert_int_equal(deny_set_ipv4_count(&set), UINT64_C(1) << 32);
}

static void
nothing_denied_is_a_list_too(void **state)
{
	static const char *const lines[] = {
	    "allow 0.0.0.0/0", "10.0.0.0/8", "allow ::/0", NULL};

	(void)state;
	compile_lines(lines);
	assert_int_equal(file.n, DENY_LIST_BLOCK);
	assert_int_equal(look_up_text("10.0.0.1"), DENY_LIST_ABSENT);
	assert_int_equal(look_up_text("::1"), DENY_LIST_ABSENT);
}

/*
 * The oracle: addresses at both ends of the family and at two places within it,
 * in order, each with a flag. A range goes from one of them to another.
 */
#define WINDOW 1500
#define POINTS (4 * WINDOW)

static void
point(uint8_t out[IP_SIZE], enum ip_family family, size_t i)
{
	static const uint8_t v4[4][4] = {
	    {0}, {127, 255, 253, 0}, {192, 0, 2, 0}, {255, 255, 250, 36}};
	size_t window = i / WINDOW, carry = i % WINDOW;

	memset(out, 0, IP_SIZE);
	if (family == IP_V4) {
		out[10] = out[11] = 0xFF;
		memcpy(out + 12, v4[window], 4);
	} else if (window == 3) {
		memset(out, 0xFF, 14);
		out[14] = 0xFA;
		out[15] = 0x24;
	} else if (window > 0) {
		/* the second runs over a border of eight bytes */
		out[0] = (uint8_t)(0x20 * window);
		memset(out + 8, window == 1 ? 0xFF : 0, 7);
	}
	for (size_t k = IP_SIZE; carry > 0 && k-- > 0;) {
		carry += out[k];
		out[k] = (uint8_t)carry;
		carry >>= 8;
	}
}

static void
the_points_are_in_order_and_reach_both_ends(void **state)
{
	uint8_t a[IP_SIZE], b[IP_SIZE];

	(void)state;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		for (size_t i = 1; i < POINTS; i++) {
			point(a, family, i - 1);
			point(b, family, i);
			assert_true(memcmp(a, b, IP_SIZE) < 0);
			assert_int_equal(ip_family_of(b), family);
		}
		memset(a, 0xFF, IP_SIZE);
		assert_memory_equal(a + (family == IP_V4 ? 12 : 0),
		    b + (family == IP_V4 ? 12 : 0), deny_list_width(family));
	}
}

/* Add n random ranges of up to `span` points, and note them. */
static void
add_random(enum ip_family family, bool allow, uint32_t n, uint32_t span,
    uint8_t *covered)
{
	while (n-- > 0) {
		size_t i = random_below(POINTS);
		size_t j = min_size(i + random_below(span), POINTS - 1);
		struct ip_range r;

		point(r.first, family, i);
		point(r.last, family, j);
		assert_true(deny_set_add(&set, &r, allow));
		memset(covered + i, 1, j - i + 1);
	}
}

/* Sorted, and with a gap between neighbours. */
static void
assert_merged(const struct ip_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct ip_range *r = &list->ranges[i];

		assert_true(memcmp(r->first, r->last, IP_SIZE) <= 0);
		if (i > 0) {
			uint8_t next[IP_SIZE];
			size_t k = IP_SIZE;

			memcpy(next, r[-1].last, IP_SIZE);
			while (k-- > 0 && ++next[k] == 0)
				;
			assert_true(memcmp(next, r->first, IP_SIZE) < 0);
		}
	}
}

static void
ranges_and_search_agree_with_brute_force(void **state)
{
	static uint8_t deny[POINTS], allow[POINTS];
	static const struct {
		uint32_t n_deny, deny_span, n_allow, allow_span;
	} mixes[] = {{1, 10, 0, 1}, {3, 6000, 2, 10}, {20, 300, 20, 300},
	    {200, 20, 50, 10}, {3000, 1, 0, 1}, {4000, 2, 500, 3},
	    {6000, 3, 3000, 1}};
	size_t n_most = 0;

	(void)state;
	seed = 2;
	for (int round = 0; round < 28; round++) {
		enum ip_family family = round % 2 ? IP_V6 : IP_V4;
		size_t mix = (size_t)round / 2 % ARRAY_LEN(mixes);
		uint8_t address[IP_SIZE];

		forget();
		memset(deny, 0, sizeof deny);
		memset(allow, 0, sizeof allow);
		add_random(family, false, mixes[mix].n_deny,
		    mixes[mix].deny_span, deny);
		add_random(family, true, mixes[mix].n_allow,
		    mixes[mix].allow_span, allow);
		/* something in the other family must not get in the way */
		add_line(family == IP_V4 ? "2001:db8::/32" : "10.0.0.0/8");
		compile();
		assert_merged(&set.deny[family]);
		n_most =
		    set.deny[family].n > n_most ? set.deny[family].n : n_most;
		for (size_t i = 0; i < POINTS; i++) {
			bool denied = deny[i] && !allow[i];

			/* all borders, and here and there in between */
			if (i % 16 > 0 && i + 1 < POINTS &&
			    denied == (deny[i - 1] && !allow[i - 1]) &&
			    denied == (deny[i + 1] && !allow[i + 1]))
				continue;
			point(address, family, i);
			if (look_up(address) !=
			    (denied ? DENY_LIST_PRESENT : DENY_LIST_ABSENT))
				fail_msg("round %d, point %zu", round, i);
			assert_in_range(file.reads, 1, 8);
		}
	}
	assert_true(n_most > 2 * deny_list_per_block(IP_V4));
	forget();
}

static void
full_blocks_are_searched_to_their_last_range(void **state)
{
	(void)state;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		uint32_t per = (uint32_t)deny_list_per_block(family);

		for (uint32_t n = per - 1; n <= 2 * per + 1; n += 1) {
			struct ip_range r;

			if (n > per + 1 && n < 2 * per - 1)
				n = 2 * per - 1;
			forget();
			for (uint32_t i = 0; i < n; i++) {
				point(r.first, family, 2 * i);
				memcpy(r.last, r.first, IP_SIZE);
				assert_true(deny_set_add(&set, &r, false));
			}
			compile();
			assert_int_equal(file.n,
			    DENY_LIST_BLOCK * (1 + (n + per - 1) / per));
			for (uint32_t i = 0; i < 2 * n; i++) {
				point(r.first, family, i);
				assert_int_equal(look_up(r.first),
				    i % 2 == 0 ? DENY_LIST_PRESENT
					       : DENY_LIST_ABSENT);
			}
		}
	}
	forget();
}

/* Damage */

/* Two blocks of IPv4 and two of IPv6. */
static void
make_small_file(void)
{
	forget();
	seed = 3;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		for (size_t i = 0; i < deny_list_per_block(family) + 40; i++) {
			struct ip_range r;

			point(r.first, family, 3 * i);
			point(r.last, family, 3 * i + 1);
			assert_true(deny_set_add(&set, &r, false));
		}
	compile();
	assert_int_equal(file.n, 5 * DENY_LIST_BLOCK);
}

/*
 * Search for n + 1 addresses of each family, from the first block to the last.
 * What comes out is what the undamaged file says, or a complaint. Returns the
 * complaints.
 */
static int
search_damaged(size_t n)
{
	int complaints = 0;

	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		size_t last = 3 * (deny_list_per_block(family) + 40) - 1;

		for (size_t k = 0; k <= n; k++) {
			size_t i = last * k / n;
			uint8_t address[IP_SIZE];
			enum deny_list_result res;

			point(address, family, i);
			res = look_up(address);
			if (res != DENY_LIST_ABSENT && res != DENY_LIST_PRESENT)
				complaints++;
			else
				assert_int_equal(
				    res == DENY_LIST_PRESENT, i % 3 < 2);
		}
	}
	return complaints;
}

static void
every_flipped_byte_is_noticed_where_it_matters(void **state)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xFF};

	(void)state;
	make_small_file();
	assert_int_equal(search_damaged(100), 0);
	for (size_t i = 0; i < file.n; i++) {
		uint8_t flip = flips[i % ARRAY_LEN(flips)];

		file.bytes[i] ^= flip;
		/* each block is on the way to one of the addresses */
		assert_true(search_damaged(1) > 0);
		file.bytes[i] ^= flip;
	}
	assert_int_equal(search_damaged(100), 0);
	forget();
}

static void
every_truncation_is_noticed(void **state)
{
	size_t n;

	(void)state;
	make_small_file();
	n = file.n;
	for (file.n = 0; file.n < n; file.n++) {
		enum deny_list_result res = look_up_text("0.0.0.0");

		assert_int_equal(res,
		    file.n < DENY_LIST_BLOCK ? DENY_LIST_FOREIGN
					     : DENY_LIST_DAMAGED);
	}
	/* and what is too long: the reader never gets there */
	file.n = n + 1;
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_DAMAGED);
	file.n = n;
	forget();
}

static void
blocks_in_other_places_or_of_other_lists_are_noticed(void **state)
{
	uint8_t *other;

	(void)state;
	make_small_file();
	other = exact_copy(file.bytes, file.n);
	memcpy(file.bytes + DENY_LIST_BLOCK, other + 2 * DENY_LIST_BLOCK,
	    DENY_LIST_BLOCK);
	assert_true(search_damaged(10) > 0);
	/* the same blocks under the header of a list of the same size */
	forget();
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		for (size_t i = 0; i < deny_list_per_block(family) + 40; i++) {
			struct ip_range r;

			point(r.first, family, 4 * i);
			point(r.last, family, 4 * i + 1);
			assert_true(deny_set_add(&set, &r, false));
		}
	compile();
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_PRESENT);
	memcpy(file.bytes + DENY_LIST_BLOCK, other + DENY_LIST_BLOCK,
	    4 * DENY_LIST_BLOCK);
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_DAMAGED);
	free(other);
	forget();
}

/*
 * A file that lies with the right checksums: any answer will do, as long as no
 * block is asked for that is not there.
 */
static void
forged_files_lead_nowhere_else(void **state)
{
	(void)state;
	make_small_file();
	seed = 4;
	for (int round = 0; round < 3000; round++) {
		static const uint32_t counts[] = {
		    0, 1, 127, 128, 511, 512, 1022, 1023, UINT32_MAX};
		struct deny_list_header h = {.version = DENY_LIST_VERSION,
		    .n = {counts[random_below(ARRAY_LEN(counts))],
			counts[random_below(ARRAY_LEN(counts))]},
		    .id = random_below(2)};

		deny_list_put_header(file.bytes, &h);
		for (uint64_t i = 1; i < 5; i++) {
			uint8_t *block = file.bytes + i * DENY_LIST_BLOCK;

			for (int k = 0; k < 20; k++)
				block[random_below(DENY_LIST_PAYLOAD)] =
				    (uint8_t)random_below(256);
			deny_list_seal(block, i, h.id);
		}
		for (int k = 0; k < 20; k++) {
			uint8_t address[IP_SIZE];
			enum deny_list_result res;

			point(address, k % 2 ? IP_V6 : IP_V4,
			    random_below(POINTS));
			res = look_up(address);
			assert_int_equal(res == DENY_LIST_DAMAGED,
			    deny_list_file_size(&h) != file.n);
		}
	}
	forget();
}

static void
other_files_and_versions_are_told_apart(void **state)
{
	struct deny_list_header h = {.version = 2};

	(void)state;
	forget();
	file.n = DENY_LIST_BLOCK;
	file.bytes = calloc(1, file.n);
	assert_int_equal(look_up_text("::1"), DENY_LIST_FOREIGN);
	memset(file.bytes, '#', file.n);
	assert_int_equal(look_up_text("::1"), DENY_LIST_FOREIGN);
	deny_list_put_header(file.bytes, &h);
	assert_int_equal(look_up_text("::1"), DENY_LIST_VERSION_UNKNOWN);
	h.version = DENY_LIST_VERSION;
	deny_list_put_header(file.bytes, &h);
	assert_int_equal(look_up_text("::1"), DENY_LIST_ABSENT);
	forget();
}

static void
blocks_that_cannot_be_read_are_told(void **state)
{
	(void)state;
	make_small_file();
	file.stop_at = 0;
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_UNREADABLE);
	file.stop_at = 1;
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_UNREADABLE);
	assert_int_equal(look_up_text("::"), DENY_LIST_PRESENT);
	file.stop_at = 3;
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_PRESENT);
	assert_int_equal(look_up_text("::"), DENY_LIST_UNREADABLE);
	forget();
}

/* The layout is written to disks: it does not change by itself. */
static void
the_layout_is_what_it_was(void **state)
{
	static const char *const lines[] = {
	    "192.0.2.0/24", "198.51.100.7", "2001:db8::/32", NULL};

	(void)state;
	compile_lines(lines);
	assert_int_equal(file.n, 3 * DENY_LIST_BLOCK);
	assert_hex(file.bytes, 24,
	    "89 45 44 32 4B 49 50 0A 01000000 02000000"
	    "01000000 00000000");
	assert_hex(file.bytes + DENY_LIST_BLOCK, 20,
	    "C0000200 C00002FF C6336407 C6336407 00000000");
	assert_hex(file.bytes + 2 * DENY_LIST_BLOCK, 36,
	    "20010DB8 00000000 00000000 00000000"
	    "20010DB8 FFFFFFFF FFFFFFFF FFFFFFFF 00000000");
	assert_hex(file.bytes + 24, 8, "D9B4D94D845DB446");
	assert_hex(file.bytes + DENY_LIST_PAYLOAD, 8, "697C0D6F7E0497F9");
	forget();
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
	    cmocka_unit_test(neighbours_and_overlaps_become_one_range),
	    cmocka_unit_test(what_is_allowed_is_cut_out_wherever_it_stands),
	    cmocka_unit_test(
		everything_of_a_family_is_denied_in_that_family_only),
	    cmocka_unit_test(nothing_denied_is_a_list_too),
	    cmocka_unit_test(the_points_are_in_order_and_reach_both_ends),
	    cmocka_unit_test(ranges_and_search_agree_with_brute_force),
	    cmocka_unit_test(full_blocks_are_searched_to_their_last_range),
	    cmocka_unit_test(every_flipped_byte_is_noticed_where_it_matters),
	    cmocka_unit_test(every_truncation_is_noticed),
	    cmocka_unit_test(
		blocks_in_other_places_or_of_other_lists_are_noticed),
	    cmocka_unit_test(forged_files_lead_nowhere_else),
	    cmocka_unit_test(other_files_and_versions_are_told_apart),
	    cmocka_unit_test(blocks_that_cannot_be_read_are_told),
	    cmocka_unit_test(the_layout_is_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
