/*
 * What a walk leaves out; see rules.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/rules.h"

#include "base/util.h"

#include <fnmatch.h>
#include <string.h>

/* Names of files that are not complete yet, or are only temporary. */
static const char *const unfinished[] = {
    "*.part", "*.part.met", "*.part.met.*", /* eMule, aMule; browsers */
    "*.crdownload", "*.download",           /* browsers */
    "*.!qB", "*.!ut", "*.aria2",            /* BitTorrent */
    "*.filepart", "*.tmp", "*~",            /* copies, editors */
};

static bool
is_unfinished(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(unfinished); i++)
		if (fnmatch(unfinished[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

bool
rules_leave_out(const struct rules *rules, const char *path, bool is_dir)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (!rules->every &&
	    (name[0] == '.' || (!is_dir && is_unfinished(name))))
		return true;
	for (size_t i = 0; i < rules->exclude.n; i++)
		if (fnmatch(rules->exclude.items[i], name, 0) == 0 ||
		    fnmatch(rules->exclude.items[i], path, 0) == 0)
			return true;
	return false;
}
