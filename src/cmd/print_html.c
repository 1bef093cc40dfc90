/*
 * The page of links; see print_html.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/print_html.h"

#include "base/text.h"
#include "base/util.h"
#include "link_html.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What stands for "@NAME@" in the template. */
struct field {
	const char *mark;
	void (*put)(const char *value);
	const char *value;
};

/* Any bytes, as text or as the value of an attribute. */
static void
put_text(const char *s)
{
	size_t n = strlen(s);

	while (n > 0) {
		uint32_t cp;
		size_t len = text_utf8_next(s, n, &cp);

		if (len == 0 || text_is_control(cp))
			fputs("\xEF\xBF\xBD", stdout);
		else if (strchr("&<>\"'", *s))
			printf("&#%d;", *s);
		else
			fwrite(s, 1, len, stdout);
		len = len > 0 ? len : 1;
		s += len;
		n -= len;
	}
}

/*
 * A bar is not allowed where a URL has its host, and browsers do not follow
 * such a link. eMule takes "%7c" for a bar, and aMule and the script of the
 * page do. A bar of the name is "%7C" already.
 */
static void
put_href(const char *link)
{
	for (; *link; link++) {
		if (*link == '|')
			fputs("%7c", stdout);
		else
			putchar(*link);
	}
}

/* The field that s begins with, or NULL. */
static const struct field *
find_field(const char *s, const struct field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(s, fields[i].mark, strlen(fields[i].mark)) == 0)
			return &fields[i];
	return NULL;
}

/* Print the template with its fields filled in. */
static void
put_template(const char *template, const struct field *fields, size_t n)
{
	while (*template) {
		const struct field *field = find_field(template, fields, n);

		if (field) {
			field->put(field->value);
			template += strlen(field->mark);
		} else {
			putchar(*template ++);
		}
	}
}

void
print_html_begin(void)
{
	fputs(html_head, stdout);
}

void
print_html_file(
    struct html_page *page, const char *name, uint64_t size, const char *link)
{
	char text[TEXT_SIZE_MAX], bytes[24];
	const struct field fields[] = {
	    {"@LINK@", put_href, link},
	    {"@NAME@", put_text, name},
	    {"@BYTES@", put_text, bytes},
	    {"@SIZE@", put_text, text},
	};

	text_size(text, size);
	snprintf(bytes, sizeof bytes, "%" PRIu64, size);
	put_template(html_file, fields, ARRAY_LEN(fields));
	page->n_files++;
	if (__builtin_add_overflow(page->bytes, size, &page->bytes))
		page->bytes = UINT64_MAX;
}

void
print_html_end(const struct html_page *page)
{
	char text[TEXT_SIZE_MAX], files[24];
	const struct field fields[] = {
	    {"@FILES@", put_text, files},
	    {"@TOTAL@", put_text, text},
	};

	text_size(text, page->bytes);
	snprintf(files, sizeof files, "%" PRIu64, page->n_files);
	put_template(html_end, fields, ARRAY_LEN(fields));
}
