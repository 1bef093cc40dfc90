/*
 * Records on stdout, one a line, in three forms from the same calls: a table
 * for people, fields with tabs between them, or a JSON object. The fields come
 * in the order of the calls; a caller that leaves some out of a form says so.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_FIELDS_H
#define CMD_FIELDS_H

#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fields_form {
	FIELDS_TABLE,
	FIELDS_TABS,
	FIELDS_JSON,
};

/* A column of a table. Fields that have none are not shown there. */
struct column {
	const char *field; /* its name */
	const char *title;
	int width; /* negative: text to the left; 0: the last one, any width */
	enum column_kind {
		COLUMN_PLAIN,
		COLUMN_SIZE, /* a number of bytes, as text_size writes it */
		COLUMN_PATH, /* cut to what is left of the terminal's width */
	} kind;
};

struct fields {
	enum fields_form form;
	const struct column
	    *columns; /* of a table; in the order of the calls */
	size_t n_columns;
	/* its own, of this line: */
	bool is_begun;
	unsigned used; /* columns of the terminal */
};

/* JSON if it was asked for, else a table if stdout is a terminal. */
enum fields_form fields_choose(bool json);

/* The titles of a table; nothing in another form. */
void fields_heading(struct fields *f);

void fields_begin(struct fields *f);
void fields_end(struct fields *f); /* of the line; it is not flushed */

/* The name of a field is shown in JSON; it says which column is meant. */
void fields_number(struct fields *f, const char *name, uint64_t value);

/* Seconds since 1970; in a table the day of UTC. */
void fields_time(struct fields *f, const char *name, int64_t unix_s);

/* NULL is null in JSON, elsewhere "-". */
void fields_hash(
    struct fields *f, const char *name, const uint8_t hash[HASH_SIZE]);

/* A text of ours, which needs no escapes. NULL as above. */
void fields_word(struct fields *f, const char *name, const char *word);

/*
 * Any bytes. In JSON, those that are not UTF-8 become lone surrogates U+DC80 to
 * U+DCFF, which Python's os.fsencode turns back into the bytes; elsewhere they
 * are escaped as by text_escape.
 */
void fields_text(struct fields *f, const char *name, const char *text);

/* The day of UTC, "2026-11-22"; NULL when it is in no year that we know. */
const char *fields_format_day(char out[32], int64_t unix_s);

#endif
