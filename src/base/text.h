/*
 * Text from strangers: is it UTF-8, and how is it shown without letting it
 * move a cursor, forge a log line or break a quote? Pure functions over bytes.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length, 1 to 4, of the well-formed UTF-8 sequence that s (n bytes)
 * begins with; 0 when there is none. Overlong forms, surrogates and values
 * over U+10FFFF are not well formed. If cp is not NULL it gets the code point.
 */
size_t text_utf8_next(const void *s, size_t n, uint32_t *cp);

/* Is all of s (n bytes) well-formed UTF-8? */
bool text_is_utf8(const void *s, size_t n);

/*
 * Make UTF-8 of bytes that may be anything: well-formed UTF-8 is copied, and
 * otherwise each byte is taken for Latin-1. Writes at most cap bytes, never
 * half a character, no NUL. Returns the bytes written.
 */
size_t text_to_utf8(char *out, size_t cap, const void *s, size_t n);

/*
 * Make Latin-1 of bytes that may be anything, as text_to_utf8 reads them;
 * characters that Latin-1 lacks become '?'. At most cap bytes, no NUL.
 */
size_t text_to_latin1(char *out, size_t cap, const void *s, size_t n);

/* May this character move the cursor, turn the direction or end the line? */
bool text_is_control(uint32_t cp);

/*
 * Write s (n bytes) so that it stays on one line and can be undone: a
 * backslash is doubled; newline, tab and return are \n \t \r; every other
 * control character (C1 and the bidirectional overrides too) and every byte
 * that is not UTF-8 is \xHH. Characters in `also` get a backslash before them.
 * Always ends in NUL (cap > 0); text that does not fit is cut at a whole
 * escape. Returns the length written.
 */
size_t text_escape(
    char *out, size_t cap, const void *s, size_t n, const char *also);

#define TEXT_SIZE_MAX sizeof "1023 EiB"

/*
 * Write a number of bytes for people, and a NUL: "999 B", "1.5 KiB", "16 EiB".
 * Two or three digits, rounded to the nearest.
 */
void text_size(char out[TEXT_SIZE_MAX], uint64_t bytes);

#endif
