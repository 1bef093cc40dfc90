/* proto/proxy_header.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "proto/proxy_header.h"

#define SIGNATURE "0d0a0d0a000d0a515549540a"

/* 192.0.2.7:50112 to 198.51.100.9:4662, and the same in IPv6 */
#define ADDRESSES4 "c0000207 c6336409 c3c0 1236"
#define ADDRESSES6                                                             \
	"20010db8000000000000000000000007 "                                    \
	"20010db8000100000000000000000009 c3c0 1236"

/* What proxy_header_parse says of n bytes in a block of just that size. */
static enum proxy_header_result
parse(const void *bytes, size_t n, struct proxy_header *header, size_t *len)
{
	uint8_t *copy = exact_copy(bytes, n);
	enum proxy_header_result res = proxy_header_parse(copy, n, header, len);

	free(copy);
	return res;
}

/*
 * Read a stream as a server does that may take no byte behind the header: up to
 * the length that is told, `step` bytes at once. Returns what was said last.
 */
static enum proxy_header_result
read_exactly(const uint8_t *stream, size_t size, size_t step,
    struct proxy_header *header, size_t *n)
{
	enum proxy_header_result res;
	size_t len;

	*n = 0;
	while ((res = parse(stream, *n, header, &len)) == PROXY_HEADER_MORE) {
		assert_true(len > *n && len <= PROXY_HEADER_MAX);
		if (*n == size)
			break;
		*n = min_size(min_size(len, *n + step), size);
	}
	return res;
}

/* A whole header of n bytes: cut anywhere, in any pieces, and with more. */
static void
check(const uint8_t *bytes, size_t n, enum proxy_header_result wanted,
    const char *source)
{
	struct proxy_header header;
	uint8_t stream[PROXY_HEADER_MAX + 8];
	char text[ADDRESS_PORT_TEXT];
	size_t len, got;

	for (size_t cut = 0; cut < n; cut++) {
		assert_int_equal(
		    parse(bytes, cut, &header, &len), PROXY_HEADER_MORE);
		assert_true(len > cut && len <= n);
	}
	assert_true(n <= PROXY_HEADER_MAX);
	memcpy(stream, bytes, n);
	memcpy(stream + n, "PROXY \r\n", 8);
	for (size_t more = 0; more <= 8; more++) {
		assert_int_equal(
		    parse(stream, n + more, &header, &len), wanted);
		assert_int_equal(len, n);
	}
	for (size_t step = 1; step <= n; step++) {
		assert_int_equal(
		    read_exactly(stream, n + 8, step, &header, &got), wanted);
		assert_int_equal(got, n);
	}
	if (!source)
		return;
	assert_string_equal(
	    address_format_port(text, header.source, header.source_port),
	    source);
	assert_int_equal(header.destination_port, 4662);
}

static void
check_text(const char *s, enum proxy_header_result wanted, const char *source)
{
	check((const uint8_t *)s, strlen(s), wanted, source);
}

static void
check_hex(const char *hex, enum proxy_header_result wanted, const char *source)
{
	uint8_t bytes[PROXY_HEADER_MAX];

	check(bytes, unhex(bytes, sizeof bytes, hex), wanted, source);
}

