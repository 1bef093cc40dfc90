/*
 * Where a program keeps a file or directory when nobody names one: a path of
 * the system, or one below the user's home.
 * SPDX-License-Identifier: ISC
 */
#ifndef BASE_DEFAULT_PATH_H
#define BASE_DEFAULT_PATH_H

#include <stdbool.h>
#include <stddef.h>

struct default_path {
	const char *of_system;  /* for root and system accounts */
	const char *env;        /* names the user's directory of this kind */
	const char *below_home; /* that directory when env is not set */
	const char *below;      /* what to append to that directory */
	const char *what;       /* for the log line: "share database" */
	const char *option;     /* for the log line: "-d" */
};

/*
 * Write the path to out: of_system when the effective uid is below 1000, else
 * one below $env (if that is absolute) or below home. False, after a log line,
 * when there is no home either or the path does not fit.
 */
bool default_path_find(char *out, size_t cap, const struct default_path *path);

#endif
