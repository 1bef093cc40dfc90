/*
 * Files that the server cannot read; see unreadable.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/unreadable.h"

#include "base/log.h"

#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>

#define SERVER_USER READER_OF_SERVER

void
unreadable_open(struct unreadable *u, const char *db)
{
	u->is_on = reader_open(&u->reader, db);
	u->n_files = 0;
}

void
unreadable_close(struct unreadable *u)
{
	const char *dir = log_quote_str(u->dir);
	const char *file = log_quote_str(u->first);
	char class = u->obstacle.class;

	if (u->n_files == 0)
		return;
	if (u->obstacle.is_search)
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
	u->n_files = 0;
}

void
unreadable_note(struct unreadable *u, const char *path)
{
	struct reader_obstacle now;
	char copy[PATH_MAX];
	const char *dir;

	if (!u->is_on || !reader_find_obstacle(&u->reader, path, &now))
		return;
	snprintf(copy, sizeof copy, "%s", now.path);
	dir = now.is_search ? now.path : dirname(copy);
	if (u->obstacle.is_search != now.is_search || strcmp(u->dir, dir) != 0)
		unreadable_close(u);
	if (u->n_files++ > 0)
		return;
	u->obstacle = now;
	snprintf(u->dir, sizeof u->dir, "%s", dir);
	snprintf(u->first, sizeof u->first, "%s", path);
}
