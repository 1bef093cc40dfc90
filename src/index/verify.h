/*
 * Verifying shared files: hash them again, compare, and mark in the database
 * what is damaged. See ed2k-share(1), "verify".
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_VERIFY_H
#define INDEX_VERIFY_H

#include "index/pipeline.h"
#include "store/copy.h"

struct verify {
	/* the caller sets these, and of the pipeline edit and show: */
	struct pipeline pipeline;
	/*
	 * What became of a file; before that, each part of a damaged one that
	 * is known to be other than it was. False: stop.
	 */
	bool (*tell)(void *ctx, const char *path, enum copy_state state);
	void (*tell_part)(
	    void *ctx, const struct store_copy *copy, size_t part);
	void *ctx;
};

/*
 * Verify what n arguments name (index/target.h), or all files when n is 0. 0,
 * or an exit code after log lines: EX_DATAERR if a file is damaged or changed,
 * whatever else happened.
 */
int verify_targets(struct verify *v, int n, char *const targets[]);

#endif
