/*
 * Fields on stdout; see record.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/fields.h"

#include "base/text.h"
#include "base/util.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

void
fields_begin(struct fields *f, bool json)
{
	*f = (struct fields){.json = json};
	if (json)
		putchar('{');
}

static void
begin_field(struct fields *f, const char *name)
{
	if (f->is_begun)
		putchar(f->json ? ',' : '\t');
	f->is_begun = true;
	if (f->json)
		printf("\"%s\":", name);
}

void
fields_number(struct fields *f, const char *name, uint64_t value)
{
	begin_field(f, name);
	printf("%" PRIu64, value);
}

void
fields_time(struct fields *f, const char *name, int64_t unix_s)
{
	begin_field(f, name);
	printf("%" PRId64, unix_s);
}

void
fields_hash(struct fields *f, const char *name, const uint8_t hash[HASH_SIZE])
{
	char text[2 * HASH_SIZE + 1];

	if (hash)
		hex_encode(text, hash, HASH_SIZE);
	fields_word(f, name, hash ? text : NULL);
}

void
fields_word(struct fields *f, const char *name, const char *word)
{
	begin_field(f, name);
	if (!word)
		fputs(f->json ? "null" : "-", stdout);
	else
		printf(f->json ? "\"%s\"" : "%s", word);
}

/* A JSON string, in which no control character stands as it is. */
static void
put_json_string(const char *s)
{
	const uint8_t *p = (const uint8_t *)s;
	size_t n = strlen(s), len;
	uint32_t cp;

	putchar('"');
	for (; n > 0; p += len, n -= len) {
		len = text_utf8_next(p, n, &cp);
		if (len == 0) {
			printf("\\udc%02x", *p);
			len = 1;
		} else if (*p == '"' || *p == '\\') {
			printf("\\%c", *p);
		} else if (text_is_control(
			       cp)) { /* all of these have 16 bits */
			printf("\\u%04x", cp);
		} else {
			fwrite(p, 1, len, stdout);
		}
	}
	putchar('"');
}

void
fields_text(struct fields *f, const char *name, const char *text)
{
	char escaped[4 * PATH_MAX];

	begin_field(f, name);
	if (f->json) {
		put_json_string(text);
		return;
	}
	text_escape(escaped, sizeof escaped, text, strlen(text), "");
	fputs(escaped, stdout);
}

void
fields_end(const struct fields *f)
{
	puts(f->json ? "}" : "");
}
