/*
 * Directories that hold all roots; see cover.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/cover.h"

#include <stdio.h>
#include <string.h>

/* Directories are without a slash at their end here, so that "/" is "". */

/* Does `path` begin with dir and a slash? */
static bool
is_beneath(const char *path, const char *dir, size_t len)
{
	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

/* Is this child among those from `first` on? */
static bool
has_child(const struct cover *c, size_t first, const char *child)
{
	for (size_t i = first; i < c->n; i++)
		if (strcmp(c->dirs[i], child) == 0)
			return true;
	return false;
}

/*
 * Add the directories in dir that are roots or have some beneath them. FOUND
 * when there was room for all, UNKNOWN when there was not: c then has as many
 * as there was room for.
 */
static enum store_result
add_children(struct cover *c, struct store *store, const char *dir)
{
	size_t len = strlen(dir), first = c->n;
	char from[PATH_MAX + 2], root[PATH_MAX], child[PATH_MAX];
	enum store_result res;

	snprintf(from, sizeof from, "%s/", dir);
	while ((res = store_root_from(store, from, root)) == STORE_FOUND &&
	    is_beneath(root, dir, len)) {
		size_t end = len + 1 + strcspn(root + len + 1, "/");

		snprintf(child, sizeof child, "%.*s", (int)end, root);
		/*
		 * On behind all that is beneath the child, for '0' follows '/'.
		 * Behind the child alone, its sisters that begin with its name,
		 * like "/srv.old", come before what is beneath it.
		 */
		snprintf(from, sizeof from, "%s%c", child,
		    root[end] == '/' ? '/' + 1 : '\1');
		if (has_child(c, first, child))
			continue;
		if (c->n == COVER_MAX)
			return STORE_UNKNOWN;
		memcpy(c->dirs[c->n++], child, end + 1);
	}
	return res == STORE_FAILED ? STORE_FAILED : STORE_FOUND;
}

/* Go down from "/" as long as the children of a directory find room. */
static void
go_down(struct cover *c, struct store *store)
{
	enum store_result res = add_children(c, store, "");
	char root[PATH_MAX];
	size_t n;

	for (size_t i = 0; i < c->n && res != STORE_FAILED;) {
		res = store_root_from(store, c->dirs[i], root);
		if (res == STORE_FOUND && strcmp(root, c->dirs[i]) == 0) {
			i++; /* a root: all beneath it is shared */
			continue;
		}
		n = c->n;
		if (res == STORE_FOUND)
			res = add_children(c, store, c->dirs[i]);
		if (res == STORE_FOUND) {
			/* they take its place; the last of them, literally */
			c->n--;
			memmove(c->dirs[i], c->dirs[c->n], PATH_MAX);
		} else {
			c->n = n;
			i++;
		}
	}
}

void
cover_find(struct cover *c, struct store *store)
{
	char root[PATH_MAX];

	c->n = 0;
	/* all in one transaction: each by itself would take its own locks */
	if (db_begin_reading(&store->db) != 0)
		return;
	if (store_root_from(store, "/", root) == STORE_FOUND) {
		if (strcmp(root, "/") == 0)
			memcpy(c->dirs[c->n++], "/", 2);
		else
			go_down(c, store);
	}
	db_commit(&store->db);
}
