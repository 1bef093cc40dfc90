/*
 * eD2k file links; see ed2klink.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/ed2klink.h"

#include "base/util.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool
is_plain(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
}

static size_t
encode_name(char *out, const char *name)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t len = 0;

	for (const uint8_t *p = (const uint8_t *)name; *p; p++) {
		if (is_plain(*p)) {
			out[len++] = (char)*p;
		} else {
			out[len++] = '%';
			out[len++] = digits[*p >> 4];
			out[len++] = digits[*p & 15];
		}
	}
	out[len] = '\0';
	return len;
}

size_t
ed2klink_format(char *out, size_t cap, const struct ed2klink *link)
{
	char name[3 * ED2KLINK_NAME_MAX + 1], hash[2 * HASH_SIZE + 1];
	int n;

	encode_name(name, link->name);
	hex_encode(hash, link->hash, HASH_SIZE);
	n = snprintf(out, cap, "ed2k://|file|%s|%" PRIu64 "|%s|/%s%s%s", name,
	    link->size, hash, link->source[0] ? "|sources," : "", link->source,
	    link->source[0] ? "|/" : "");
	return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

void
ed2klink_put_hint(char out[ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1],
    const char *source, const uint8_t user_hash[HASH_SIZE])
{
	char hash[2 * HASH_SIZE + 1];

	hex_encode(hash, user_hash, HASH_SIZE);
	snprintf(out, ED2KLINK_SOURCE_MAX + ED2KLINK_HINT_MAX + 1, "%s:129:%s",
	    source, hash);
}

/* Cut the next field, up to '|' or the end, off *s. */
static const char *
next_field(const char **s, size_t *len)
{
	const char *field = *s;

	*len = strcspn(field, "|");
	*s = field + *len + (field[*len] == '|');
	return field;
}

static bool
parse_name(const char *s, size_t len, char out[ED2KLINK_NAME_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%' && len - i > 2) {
			int hi = hex_digit(s[i + 1]), lo = hex_digit(s[i + 2]);

			if (hi >= 0 && lo >= 0) {
				c = (char)(hi << 4 | lo);
				i += 2;
			}
		}
		if (c == '\0' || n == ED2KLINK_NAME_MAX)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return n > 0;
}

static bool
parse_size(const char *s, size_t len, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' ||
		    __builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s[i] - '0'), &v))
			return false;
	}
	*out = v;
	return len > 0 && v >= 1 && v <= INT64_MAX;
}

bool
ed2klink_is_source(const char *s)
{
	const char *colon = strchr(s, ':');
	size_t host;
	uint64_t port;

	if (!colon)
		return false;
	host = (size_t)(colon - s);
	for (size_t i = 0; i < host; i++)
		if (!is_plain((uint8_t)s[i]))
			return false;
	return host > 0 && strlen(s) <= ED2KLINK_SOURCE_MAX &&
	    parse_size(colon + 1, strlen(colon + 1), &port) && port <= 65535;
}

/*
 * Keep the first "HOST:PORT" of a field "sources,A:P,B:P". What else stands
 * behind a port is a hint of aMule's, ":OPTIONS" or ":OPTIONS:USERHASH".
 */
static void
parse_sources(const char *s, size_t len, struct ed2klink *out)
{
	static const char prefix[] = "sources,";
	size_t n, port;

	if (len < sizeof prefix || strncmp(s, prefix, sizeof prefix - 1) != 0)
		return;
	s += sizeof prefix - 1;
	n = min_size(strcspn(s, ","), len - (sizeof prefix - 1));
	port = strcspn(s, ":") + 1;
	if (port < n)
		n = min_size(n, port + strcspn(s + port, ":"));
	if (n > ED2KLINK_SOURCE_MAX)
		return;
	memcpy(out->source, s, n);
	out->source[n] = '\0';
	if (!ed2klink_is_source(out->source))
		out->source[0] = '\0';
}

bool
ed2klink_parse(const char *s, struct ed2klink *out)
{
	static const char prefix[] = "ed2k://|file|";
	const char *field;
	size_t len;

	memset(out, 0, sizeof *out);
	if (strncmp(s, prefix, sizeof prefix - 1) != 0)
		return false;
	s += sizeof prefix - 1;
	field = next_field(&s, &len);
	if (!parse_name(field, len, out->name))
		return false;
	field = next_field(&s, &len);
	if (!parse_size(field, len, &out->size))
		return false;
	field = next_field(&s, &len);
	if (len != 2 * HASH_SIZE || !hex_decode(out->hash, field, HASH_SIZE))
		return false;
	while (*s != '\0' && out->source[0] == '\0') {
		field = next_field(&s, &len);
		parse_sources(field, len, out);
	}
	return true;
}
