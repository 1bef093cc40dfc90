/*
 * Output for programs, a record a line on stdout: a JSON object, or fields with
 * tabs between them. Both forms have the same fields in the same order, unless
 * the caller leaves some out.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_FIELDS_H
#define CMD_FIELDS_H

#include "proto/opcodes.h"

#include <stdbool.h>
#include <stdint.h>

struct fields {
	bool json;
	bool is_begun; /* its own */
};

void fields_begin(struct fields *f, bool json);

/* The name of a field is shown in JSON alone. */
void fields_number(struct fields *f, const char *name, uint64_t value);
void fields_time(struct fields *f, const char *name, int64_t unix_s);

/* These two may be NULL, which is null in JSON, and "-" elsewhere. */
void fields_hash(
    struct fields *f, const char *name, const uint8_t hash[HASH_SIZE]);
/* A text of ours, which needs no escapes. */
void fields_word(struct fields *f, const char *name, const char *word);

/*
 * Any bytes. In JSON, those that are not UTF-8 become lone surrogates U+DC80 to
 * U+DCFF, which Python's os.fsencode turns back into the bytes; elsewhere they
 * are escaped as by text_escape.
 */
void fields_text(struct fields *f, const char *name, const char *text);

/* The end of the line. It is not flushed. */
void fields_end(const struct fields *f);

#endif
