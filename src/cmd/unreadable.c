/*
 * Files that the server cannot read; see unreadable.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/unreadable.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVER_USER READER_OF_SERVER

void
unreadable_open(struct unreadable *u, const char *db)
{
	char real[PATH_MAX];

	u->n_files = 0;
	u->on = realpath(db, real) && reader_open(&u->reader, SERVER_USER) &&
	    reader_blocked(&u->reader, real) == 0;
}

static void
tell(struct unreadable *u)
{
	const char *dir = log_quote_str(u->obstacle);
	const char *file = log_quote_str(u->first);
	char class =
	    reader_class(&u->reader, u->is_search ? u->obstacle : u->first);

	if (u->is_search)
		log_warning(
		    "the user " SERVER_USER " may not search %s, so "
		    "%s%s cannot be served; \"chmod %c+x %s\" mends it, "
		    "or \"setfacl -m u:" SERVER_USER ":x %s\"",
		    dir, file, u->n_files > 1 ? " and others" : "", class, dir,
		    dir);
	else if (u->n_files == 1)
		log_warning("the user " SERVER_USER " may not read %s, so it "
			    "cannot be served; \"chmod %c+r %s\" mends it, or "
			    "\"setfacl -m u:" SERVER_USER ":r %s\"",
		    file, class, file, file);
	else
		log_warning(
		    "the user " SERVER_USER " may not read %" PRIu64
		    " files in %s, such as %s, so they cannot be "
		    "served; \"chmod %c+r %s/*\" mends it, or \"setfacl "
		    "-m u:" SERVER_USER ":r %s/*\"",
		    u->n_files, dir, file, class, dir, dir);
}

void
unreadable_note(struct unreadable *u, const char *path)
{
	size_t len = u->on ? reader_blocked(&u->reader, path) : 0;
	bool is_search = path[len] != '\0';

	if (len == 0)
		return;
	if (!is_search) {
		len = (size_t)(strrchr(path, '/') - path);
		len += len == 0; /* the root directory */
	}
	if (u->n_files == 0 || u->is_search != is_search ||
	    strlen(u->obstacle) != len || memcmp(u->obstacle, path, len) != 0) {
		unreadable_close(u);
		memcpy(u->obstacle, path, len);
		u->obstacle[len] = '\0';
		u->is_search = is_search;
		snprintf(u->first, sizeof u->first, "%s", path);
	}
	u->n_files++;
}

void
unreadable_close(struct unreadable *u)
{
	if (u->n_files > 0)
		tell(u);
	u->n_files = 0;
}
