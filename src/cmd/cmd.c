/*
 * What all verbs do first; see cmd.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/cmd.h"

#include "base/log.h"

int
cmd_parse(const struct args_option *options, size_t n_options, int argc,
    char *argv[], int min, int max, const char *complaint)
{
	int first;

	if (!args_parse(options, n_options, argc, argv, &first))
		return -1;
	if (argc - first >= min && argc - first <= max)
		return first;
	log_error("%s", complaint);
	return -1;
}
