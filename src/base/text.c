/*
 * UTF-8, Latin-1 and escapes; see text.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t
text_utf8_next(const void *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const uint8_t *p = s;
	uint32_t c;
	size_t len;

	if (n == 0)
		return 0;
	if (p[0] < 0x80) {
		len = 1;
		c = p[0];
	} else if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		len = 2;
		c = p[0] & 0x1F;
	} else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
		len = 3;
		c = p[0] & 0x0F;
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		len = 4;
		c = p[0] & 0x07;
	} else {
		return 0;
	}
	if (len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3F);
	}
	if (c < least[len] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 0;
	if (cp)
		*cp = c;
	return len;
}

bool
text_is_utf8(const void *s, size_t n)
{
	const uint8_t *p = s;

	while (n > 0) {
		size_t len = text_utf8_next(p, n, NULL);

		if (len == 0)
			return false;
		p += len;
		n -= len;
	}
	return true;
}

size_t
text_to_utf8(char *out, size_t cap, const void *s, size_t n)
{
	const uint8_t *p = s;
	bool utf8 = text_is_utf8(s, n);
	size_t len = 0;

	for (size_t i = 0; i < n;) {
		if (utf8) {
			size_t l = text_utf8_next(p + i, n - i, NULL);

			if (cap - len < l)
				break;
			memcpy(out + len, p + i, l);
			len += l;
			i += l;
		} else if (p[i] < 0x80) {
			if (cap - len < 1)
				break;
			out[len++] = (char)p[i++];
		} else {
			if (cap - len < 2)
				break;
			out[len++] = (char)(0xC0 | p[i] >> 6);
			out[len++] = (char)(0x80 | (p[i++] & 0x3F));
		}
	}
	return len;
}

size_t
text_to_latin1(char *out, size_t cap, const void *s, size_t n)
{
	const uint8_t *p = s;
	bool utf8 = text_is_utf8(s, n);
	size_t len = 0;

	for (size_t i = 0; i < n && len < cap;) {
		uint32_t cp = p[i];

		i += utf8 ? text_utf8_next(p + i, n - i, &cp) : 1;
		out[len++] = cp <= 0xFF ? (char)cp : '?';
	}
	return len;
}

bool
text_is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 ||
	    cp == 0x2029 || cp == 0x061C || (cp >= 0x200E && cp <= 0x200F) ||
	    (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069) ||
	    cp == 0xFEFF;
}

/* The letter of a C escape for this byte, or 0. */
static char
escape_letter(uint8_t c, const char *also)
{
	switch (c) {
	case '\n':
		return 'n';
	case '\t':
		return 't';
	case '\r':
		return 'r';
	case '\\':
		return '\\';
	case '\0':
		return 0;
	default:
		return strchr(also, c) ? (char)c : 0;
	}
}

size_t
text_escape(char *out, size_t cap, const void *s, size_t n, const char *also)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = s;
	size_t len = 0;

	for (size_t i = 0; i < n;) {
		char piece[4 * 4];
		size_t piece_len = 0;
		uint32_t cp = 0;
		size_t l = text_utf8_next(p + i, n - i, &cp);
		char letter = escape_letter(p[i], also);

		if (letter) {
			l = 1;
			piece[piece_len++] = '\\';
			piece[piece_len++] = letter;
		} else if (l > 0 && !text_is_control(cp)) {
			memcpy(piece, p + i, l);
			piece_len = l;
		} else {
			l = l > 0 ? l : 1;
			for (size_t k = 0; k < l; k++) {
				piece[piece_len++] = '\\';
				piece[piece_len++] = 'x';
				piece[piece_len++] = digits[p[i + k] >> 4];
				piece[piece_len++] = digits[p[i + k] & 15];
			}
		}
		if (piece_len >= cap - len)
			break;
		memcpy(out + len, piece, piece_len);
		len += piece_len;
		i += l;
	}
	out[len] = '\0';
	return len;
}

void
text_append(char *out, size_t cap, const char *fmt, ...)
{
	size_t len = strlen(out);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(out + len, cap - len, fmt, ap);
	va_end(ap);
}

void
text_size(char out[TEXT_SIZE_MAX], uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	double n = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(out, TEXT_SIZE_MAX, "%" PRIu64 " B", bytes);
		return;
	}
	/* what rounds to 1024 is 1 of the next unit */
	for (; n >= 1023.5; n /= 1024)
		unit++;
	snprintf(out, TEXT_SIZE_MAX, n < 9.95 ? "%.1f %ciB" : "%.0f %ciB", n,
	    units[unit]);
}
