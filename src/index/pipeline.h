/*
 * Hashing many files: they go in one after another, all processors hash them
 * ahead, and the results come out in the order in which the files went in. The
 * results are written to the database, those of many small files in one
 * transaction. After a signal (index/interrupt.h) no file is taken any more;
 * what is hashed by then is kept.
 *
 * Memory: PIPELINE_MAX files, whatever their number and size, and the hashes of
 * their parts.
 * SPDX-License-Identifier: ISC
 */
#ifndef INDEX_PIPELINE_H
#define INDEX_PIPELINE_H

#include "index/steady.h"
#include "index/edit_copy.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Files in the pipeline at most: enough that no thread waits while the results
 * of small files are written.
 */
#define PIPELINE_MAX 128

/* How far the work is. */
struct progress {
	uint64_t n_done, n_files;    /* n_files and total_bytes: 0 if unknown */
	uint64_t bytes, total_bytes; /* hashed so far; of all files */
	const char *path;            /* of the file that is next to come out */
};

struct pipeline_file {
	char path[PATH_MAX];
	struct steady file; /* the caller sets fd and st; fd is closed for it */
	int fault;          /* what `keep` returned */
	bool is_hashed;     /* else nothing had to be read */
	/* for the caller's use: */
	int kind;
	struct store_copy copy; /* not its path and root */
	char other[PATH_MAX];
};

/*
 * A file is hashed, or was passed: change the database, after edit_group_begin;
 * the pipeline ends the group. Returns 0, or an exit code after a log line. The
 * hashes are freed afterwards.
 */
typedef int pipeline_keep(void *ctx, struct pipeline_file *f);

/* The change is committed. False: stop. */
typedef bool pipeline_tell(void *ctx, struct pipeline_file *f);

struct pipeline {
	/* the caller sets these first: */
	struct edit *edit;
	unsigned n_threads; /* that hash; 0: one for each processor */
	/* Called several times a second while files are hashed, or NULL. */
	void (*show)(const struct progress *progress);

	struct progress progress; /* the caller may set the totals */
	bool stop;                /* it is of no use to go on */
	int fault;                /* the first one */
	/* its own: */
	pipeline_keep *keep;
	pipeline_tell *tell;
	void *ctx;
	struct hasher hasher;
	struct pipeline_file *ring; /* PIPELINE_MAX; owned */
	size_t oldest, n;
	uint64_t kept_ms; /* when results were last written */
};

/*
 * Start the threads; from now on signals are noted. 0, or EX_OSERR after a log
 * line.
 */
int pipeline_open(
    struct pipeline *p, pipeline_keep *keep, pipeline_tell *tell, void *ctx);

/*
 * Wait for all files, unless there was a signal. Then keep what is hashed, drop
 * the rest, end the threads and free all memory. Returns p->fault.
 */
int pipeline_close(struct pipeline *p);

/* Did a signal come, or is it of no use to go on? */
bool pipeline_is_stopped(const struct pipeline *p);

/* Keep the exit code if it is the first one that is not 0. */
void pipeline_fault(struct pipeline *p, int fault);

/* The same, and stop if it is not 0. Returns whether to go on. */
bool pipeline_go_on(struct pipeline *p, int fault);

/* Was it found? Stop if the database failed. */
bool pipeline_found(struct pipeline *p, enum store_result res);

/*
 * The next file, to be filled in; it has this path. Waits while the pipeline is
 * full; NULL when it is stopped. Then call pipeline_hash or pipeline_pass, or
 * neither to leave the file out; then fd is the caller's to close.
 */
struct pipeline_file *pipeline_next(struct pipeline *p, const char *path);

/*
 * Open a file that is to be shared: set fd and st. 0, or an exit code after a
 * log line.
 */
int pipeline_open_file(struct pipeline_file *f);

void pipeline_hash(struct pipeline *p, struct pipeline_file *f);
void pipeline_pass(struct pipeline *p, struct pipeline_file *f);

/* Count and show a file that does not go through the pipeline. */
void pipeline_count(struct pipeline *p, const char *path);

/* Wait until all files have come out, or it is stopped. */
void pipeline_wait(struct pipeline *p);

#endif
