/*
 * Options from a table; see args.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/args.h"

#include "base/log.h"
#include "base/number.h"
#include "base/util.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTIONS_MAX 48

/* The factor of a unit letter; 0 when the kind has no such unit. */
static uint64_t
unit_factor(enum args_kind kind, char c)
{
	static const struct {
		enum args_kind kind;
		char letter;
		uint64_t factor;
	} units[] = {
	    {ARGS_SIZE, 'K', UINT64_C(1) << 10},
	    {ARGS_SIZE, 'M', UINT64_C(1) << 20},
	    {ARGS_SIZE, 'G', UINT64_C(1) << 30},
	    {ARGS_SIZE, 'T', UINT64_C(1) << 40},
	    {ARGS_SECONDS, 's', 1},
	    {ARGS_SECONDS, 'm', 60},
	    {ARGS_SECONDS, 'h', 3600},
	    {ARGS_SECONDS, 'd', 86400},
	};

	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (units[i].kind == kind && units[i].letter == c)
			return units[i].factor;
	return 0;
}

bool
args_number(const char *s, enum args_kind kind, uint64_t min, uint64_t max,
    uint64_t *out)
{
	uint64_t v, factor = 1;
	size_t n = strlen(s);

	if (n > 0 && unit_factor(kind, s[n - 1]) > 0)
		factor = unit_factor(kind, s[--n]);
	if (!number_parse_bytes(s, n, 0, UINT64_MAX / factor, &v) ||
	    v * factor < min || v * factor > max)
		return false;
	*out = v * factor;
	return true;
}

/* A flag has no value on the command line; in the environment it is 0 or 1. */
static bool
set_flag(const struct args_option *o, const char *value, const char *where)
{
	if (strcmp(value, "") != 0 && strcmp(value, "0") != 0 &&
	    strcmp(value, "1") != 0) {
		log_error(
		    "%s: %s is neither 0 nor 1", where, log_quote_str(value));
		return false;
	}
	*(bool *)o->target = strcmp(value, "0") != 0;
	return true;
}

static bool
append(struct args_list *list, const char *value, const char *where)
{
	if (list->n == ARGS_LIST_MAX) {
		log_error(
		    "%s: may be given %d times at most", where, ARGS_LIST_MAX);
		return false;
	}
	list->items[list->n++] = value;
	return true;
}

/* Set one option; `where` names it in the error. */
static bool
set(const struct args_option *o, const char *value, const char *where)
{
	switch (o->kind) {
	case ARGS_FLAG:
		return set_flag(o, value, where);
	case ARGS_TEXT:
		*(const char **)o->target = value;
		return true;
	case ARGS_LIST:
		return append(o->target, value, where);
	default:
		break;
	}
	if (args_number(value, o->kind, o->min, o->max, o->target))
		return true;
	log_error("%s: %s is no number from %" PRIu64 " to %" PRIu64 "%s; "
		  "see --help",
	    where, log_quote_str(value), o->min, o->max,
	    o->kind == ARGS_SIZE          ? " bytes (K, M, G, T may follow)"
		: o->kind == ARGS_SECONDS ? " seconds (s, m, h, d may follow)"
					  : "");
	return false;
}

static bool
set_from_environment(const struct args_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *value =
		    options[i].env ? getenv(options[i].env) : NULL;

		if (value && *value && !set(&options[i], value, options[i].env))
			return false;
	}
	return true;
}

/* Name the option that getopt refused. */
static void
complain(char *argv[], int letter)
{
	char word[3] = {'-', (char)letter, '\0'};

	/* a short option may be one of several in its word */
	log_error("bad option or missing value: %s; see --help",
	    log_quote_str(
		letter > 0 && letter < 256 ? word : argv[optind - 1]));
}

bool
args_parse(const struct args_option *options, size_t n, int argc, char *argv[],
    int *first)
{
	struct option longs[OPTIONS_MAX + 1] = {0};
	char shorts[2 * OPTIONS_MAX + 2] = "+";
	size_t len = 1;
	int c, index = 0;

	if (n > OPTIONS_MAX || !set_from_environment(options, n))
		return false;
	for (size_t i = 0; i < n; i++) {
		bool has_value = options[i].kind != ARGS_FLAG;

		longs[i] = (struct option){options[i].name,
		    has_value ? required_argument : no_argument, NULL,
		    256 + (int)i};
		if (options[i].letter) {
			shorts[len++] = options[i].letter;
			if (has_value)
				shorts[len++] = ':';
		}
	}
	shorts[len] = '\0';
	opterr = 0;
	optind = 1;
	while ((c = getopt_long(argc, argv, shorts, longs, &index)) != -1) {
		const struct args_option *o = NULL;
		char where[64];

		for (size_t i = 0; i < n && c != '?'; i++)
			if (c == 256 + (int)i || c == options[i].letter)
				o = &options[i];
		if (!o) {
			complain(argv, optopt);
			return false;
		}
		snprintf(where, sizeof where, "--%s", o->name);
		if (!set(o, optarg ? optarg : "", where))
			return false;
	}
	*first = optind;
	return true;
}

void
args_usage(const struct args_option *options, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct args_option *o = &options[i];
		char left[64];

		snprintf(left, sizeof left, "%c%c%s --%s%s%s",
		    o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		    o->letter ? "," : " ", o->name, o->value ? " " : "",
		    o->value ? o->value : "");
		printf("  %-28s %s\n", left, o->help);
	}
}
