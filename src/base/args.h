/*
 * Options from the command line and the environment, by a table that belongs to
 * each program. A bad value is refused with one log line that names the option,
 * the value and what is allowed.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_ARGS_H
#define BASE_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum args_kind {
	ARGS_FLAG,    /* no value, 0 or 1 in the environment; sets a bool */
	ARGS_TEXT,    /* sets *(const char **)target */
	ARGS_LIST,    /* a text that may be repeated; struct args_list */
	ARGS_NUMBER,  /* sets *(uint64_t *)target */
	ARGS_SIZE,    /* bytes, with K, M, G, T (1024) */
	ARGS_SECONDS, /* seconds, with s, m, h, d */
};

#define ARGS_LIST_MAX 64

struct args_list {
	const char *items[ARGS_LIST_MAX];
	size_t n;
};

struct args_option {
	const char *name; /* long name without dashes */
	char letter;      /* short form, or 0 */
	enum args_kind kind;
	const char *env;   /* environment variable, or NULL */
	uint64_t min, max; /* for the numeric kinds, inclusive */
	void *target;      /* where it goes; holds the default */
	const char *value; /* what usage calls the value, or NULL */
	const char *help;  /* one line */
};

/*
 * Read a number (number_parse) with an optional unit of `kind` behind it. min
 * and max bound the product.
 */
bool args_number(const char *s, enum args_kind kind, uint64_t min, uint64_t max,
    uint64_t *out);

/*
 * Apply the environment, then argv[1..], which has precedence. Short options
 * may be bundled as in getopt(3); "--" and the first operand end the options.
 * False after one log line. On true *first is the index of the first operand.
 */
bool args_parse(const struct args_option *options, size_t n, int argc,
    char *argv[], int *first);

/* Print the options to stdout, one a line, for --help. */
void args_usage(const struct args_option *options, size_t n);

#endif
