/*
 * eD2k file links; see ed2klink.h.
 * SPDX-License-Identifier: ISC
 */
#include "proto/ed2klink.h"

#include "base/number.h"
#include "base/util.h"
#include "proto/base32.h"
#include "proto/cursor.h"

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

static void
put_text(struct writer *w, const char *s)
{
	put_bytes(w, s, strlen(s));
}

/* "p=", the part hashes with colons between them, "|" */
static void
put_part_hashes(struct writer *w, const struct ed2klink *link)
{
	char hex[2 * HASH_SIZE + 1];

	for (size_t i = 0; i < link->n_part_hashes; i++) {
		hex_encode(hex, link->part_hashes + i * HASH_SIZE, HASH_SIZE);
		put_text(w, i == 0 ? "p=" : ":");
		put_text(w, hex);
	}
	if (link->n_part_hashes > 0)
		put_text(w, "|");
}

static void
put_aich_root(struct writer *w, const struct ed2klink *link)
{
	char root[BASE32_LEN(AICH_SIZE) + 1];

	if (!link->aich_root)
		return;
	base32_encode(root, link->aich_root, AICH_SIZE);
	put_text(w, "h=");
	put_text(w, root);
	put_text(w, "|");
}

size_t
ed2klink_format(char *out, size_t cap, const struct ed2klink *link)
{
	struct writer w = writer_of(out, cap);
	char name[3 * ED2KLINK_NAME_MAX + 1], hash[2 * HASH_SIZE + 1], size[24];

	encode_name(name, link->name);
	hex_encode(hash, link->hash, HASH_SIZE);
	snprintf(size, sizeof size, "%" PRIu64, link->size);
	put_text(&w, "ed2k://|file|");
	put_text(&w, name);
	put_text(&w, "|");
	put_text(&w, size);
	put_text(&w, "|");
	put_text(&w, hash);
	put_text(&w, "|");
	put_part_hashes(&w, link);
	put_aich_root(&w, link);
	put_text(&w, "/");
	if (link->source[0]) {
		put_text(&w, "|sources,");
		put_text(&w, link->source);
		put_text(&w, "|/");
	}
	put_u8(&w, '\0');
	return w.bad ? 0 : w.pos - 1;
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

/* Take the next field, up to '|' or the end, off *s. */
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
	    number_parse(colon + 1, 1, UINT16_MAX, &port);
}

/*
 * Keep the first "HOST:PORT" of a field "sources,A:P,B:P". Behind a port there
 * may be a hint for aMule, ":OPTIONS" or ":OPTIONS:USERHASH".
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
	if (!number_parse_bytes(field, len, 1, INT64_MAX, &out->size))
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
