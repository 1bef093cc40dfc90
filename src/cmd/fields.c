/*
 * Records on stdout; see fields.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/fields.h"

#include "base/text.h"
#include "base/util.h"
#include "cmd/terminal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What a path gets at least, even if lines become longer than the terminal. */
#define PATH_COLUMNS_MIN 10

enum fields_form
fields_choose(bool json)
{
	if (json)
		return FIELDS_JSON;
	return isatty(STDOUT_FILENO) ? FIELDS_TABLE : FIELDS_TABS;
}

/* The column of a field; NULL when there is none, or no table. */
static const struct column *
find_column(const struct fields *f, const char *name)
{
	for (size_t i = 0; f->form == FIELDS_TABLE && i < f->n_columns; i++)
		if (strcmp(f->columns[i].field, name) == 0)
			return &f->columns[i];
	return NULL;
}

static void
put_cell(struct fields *f, int width, const char *text)
{
	int n = printf("%s%*s", f->is_begun ? " " : "", width, text);

	f->is_begun = true;
	f->used += n > 0 ? (unsigned)n : 0;
}

void
fields_heading(struct fields *f)
{
	if (f->form != FIELDS_TABLE)
		return;
	fields_begin(f);
	for (size_t i = 0; i < f->n_columns; i++)
		put_cell(f, f->columns[i].width, f->columns[i].title);
	fields_end(f);
}

void
fields_begin(struct fields *f)
{
	f->is_begun = false;
	f->used = 0;
	if (f->form == FIELDS_JSON)
		putchar('{');
}

void
fields_end(struct fields *f)
{
	puts(f->form == FIELDS_JSON ? "}" : "");
}

/* What stands before a value for programs. */
static void
begin_value(struct fields *f, const char *name)
{
	bool json = f->form == FIELDS_JSON;

	if (f->is_begun)
		putchar(json ? ',' : '\t');
	f->is_begun = true;
	if (json)
		printf("\"%s\":", name);
}

/* A value that is the same in all forms: without quotes in JSON. */
static void
put_plain(struct fields *f, const char *name, const char *text)
{
	const struct column *column;

	if (f->form != FIELDS_TABLE) {
		begin_value(f, name);
		fputs(text, stdout);
		return;
	}
	column = find_column(f, name);
	if (column)
		put_cell(f, column->width, text);
}

void
fields_number(struct fields *f, const char *name, uint64_t value)
{
	const struct column *column = find_column(f, name);
	char text[24];

	if (column && column->kind == COLUMN_SIZE)
		text_size(text, value);
	else
		snprintf(text, sizeof text, "%" PRIu64, value);
	put_plain(f, name, text);
}

const char *
fields_format_day(char out[32], int64_t unix_s)
{
	time_t t = unix_s;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(out, 32, "%Y-%m-%d", &tm) == 0)
		return NULL;
	return out;
}

void
fields_time(struct fields *f, const char *name, int64_t unix_s)
{
	char text[32];

	if (f->form == FIELDS_TABLE) {
		fields_word(f, name, fields_format_day(text, unix_s));
		return;
	}
	snprintf(text, sizeof text, "%" PRId64, unix_s);
	put_plain(f, name, text);
}

void
fields_word(struct fields *f, const char *name, const char *word)
{
	if (!word)
		put_plain(f, name, f->form == FIELDS_JSON ? "null" : "-");
	else if (f->form == FIELDS_JSON)
		fields_text(f, name, word);
	else
		put_plain(f, name, word);
}

void
fields_hash(struct fields *f, const char *name, const uint8_t hash[HASH_SIZE])
{
	char text[2 * HASH_SIZE + 1];

	if (hash)
		hex_encode(text, hash, HASH_SIZE);
	fields_word(f, name, hash ? text : NULL);
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
		} else if (text_is_control(cp)) { /* all have 16 bits */
			printf("\\u%04x", cp);
		} else {
			fwrite(p, 1, len, stdout);
		}
	}
	putchar('"');
}

/* For people: in as many columns as the terminal has left. */
static void
put_path(struct fields *f, const char *path)
{
	char fitted[TERMINAL_PATH_MAX];
	unsigned used = f->used + 1; /* with the blank before it */
	unsigned width = terminal_columns(STDOUT_FILENO);

	width =
	    width > used + PATH_COLUMNS_MIN ? width - used : PATH_COLUMNS_MIN;
	put_cell(f, 0, terminal_fit_path(fitted, path, width));
}

void
fields_text(struct fields *f, const char *name, const char *text)
{
	const struct column *column = find_column(f, name);
	char escaped[TERMINAL_PATH_MAX];

	if (f->form == FIELDS_JSON) {
		begin_value(f, name);
		put_json_string(text);
	} else if (column && column->kind == COLUMN_PATH) {
		put_path(f, text);
	} else {
		text_escape(escaped, sizeof escaped, text, strlen(text), "");
		put_plain(f, name, escaped);
	}
}