static void
version_1_names_the_peer(void **state)
{
	(void)state;
	check_text("PROXY TCP4 192.0.2.7 198.51.100.9 50112 4662\r\n",
	    PROXY_HEADER_PEER, "192.0.2.7:50112");
	check_text("PROXY TCP4 255.255.255.255 255.255.255.255 65535 4662\r\n",
	    PROXY_HEADER_PEER, "255.255.255.255:65535");
	check_text("PROXY TCP4 0.0.0.0 0.0.0.0 0 4662\r\n", PROXY_HEADER_PEER,
	    "0.0.0.0");
	check_text("PROXY TCP6 2001:db8::7 2001:DB8:1::9 50112 4662\r\n",
	    PROXY_HEADER_PEER, "[2001:db8::7]:50112");
	check_text("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
		   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 4662\r\n",
	    PROXY_HEADER_PEER,
	    "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	/* IPv4 that came in by a socket of IPv6 */
	check_text("PROXY TCP6 ::ffff:192.0.2.7 ::1 50112 4662\r\n",
	    PROXY_HEADER_PEER, "192.0.2.7:50112");
}

static void
version_1_may_name_nobody(void **state)
{
	(void)state;
	check_text("PROXY UNKNOWN\r\n", PROXY_HEADER_LOCAL, NULL);
	check_text(
	    "PROXY UNKNOWN what\tever \r it is\r\n", PROXY_HEADER_LOCAL, NULL);
	/* the longest line there may be */
	check_text("PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
		   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
	    PROXY_HEADER_LOCAL, NULL);
}

static void
version_1_that_is_broken_is_refused(void **state)
{
	static const char *const bad[] = {
	    "PROXY \n",
	    "PROXY \r\n",
	    "PROXY UNKNOWN\n",
	    "PROXY UNKNOWNS\r\n",
	    "PROXY unknown\r\n",
	    "PROXY TCP4\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 50112\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 50112 \r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 50112 4662 \r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 50112 4662 1\r\n",
	    "PROXY TCP4  192.0.2.7 198.51.100.9 50112 4662\r\n",
	    "PROXY TCP4 192.0.2.7  198.51.100.9 50112 4662\r\n",
	    "PROXY TCP4 192.0.2.7\t198.51.100.9 50112 4662\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 50112 4662\n",
	    "PROXY TCP4 192.0.2.07 198.51.100.9 50112 4662\r\n",
	    "PROXY TCP4 192.0.2.256 198.51.100.9 50112 4662\r\n",
	    "PROXY TCP4 192.0.2 198.51.100.9 50112 4662\r\n",
	    "PROXY TCP4 192.0.2.7 host 50112 4662\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 65536 4662\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 50112 65536\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 655350 4662\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 050112 4662\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 01 4662\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 -1 4662\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9 0x1 4662\r\n",
	    "PROXY TCP4 192.0.2.7 198.51.100.9  4662\r\n",
	    "PROXY TCP4 2001:db8::7 2001:db8::9 50112 4662\r\n",
	    "PROXY TCP4 192.0.2.7 2001:db8::9 50112 4662\r\n",
	    "PROXY TCP6 192.0.2.7 198.51.100.9 50112 4662\r\n",
	    "PROXY TCP6 2001:db8::7 198.51.100.9 50112 4662\r\n",
	    "PROXY TCP5 192.0.2.7 198.51.100.9 50112 4662\r\n",
	    "PROXY UDP4 192.0.2.7 198.51.100.9 50112 4662\r\n",
	    "PROXY tcp4 192.0.2.7 198.51.100.9 50112 4662\r\n",
	};
	static const char with_nul[] =
	    "PROXY TCP4 192.0.2.7 198.51.100.9 50112 4662\0x\r\n";
	struct proxy_header header;
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (parse(bad[i], strlen(bad[i]), &header, &len) !=
		    PROXY_HEADER_BAD)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(parse(with_nul, sizeof with_nul - 1, &header, &len),
	    PROXY_HEADER_BAD);
}

static void
a_line_without_end_is_refused_at_its_longest(void **state)
{
	struct proxy_header header;
	uint8_t line[200];
	size_t n;

	(void)state;
	memset(line, 'x', sizeof line);
	memcpy(line, "PROXY UNKNOWN ", 14);
	assert_int_equal(
	    read_exactly(line, sizeof line, 1, &header, &n), PROXY_HEADER_BAD);
	assert_int_equal(n, 107);
	/* an end just behind it changes nothing */
	memcpy(line + 106, "\r\n", 2);
	assert_int_equal(read_exactly(line, sizeof line, 200, &header, &n),
	    PROXY_HEADER_BAD);
	assert_int_equal(n, 107);
}

static void
version_2_names_the_peer(void **state)
{
	(void)state;
	check_hex(SIGNATURE "21 11 000c" ADDRESSES4, PROXY_HEADER_PEER,
	    "192.0.2.7:50112");
	check_hex(SIGNATURE "21 21 0024" ADDRESSES6, PROXY_HEADER_PEER,
	    "[2001:db8::7]:50112");
	check_hex(SIGNATURE "21 21 0024"
			    "00000000000000000000ffff c0000207"
			    "00000000000000000000ffff c6336409 c3c0 1236",
	    PROXY_HEADER_PEER, "192.0.2.7:50112");
	/* more fields: ALPN, an authority, what nobody knows, half a one */
	check_hex(SIGNATURE "21 11 0013" ADDRESSES4 "01 0004 65643265",
	    PROXY_HEADER_PEER, "192.0.2.7:50112");
	check_hex(SIGNATURE "21 21 002d" ADDRESSES6 "02 0003 612e62 ff ffff",
	    PROXY_HEADER_PEER, "[2001:db8::7]:50112");
}

static void
version_2_may_name_nobody(void **state)
{
	(void)state;
	check_hex(SIGNATURE "20 00 0000", PROXY_HEADER_LOCAL, NULL);
	check_hex(
	    SIGNATURE "20 00 0007 03 0004 a9b8c7d6", PROXY_HEADER_LOCAL, NULL);
	/* whatever addresses it has, they are not a peer's */
	check_hex(SIGNATURE "20 11 000c" ADDRESSES4, PROXY_HEADER_LOCAL, NULL);
	check_hex(SIGNATURE "20 ff 0001 00", PROXY_HEADER_LOCAL, NULL);
	check_hex(SIGNATURE "21 00 0000", PROXY_HEADER_LOCAL, NULL);
	check_hex(SIGNATURE "21 00 0003 04 0000", PROXY_HEADER_LOCAL, NULL);
	check_hex(SIGNATURE "21 31 0001 00", PROXY_HEADER_LOCAL, NULL);
}

/* Version 2 of this command and family, with `follow` bytes behind it. */
static size_t
make_version_2(uint8_t *out, unsigned command, unsigned family, size_t follow)
{
	memset(out, 0, 16 + follow);
	unhex(out, 12, SIGNATURE);
	out[12] = (uint8_t)command;
	out[13] = (uint8_t)family;
	out[14] = (uint8_t)(follow >> 8);
	out[15] = (uint8_t)follow;
	return 16 + follow;
}

static void
version_2_has_room_for_its_addresses(void **state)
{
	static uint8_t bytes[16 + 0xFFFF];
	struct proxy_header header;

	(void)state;
	for (size_t follow = 0; follow <= 0xFFFF;
	     follow += follow < 600 ? 1 : 511) {
		bool fits = 16 + follow <= PROXY_HEADER_MAX;
		size_t n = make_version_2(bytes, 0x21, 0x11, follow), got;

		assert_int_equal(read_exactly(bytes, n, n, &header, &got),
		    fits && follow >= 12 ? PROXY_HEADER_PEER
					 : PROXY_HEADER_BAD);
		assert_int_equal(got, fits ? n : 16);
		make_version_2(bytes, 0x21, 0x21, follow);
		assert_int_equal(read_exactly(bytes, n, n, &header, &got),
		    fits && follow >= 36 ? PROXY_HEADER_PEER
					 : PROXY_HEADER_BAD);
		make_version_2(bytes, 0x20, 0x00, follow);
		assert_int_equal(read_exactly(bytes, n, n, &header, &got),
		    fits ? PROXY_HEADER_LOCAL : PROXY_HEADER_BAD);
	}
}

static void
version_2_knows_few_commands_and_families(void **state)
{
	uint8_t bytes[16 + 216];
	struct proxy_header header;
	size_t len;

	(void)state;
	for (unsigned command = 0; command < 256; command++)
		for (unsigned family = 0; family < 256; family++) {
			size_t n = make_version_2(bytes, command, family, 216);
			enum proxy_header_result wanted = PROXY_HEADER_BAD;

			if (command == 0x20 ||
			    (command == 0x21 &&
				(family == 0x00 || family == 0x31)))
				wanted = PROXY_HEADER_LOCAL;
			else if (command == 0x21 &&
			    (family == 0x11 || family == 0x21))
				wanted = PROXY_HEADER_PEER;
			assert_int_equal(
			    parse(bytes, n, &header, &len), wanted);
		}
	/* a version that is not known is told as soon as it is there */
	make_version_2(bytes, 0x31, 0x11, 12);
	assert_int_equal(parse(bytes, 12, &header, &len), PROXY_HEADER_MORE);
	assert_int_equal(parse(bytes, 13, &header, &len), PROXY_HEADER_BAD);
}

static void
what_begins_no_header_is_told_by_its_first_other_byte(void **state)
{
	uint8_t headers[2][16];
	static const size_t signature_len[] = {6, 12};
	struct proxy_header header;
	size_t len;

	(void)state;
	memcpy(headers[0], "PROXY TCP4 192.0", 16);
	make_version_2(headers[1], 0x21, 0x11, 0);
	for (size_t k = 0; k < ARRAY_LEN(headers); k++)
		for (size_t i = 0; i < signature_len[k]; i++)
			for (unsigned c = 0; c < 256; c++) {
				uint8_t bytes[16];
				bool same = c == headers[k][i] ||
				    (i == 0 && c == headers[1 - k][0]);

				memcpy(bytes, headers[k], sizeof bytes);
				bytes[i] = (uint8_t)c;
				assert_int_equal(
				    parse(bytes, i + 1, &header, &len),
				    same ? PROXY_HEADER_MORE
					 : PROXY_HEADER_NONE);
			}
	assert_int_equal(parse("\xE3", 1, &header, &len), PROXY_HEADER_NONE);
}

static void
five_bytes_tell_a_stranger(void **state)
{
	static const char v1[] = "PROXY ", v2[] = "\r\n\r\n\0\r\n";

	(void)state;
	for (size_t n = 0; n <= 6; n++) {
		assert_int_equal(
		    proxy_header_begins((const uint8_t *)v1, n), n >= 5);
		assert_int_equal(
		    proxy_header_begins((const uint8_t *)v2, n), n >= 5);
	}
	assert_false(proxy_header_begins((const uint8_t *)"PROXIMITY", 9));
	assert_false(proxy_header_begins((const uint8_t *)"\r\n\r\n\r\n", 6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(version_1_names_the_peer),
	    cmocka_unit_test(version_1_may_name_nobody),
	    cmocka_unit_test(version_1_that_is_broken_is_refused),
	    cmocka_unit_test(a_line_without_end_is_refused_at_its_longest),
	    cmocka_unit_test(version_2_names_the_peer),
	    cmocka_unit_test(version_2_may_name_nobody),
	    cmocka_unit_test(version_2_has_room_for_its_addresses),
	    cmocka_unit_test(version_2_knows_few_commands_and_families),
	    cmocka_unit_test(
		what_begins_no_header_is_told_by_its_first_other_byte),
	    cmocka_unit_test(five_bytes_tell_a_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
