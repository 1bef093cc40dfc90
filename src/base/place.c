/*
 * Default places; see place.h.
 * SPDX-License-Identifier: ISC
 */
#include "base/place.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool
place_default(char *out, size_t cap, const struct place *place)
{
	const char *dir = getenv(place->env), *home = getenv("HOME");
	int n;

	if (geteuid() < 1000) {
		n = snprintf(out, cap, "%s", place->of_system);
	} else if (dir && dir[0] == '/') {
		n = snprintf(out, cap, "%s/%s", dir, place->below);
	} else if (home && home[0] == '/') {
		n = snprintf(out, cap, "%s/%s/%s", home, place->below_home,
		    place->below);
	} else {
		log_error("neither HOME nor %s is set; name the %s with %s",
		    place->env, place->what, place->option);
		return false;
	}
	if (n > 0 && (size_t)n < cap)
		return true;
	log_error("the path of the default %s is too long; name one with %s",
	    place->what, place->option);
	return false;
}
