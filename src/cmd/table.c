/*
 * Tables on a terminal; see table.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/table.h"

#include "base/number.h"
#include "base/text.h"
#include "base/util.h"

#include <langinfo.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#define WIDTH_DEFAULT 80
#define WIDTH_MAX     4096

unsigned
table_width(void)
{
	const char *env = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (env && number_parse(env, 1, WIDTH_MAX, &n))
		return (unsigned)n;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return WIDTH_DEFAULT;
}

/* One character, as it is shown. */
struct glyph {
	char text[4 * 4 + 1]; /* itself, or an escape */
	unsigned columns;
};

static bool
is_utf8_locale(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* The first character of s (not empty). Returns the bytes it is made of. */
static size_t
next_glyph(const char *s, struct glyph *out)
{
	uint32_t cp = 0;
	size_t len = text_utf8_next(s, strnlen(s, 4), &cp), n = 0;
	int width = len > 1 && is_utf8_locale() ? wcwidth((wchar_t)cp) : -1;

	len = len > 0 ? len : 1;
	if (width >= 0 && !text_is_control(cp)) {
		memcpy(out->text, s, len);
		out->text[len] = '\0';
		out->columns = (unsigned)width;
		return len;
	}
	/* byte by byte, so that no byte above 0x7F is left as it is */
	for (size_t i = 0; i < len; i++)
		n += text_escape(
		    out->text + n, sizeof out->text - n, s + i, 1, "");
	out->columns = (unsigned)n;
	return len;
}

static size_t
width_of(const char *s)
{
	struct glyph g;
	size_t width = 0;

	for (; *s; width += g.columns)
		s += next_glyph(s, &g);
	return width;
}

/* Print as much of the beginning as these columns hold. Returns the rest. */
static const char *
put_head(const char *s, size_t columns)
{
	struct glyph g;

	while (*s) {
		size_t len = next_glyph(s, &g);

		if (g.columns > columns)
			break;
		fputs(g.text, stdout);
		columns -= g.columns;
		s += len;
	}
	return s;
}

/* Print as much of the end; nothing that belongs to a character before it. */
static void
put_tail(const char *s, size_t columns)
{
	size_t width = width_of(s);
	struct glyph g;

	while (*s) {
		size_t len = next_glyph(s, &g);

		if (width <= columns && g.columns > 0)
			break;
		width -= g.columns;
		s += len;
	}
	put_head(s, columns);
}

void
table_put_path(const char *path, unsigned columns)
{
	const char *ellipsis = is_utf8_locale() ? "\xE2\x80\xA6" : "...";
	size_t ellipsis_columns = is_utf8_locale() ? 1 : 3, room, head;
	const char *slash = strrchr(path, '/'), *rest = path;

	if (width_of(path) <= columns) {
		put_head(path, columns);
		return;
	}
	room = columns > ellipsis_columns ? columns - ellipsis_columns : 0;
	if (slash && width_of(slash + 1) > room) {
		head = room / 2;
		rest = put_head(slash + 1, head);
		room -= head;
	}
	fputs(ellipsis, stdout);
	put_tail(rest, room);
}
