/*
 * Text from strangers: whether it is UTF-8, and how to print it so that it
 * cannot move the cursor, forge a log line or end a quotation. Pure.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length, 1 to 4, of the well-formed UTF-8 sequence at the start of s (n
 * bytes); 0 when there is none. Overlong forms, surrogates and values above
 * U+10FFFF are not well formed. If cp is not NULL it gets the code point.
 */
size_t text_utf8_next(const void *s, size_t n, uint32_t *cp);

/* Is all of s (n bytes) well-formed UTF-8? */
bool text_is_utf8(const void *s, size_t n);

/*
 * Convert any bytes to UTF-8: well-formed UTF-8 is copied, otherwise each byte
 * is taken for Latin-1. Writes at most cap bytes, never half a character, no
 * NUL. Returns the bytes written.
 */
size_t text_to_utf8(char *out, size_t cap, const void *s, size_t n);

/*
 * Convert any bytes to Latin-1, read as by text_to_utf8. Characters that
 * Latin-1 lacks become '?'. At most cap bytes, no NUL. Returns the bytes
 * written.
 */
size_t text_to_latin1(char *out, size_t cap, const void *s, size_t n);

/* Can this character move the cursor, reverse the text or end the line? */
bool text_is_control(uint32_t cp);

/*
 * Write s (n bytes) on one line, so that it can be read back: a backslash is
 * doubled; newline, tab and return become \n \t \r; all other control
 * characters (with C1 and the bidirectional overrides) and all bytes that are
 * not UTF-8 become \xHH. Characters in `also` get a backslash before them.
 * Always ends in NUL (cap > 0); what does not fit is cut, never within an
 * escape. Returns the length written.
 */
size_t text_escape(
    char *out, size_t cap, const void *s, size_t n, const char *also);

/*
 * Append to the string in out, which has room for cap bytes; what does not fit
 * is cut.
 */
void text_append(char *out, size_t cap, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define TEXT_SIZE_MAX sizeof "1023 EiB"

/*
 * Write a number of bytes for people to read, and a NUL: "999 B", "1.5 KiB",
 * "16 EiB". Two or three digits, rounded to the nearest.
 */
void text_size(char out[TEXT_SIZE_MAX], uint64_t bytes);

#endif
