/*
 * Default paths; see default_path.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/default_path.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool
default_path_find(char *out, size_t cap, const struct default_path *path)
{
	const char *dir = getenv(path->env), *home = getenv("HOME");
	int n;

	if (geteuid() < 1000) {
		n = snprintf(out, cap, "%s", path->of_system);
	} else if (dir && dir[0] == '/') {
		n = snprintf(out, cap, "%s/%s", dir, path->below);
	} else if (home && home[0] == '/') {
		n = snprintf(
		    out, cap, "%s/%s/%s", home, path->below_home, path->below);
	} else {
		log_error("neither HOME nor %s is set; name the %s with %s",
		    path->env, path->what, path->option);
		return false;
	}
	if (n > 0 && (size_t)n < cap)
		return true;
	log_error("the path of the default %s is too long; name one with %s",
	    path->what, path->option);
	return false;
}
