/*
 * Where files of a program lie when nobody says: one place for the system, one
 * below each user's home.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

struct place {
	const char *of_system;  /* for root and system accounts */
	const char *env;        /* names the directory of a user's such files */
	const char *below_home; /* that directory when env is not set */
	const char *below;      /* the place in that directory */
	const char *what, *option; /* for the log line */
};

/*
 * of_system when the uid is below 1000, else a path below $env (if that is
 * absolute) or below home. False, after a log line, when there is no home
 * either or the path does not fit.
 */
bool place_default(char *out, size_t cap, const struct place *place);

#endif
