/*
 * The PROXY protocol; see proxy_header.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/proxy_header.h"

#include "base/number.h"
#include "base/util.h"

#include <string.h>

#define SIGNATURE1     "PROXY "
#define SIGNATURE1_LEN 6
#define SIGNATURE2     "\r\n\r\n\0\r\nQUIT\n"
#define SIGNATURE2_LEN 12

/* Version 1: "PROXY UNKNOWN\r\n", and the longest line there may be. */
#define LINE_MIN 15
#define LINE_MAX 107

/* Version 2: bytes before the addresses. */
#define FIXED_LEN 16

#define VERSION2_LOCAL 0x20
#define VERSION2_PROXY 0x21

enum {
	FAMILY_UNSPECIFIED = 0x00,
	FAMILY_TCP4 = 0x11,
	FAMILY_TCP6 = 0x21,
	FAMILY_UNIX = 0x31,
};

#define TCP4_LEN (2 * (4 + 2))
#define TCP6_LEN (2 * (16 + 2))

static bool
begins_with(const uint8_t *bytes, size_t n, const char *word, size_t len)
{
	return memcmp(bytes, word, min_size(n, len)) == 0;
}

bool
proxy_header_begins(const uint8_t *bytes, size_t n)
{
	return n >= 5 &&
	    (begins_with(bytes, 5, SIGNATURE1, 5) ||
		begins_with(bytes, 5, SIGNATURE2, 5));
}

static uint16_t
load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Take the word before `end`, and `end`, off *s. NULL when there is no end. */
static char *
take_word(char **s, char end)
{
	char *word = *s, *stop = strchr(word, end);

	if (!stop)
		return NULL;
	*stop = '\0';
	*s = stop + 1;
	return word;
}

/* Decimal, without leading zeros. */
static bool
parse_port(const char *s, uint16_t *out)
{
	uint64_t v;

	if (!number_parse(s, 0, UINT16_MAX, &v) || (s[0] == '0' && s[1]))
		return false;
	*out = (uint16_t)v;
	return true;
}

/* s is the text between "PROXY " and the line end; it is cut into words. */
static enum proxy_header_result
parse_words(char *s, struct proxy_header *out)
{
	char *family = take_word(&s, ' ');
	char *source = family ? take_word(&s, ' ') : NULL;
	char *destination = source ? take_word(&s, ' ') : NULL;
	char *port = destination ? take_word(&s, ' ') : NULL;
	uint8_t ours[ADDRESS_SIZE];
	bool colons;

	if (!port)
		return PROXY_HEADER_BAD;
	colons = strcmp(family, "TCP6") == 0;
	if ((!colons && strcmp(family, "TCP4") != 0) ||
	    (strchr(source, ':') != NULL) != colons ||
	    (strchr(destination, ':') != NULL) != colons ||
	    !address_parse(source, out->source) ||
	    !address_parse(destination, ours) ||
	    !parse_port(port, &out->source_port) ||
	    !parse_port(s, &out->destination_port))
		return PROXY_HEADER_BAD;
	return PROXY_HEADER_PEER;
}

static bool
is_unknown(const char *s)
{
	static const char unknown[] = "UNKNOWN";
	size_t len = sizeof unknown - 1;

	return strncmp(s, unknown, len) == 0 &&
	    (s[len] == '\0' || s[len] == ' ');
}

static enum proxy_header_result
parse_version1(
    const uint8_t *bytes, size_t n, struct proxy_header *out, size_t *len)
{
	const uint8_t *end = memchr(bytes, '\n', min_size(n, LINE_MAX));
	char line[LINE_MAX];
	size_t text_len;

	if (!end) {
		*len = n < LINE_MIN ? LINE_MIN : n + 1;
		return n < LINE_MAX ? PROXY_HEADER_MORE : PROXY_HEADER_BAD;
	}
	*len = (size_t)(end - bytes) + 1;
	if (end[-1] != '\r')
		return PROXY_HEADER_BAD;
	text_len = *len - 2 - SIGNATURE1_LEN;
	memcpy(line, bytes + SIGNATURE1_LEN, text_len);
	line[text_len] = '\0';
	if (memchr(line, '\0', text_len))
		return PROXY_HEADER_BAD;
	return is_unknown(line) ? PROXY_HEADER_LOCAL : parse_words(line, out);
}

/* The addresses of version 2, within n bytes. */
static enum proxy_header_result
parse_addresses(
    uint8_t family, const uint8_t *bytes, size_t n, struct proxy_header *out)
{
	switch (family) {
	case FAMILY_TCP4:
		if (n < TCP4_LEN)
			return PROXY_HEADER_BAD;
		address_from_ipv4(out->source, bytes);
		out->source_port = load_be16(bytes + 8);
		out->destination_port = load_be16(bytes + 10);
		return PROXY_HEADER_PEER;
	case FAMILY_TCP6:
		if (n < TCP6_LEN)
			return PROXY_HEADER_BAD;
		memcpy(out->source, bytes, ADDRESS_SIZE);
		out->source_port = load_be16(bytes + 32);
		out->destination_port = load_be16(bytes + 34);
		return PROXY_HEADER_PEER;
	case FAMILY_UNSPECIFIED:
	case FAMILY_UNIX:
		return PROXY_HEADER_LOCAL;
	default:
		return PROXY_HEADER_BAD;
	}
}

static enum proxy_header_result
parse_version2(
    const uint8_t *bytes, size_t n, struct proxy_header *out, size_t *len)
{
	*len = FIXED_LEN;
	if (n > SIGNATURE2_LEN && bytes[12] != VERSION2_LOCAL &&
	    bytes[12] != VERSION2_PROXY)
		return PROXY_HEADER_BAD;
	if (n < FIXED_LEN)
		return PROXY_HEADER_MORE;
	*len += load_be16(bytes + 14);
	if (*len > PROXY_HEADER_MAX)
		return PROXY_HEADER_BAD;
	if (n < *len)
		return PROXY_HEADER_MORE;
	if (bytes[12] == VERSION2_LOCAL)
		return PROXY_HEADER_LOCAL;
	return parse_addresses(
	    bytes[13], bytes + FIXED_LEN, *len - FIXED_LEN, out);
}

enum proxy_header_result
proxy_header_parse(
    const uint8_t *bytes, size_t n, struct proxy_header *out, size_t *len)
{
	*len = LINE_MIN;
	if (n == 0)
		return PROXY_HEADER_MORE;
	if (begins_with(bytes, n, SIGNATURE1, SIGNATURE1_LEN))
		return parse_version1(bytes, n, out, len);
	if (begins_with(bytes, n, SIGNATURE2, SIGNATURE2_LEN))
		return parse_version2(bytes, n, out, len);
	return PROXY_HEADER_NONE;
}
