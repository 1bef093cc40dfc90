/*
 * Directories that hold all roots; see cover.h.
 * SPDX-License-Identifier: ISC
 */
#include "store/cover.h"

#include <stdio.h>
#include <string.h>

/* The first root at or behind a path that has no files of its own in c. */
static enum store_result
root_from(const struct cover *c, struct store *store, const char *path,
    char out[PATH_MAX])
{
	return store_root_from(store, path, c->n_files > 0, out);
}

/* Here a directory has no slash at its end, so that "/" is "". */

/* Is this child among the directories from `first` on? */
static bool
has_child(const struct cover *c, size_t first, const char *child)
{
	for (size_t i = first; i < c->n; i++)
		if (strcmp(c->dirs[i], child) == 0)
			return true;
	return false;
}

/*
 * Add the directories in dir that are roots or have roots beneath them. FOUND
 * when there was room for all, UNKNOWN when there was not: then c has as many
 * as there was room for.
 */
static enum store_result
add_children(struct cover *c, struct store *store, const char *dir)
{
	size_t len = strlen(dir), first = c->n;
	char from[PATH_MAX + 1], first_beneath[PATH_MAX + 1];
	char root[PATH_MAX], child[PATH_MAX];
	enum store_result res;

	snprintf(from, sizeof from, "%s/", dir);
	while ((res = root_from(c, store, from, root)) == STORE_FOUND &&
	    strncmp(root, dir, len) == 0 && root[len] == '/') {
		size_t end = len + 1 + strcspn(root + len + 1, "/");

		snprintf(child, sizeof child, "%.*s", (int)end, root);
		/*
		 * The next one is behind all that is beneath the child. When
		 * the child itself is a root, "/srv", it is just behind that:
		 * roots like "/srv.old" come before what is beneath "/srv".
		 */
		if (root[end] == '\0')
			snprintf(from, sizeof from, "%s\1", child);
		else
			store_beneath(child, first_beneath, from);
		if (has_child(c, first, child))
			continue;
		if (c->n == COVER_MAX)
			return STORE_UNKNOWN;
		memcpy(c->dirs[c->n++], child, end + 1);
	}
	return res == STORE_FAILED ? STORE_FAILED : STORE_FOUND;
}

/*
 * Put the children of directory i in its place. UNKNOWN when it stays: it is a
 * root, or there is no room for them.
 */
static enum store_result
replace_by_children(struct cover *c, struct store *store, size_t i)
{
	size_t n = c->n;
	char root[PATH_MAX];
	enum store_result res = root_from(c, store, c->dirs[i], root);

	if (res == STORE_FOUND && strcmp(root, c->dirs[i]) == 0)
		return STORE_UNKNOWN;
	if (res == STORE_FOUND)
		res = add_children(c, store, c->dirs[i]);
	if (res != STORE_FOUND) {
		c->n = n;
		return res;
	}
	c->n--;
	memmove(c->dirs[i], c->dirs[c->n], PATH_MAX);
	return STORE_FOUND;
}

/* Go down from "/" as long as there is room. */
static void
go_down(struct cover *c, struct store *store)
{
	enum store_result res = add_children(c, store, "");

	for (size_t i = 0; i < c->n && res != STORE_FAILED;) {
		res = replace_by_children(c, store, i);
		if (res != STORE_FOUND)
			i++;
	}
}

/* For store_singles: add a file. True when there is no room for it. */
static bool
add_file(void *ctx, const char *path)
{
	struct cover *c = ctx;
	const char *end = cover_file(c, c->n_files);
	size_t used = (size_t)(end - c->files), len = strlen(path) + 1;

	if (c->n_files == COVER_FILES_MAX || len > sizeof c->files - used)
		return true;
	memcpy(c->files + used, path, len);
	c->n_files++;
	return false;
}

const char *
cover_file(const struct cover *c, size_t n)
{
	const char *path = c->files;

	for (; n > 0; n--)
		path += strlen(path) + 1;
	return path;
}

void
cover_find(struct cover *c, struct store *store)
{
	char root[PATH_MAX];

	c->n = c->n_files = 0;
	/*
	 * one transaction for all look-ups: each alone would take its own locks
	 */
	if (db_begin_reading(&store->db) != 0)
		return;
	if (store_singles(store, add_file, c) != STORE_UNKNOWN)
		c->n_files = 0;
	if (root_from(c, store, "/", root) == STORE_FOUND) {
		if (strcmp(root, "/") == 0)
			memcpy(c->dirs[c->n++], "/", 2);
		else
			go_down(c, store);
	}
	db_commit(&store->db);
}
