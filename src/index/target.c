/*
 * Naming shared files on the command line; see target.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/target.h"

#include "base/log.h"
#include "base/util.h"
#include "proto/ed2klink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* The absolute path, with links resolved in all but its last component. */
static bool
real_directory(char out[PATH_MAX], const char *path)
{
	char dir[PATH_MAX], real[PATH_MAX];
	const char *name = store_name_of(path);
	size_t len = (size_t)(name - path);

	if (len >= sizeof dir || *name == '\0')
		return false;
	memcpy(dir, path, len);
	dir[len] = '\0';
	if (!realpath(len > 0 ? dir : ".", real))
		return false;
	return snprintf(out, PATH_MAX, "%s/%s", real[1] ? real : "", name) <
	    PATH_MAX;
}

static enum store_result
find_path(struct target *t, struct store *store)
{
	enum store_result res = store_find_path(store, t->path, &t->copy);

	t->copy.path = t->path;
	return res;
}

/* A path, in the three ways it may be meant. */
static enum store_result
find_by_path(struct target *t, struct store *store, const char *argument)
{
	enum store_result res = STORE_UNKNOWN;

	if (real_directory(t->path, argument))
		res = find_path(t, store);
	if (res == STORE_UNKNOWN && realpath(argument, t->path))
		res = find_path(t, store);
	/* its directory may be gone too: an absolute path, as written */
	if (res == STORE_UNKNOWN && strlen(argument) < sizeof t->path) {
		snprintf(t->path, sizeof t->path, "%s", argument);
		res = find_path(t, store);
	}
	return res;
}

static bool
take_copy(void *ctx, const struct store_copy *copy)
{
	struct target *t = ctx;

	snprintf(t->path, sizeof t->path, "%s", copy->path);
	t->copy = *copy;
	t->copy.path = t->path;
	t->copy.root = NULL;
	return true;
}

/* Is the argument a hash, or a link with one in it? */
static bool
get_hash(const char *argument, uint8_t hash[HASH_SIZE])
{
	struct ed2klink link;

	if (strlen(argument) == 2 * HASH_SIZE &&
	    hex_decode(hash, argument, HASH_SIZE))
		return true;
	if (!ed2klink_parse(argument, &link))
		return false;
	memcpy(hash, link.hash, HASH_SIZE);
	return true;
}

int
target_find(struct target *out, struct store *store, const char *argument)
{
	uint8_t hash[HASH_SIZE];
	enum store_result res;

	memset(out, 0, sizeof *out);
	out->is_hash = get_hash(argument, hash);
	if (!out->is_hash && strncmp(argument, "ed2k://", 7) == 0) {
		log_error("%s is no eD2k file link", log_quote_str(argument));
		return EX_DATAERR;
	}
	res = out->is_hash ? store_find(store, hash, take_copy, out)
			   : find_by_path(out, store, argument);
	if (res == STORE_UNKNOWN)
		log_error("%s is not shared; \"ed2k-share list\" shows what is",
		    log_quote_str(argument));
	return res == STORE_FOUND  ? 0
	    : res == STORE_UNKNOWN ? EX_NOINPUT
				   : store->db.fault;
}
