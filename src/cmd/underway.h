/*
 * Files under way: hashed by all processors ahead of where the verb is, and kept
 * in the order in which they were put, small ones many in one transaction. A
 * verb that hashes shows how far it is on a terminal; when it is interrupted,
 * what is done is kept.
 *
 * Memory: UNDERWAY_MAX files, whatever their number and size, and the hashes of
 * their parts.
 * SPDX-License-Identifier: ISC
 */
#ifndef CMD_UNDERWAY_H
#define CMD_UNDERWAY_H

#include "cmd/progress.h"
#include "index/steady.h"
#include "index/edit.h"

#include <stdbool.h>

/*
 * So many files are under way at most: enough that no thread waits while the
 * results of small ones are written.
 */
#define UNDERWAY_MAX 128

struct underway_file {
	char path[PATH_MAX];
	struct steady file; /* the verb sets fd (closed for it; or -1) and st */
	int fault;          /* what keeping it came to; 0 */
	/* the verb's own: */
	int kind;
	struct store_copy copy; /* its path and root, if any, are not kept */
	char other[PATH_MAX];
	/* its own: */
	bool is_hashed; /* or there is nothing to wait for */
};

struct underway {
	/* the verb sets these first: */
	struct hasher *hasher;
	struct edit *edit;
	/*
	 * The file is hashed, or needed not be: change the database, behind
	 * edit_group_begin. 0, or an exit code after a log line; sets `stop`
	 * when the database failed. The hash is freed for it.
	 */
	int (*keep)(void *ctx, struct underway_file *f);
	/* That is committed, and went well: print it. */
	void (*tell)(void *ctx, struct underway_file *f);
	void *ctx;

	bool stop; /* no use in going on */
	int fault; /* the first */
	struct progress progress;
	bool has_progress;
	/* its own: */
	struct underway_file ring[UNDERWAY_MAX];
	size_t oldest, n;
	int64_t ended_ms;
};

/*
 * From now on signals are noted, and progress is shown if there is a terminal
 * (the verb may look at has_progress, and count). Then underway_go, which
 * begins to measure; maybe again, behind what is only looked at.
 */
void underway_begin(struct underway *u);
void underway_go(struct underway *u);

/* Show a file that is only looked at. */
void underway_look(struct underway *u, const char *path);

/* Was it interrupted, or is there no use in going on? */
bool underway_is_stopped(const struct underway *u);

/*
 * The next file to fill in, with this path, or NULL when it is stopped; then one
 * of the two below: the file is to be hashed, or needs not be.
 */
struct underway_file *underway_next(struct underway *u, const char *path);
void underway_hash(struct underway *u, struct underway_file *f);
void underway_pass(struct underway *u, struct underway_file *f);

/* Wait for all that is under way. */
void underway_wait(struct underway *u);

/* The same at the end: when it is interrupted, what is hashed is kept. */
void underway_end(struct underway *u);

void underway_fault(struct underway *u, int fault);

#endif
