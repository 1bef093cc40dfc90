/*
 * Computing the AICH hashes of files that were shared before these were kept.
 * See ed2k-share(1), "refresh --aich".
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_REFRESH_AICH_H
#define INDEX_REFRESH_AICH_H

#include "index/pipeline.h"

struct refresh_aich {
	/* the caller sets these, and of the pipeline edit and show: */
	struct pipeline pipeline;
	/* The AICH root of a file is known now. False: stop. */
	bool (*tell)(
	    void *ctx, const uint8_t root[AICH_SIZE], const char *path);
	void *ctx;
};

/*
 * Compute what all files lack. 0, or an exit code after log lines: a content of
 * which no copy is what was shared is left without.
 */
int refresh_aich(struct refresh_aich *r);

#endif
