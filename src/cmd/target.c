/*
 * Naming shared files on the command line; see target.h.
 * SPDX-License-Identifier: ISC
 */
#include "cmd/target.h"

#include "base/log.h"
#include "base/util.h"
#include "proto/ed2klink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

bool
target_real_path(char out[PATH_MAX], const char *path)
{
	char dir[PATH_MAX], real[PATH_MAX];
	const char *name = store_name_of(path);
	size_t len = (size_t)(name - path);

	if (realpath(path, out))
		return true;
	if (errno != ENOENT || len >= sizeof dir || *name == '\0')
		return false;
	memcpy(dir, path, len);
	dir[len] = '\0';
	if (!realpath(len > 0 ? dir : ".", real))
		return false;
	return snprintf(out, PATH_MAX, "%s/%s", real[1] ? real : "", name) <
	    PATH_MAX;
}

int
target_parse(struct target *out, const char *argument)
{
	struct ed2klink link;

	memset(out, 0, sizeof *out);
	out->is_hash = true;
	if (strlen(argument) == 2 * HASH_SIZE &&
	    hex_decode(out->hash, argument, HASH_SIZE))
		return 0;
	if (strncmp(argument, "ed2k://", 7) == 0) {
		if (!ed2klink_parse(argument, &link)) {
			log_error(
			    "%s is no eD2k file link", log_quote_str(argument));
			return EX_DATAERR;
		}
		memcpy(out->hash, link.hash, HASH_SIZE);
		return 0;
	}
	out->is_hash = false;
	if (target_real_path(out->path, argument))
		return 0;
	/* the directory may be gone too: take an absolute path as it is */
	if (argument[0] != '/' || strlen(argument) >= sizeof out->path)
		return target_unknown(argument);
	snprintf(out->path, sizeof out->path, "%s", argument);
	return 0;
}

int
target_unknown(const char *argument)
{
	log_error("%s is not shared; \"ed2k-share list\" shows what is",
	    log_quote_str(argument));
	return EX_NOINPUT;
}
