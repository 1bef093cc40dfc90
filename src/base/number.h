/*
 * Decimal numbers, read in full range or refused: digits and nothing else, no
 * sign, no blanks; zeros in front change nothing. Pure.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read all of s. False, with *out unchanged, when it is empty, has anything but
 * digits in it, or is outside [min, max].
 */
bool number_parse(const char *s, uint64_t min, uint64_t max, uint64_t *out);

/* The same of n bytes. */
bool number_parse_bytes(
    const char *s, size_t n, uint64_t min, uint64_t max, uint64_t *out);

#endif
