/*
 * Walking a directory; see scan.h.
 * SPDX-License-Identifier: ISC
 */
#include "share/scan.h"

#include "base/log.h"

#include <errno.h>
#include <fts.h>
#include <stdint.h>
#include <string.h>

static int
by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

bool
scan_tree(
    const char *dir, bool (*visit)(void *ctx, const char *path), void *ctx)
{
	/* fts does not write to the name, whatever its type says */
	char *roots[] = {(char *)(uintptr_t)dir, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	bool whole = true, more = true;
	FTSENT *entry;

	if (!fts) {
		log_error(
		    "cannot read %s: %s", log_quote_str(dir), strerror(errno));
		return false;
	}
	while (more && (errno = 0, entry = fts_read(fts))) {
		switch (entry->fts_info) {
		case FTS_F:
			more = visit(ctx, entry->fts_path);
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			log_error("cannot read %s: %s",
			    log_quote_str(entry->fts_path),
			    strerror(entry->fts_errno));
			whole = false;
			break;
		default:
			break;
		}
	}
	if (more && errno) {
		log_error(
		    "cannot walk %s: %s", log_quote_str(dir), strerror(errno));
		whole = false;
	}
	fts_close(fts);
	return whole;
}
