/*
 * Output for people; see terminal.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/terminal.h"

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
terminal_columns(int fd)
{
	const char *env = getenv("COLUMNS");
	struct winsize size;
	uint64_t n;

	if (env && number_parse(env, 1, WIDTH_MAX, &n))
		return (unsigned)n;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
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

/* Append as much of the beginning as fits. Returns the rest. */
static const char *
append_head(char out[TERMINAL_PATH_MAX], const char *s, size_t columns)
{
	size_t len = strlen(out);
	struct glyph g;

	while (*s) {
		size_t n = next_glyph(s, &g), add = strlen(g.text);

		if (g.columns > columns || add >= TERMINAL_PATH_MAX - len)
			break;
		memcpy(out + len, g.text, add + 1);
		len += add;
		columns -= g.columns;
		s += n;
	}
	return s;
}

/* Append as much of the end, but no accent without its letter. */
static void
append_tail(char out[TERMINAL_PATH_MAX], const char *s, size_t columns)
{
	size_t width = width_of(s);
	struct glyph g;

	while (*s) {
		size_t n = next_glyph(s, &g);

		if (width <= columns && g.columns > 0)
			break;
		width -= g.columns;
		s += n;
	}
	append_head(out, s, columns);
}

const char *
terminal_fit_path(
    char out[TERMINAL_PATH_MAX], const char *path, unsigned columns)
{
	const char *ellipsis = is_utf8_locale() ? "\xE2\x80\xA6" : "...";
	size_t dots = is_utf8_locale() ? 1 : 3, room, head;
	const char *slash = strrchr(path, '/'), *name, *rest = path;

	out[0] = '\0';
	if (width_of(path) <= columns) {
		append_head(out, path, columns);
		return out;
	}
	name = slash ? slash + 1 : path;
	room = columns > dots ? columns - dots : 0;
	if (width_of(name) > room) {
		head = room / 2;
		rest = append_head(out, name, head);
		room -= head;
	}
	append_head(out, ellipsis, dots);
	append_tail(out, rest, room);
	return out;
}
