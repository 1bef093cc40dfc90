/*
 * Sharing files: hash them and put them into the database, one by one or all
 * beneath a directory. See ed2k-share(1), "add".
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_ADD_H
#define INDEX_ADD_H

#include "index/off_limits.h"
#include "index/pipeline.h"
#include "index/rules.h"

struct add {
	/* the caller sets these, and of the pipeline edit, n_threads, show: */
	struct pipeline pipeline;
	const char *state;  /* state directory; NULL: the default one */
	bool recursive;     /* take directories, and what is beneath them */
	struct rules rules; /* what is left out of these */
	/*
	 * A file is shared now. is_new: it was hashed; else it was shared
	 * before and is unchanged. False: stop.
	 */
	bool (*tell)(void *ctx, const struct store_copy *copy, bool is_new);
	void *ctx;
	/* its own: */
	struct off_limits off_limits;
	bool is_counting; /* the first of two passes, for the progress line */
};

/*
 * Share these files, in this order. 0, or the first exit code after log lines;
 * in a directory, what cannot be shared is no fault.
 */
int add_paths(struct add *a, int n, char *const paths[]);

#endif
