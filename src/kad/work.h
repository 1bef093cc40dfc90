/*
 * What there is to publish, as an interface: the database is the caller's.
 * SPDX-License-Identifier: ISC
 */
#ifndef KAD_WORK_H
#define KAD_WORK_H

#include "kad/id.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kad_kind {
	KAD_SOURCE,  /* we have the file: target is its hash */
	KAD_KEYWORD, /* files have this word in their names: MD4 of the word */
	KAD_NOTE,    /* a comment on a file: target is its hash */
};

/* One thing to store on the nodes nearest to its target. */
struct kad_job {
	enum kad_kind kind;
	struct kad_id target;
	uint64_t size;   /* of the file; KAD_SOURCE */
	uint64_t number; /* the caller's own name for it */
};

/* A file as keywords and notes describe it. Text is UTF-8, borrowed. */
struct kad_file {
	struct kad_id hash;
	uint64_t size;
	const char *name;
	size_t name_len;
	uint8_t rating; /* 1 to 5, 0: none; KAD_NOTE */
	const char *comment;
	size_t comment_len; /* 0: none; KAD_NOTE */
};

/* Files under one keyword that one datagram may take, at most. */
#define KAD_KEYWORD_FILES 16

enum kad_end {
	KAD_STORED,     /* on at least one node */
	KAD_NOT_STORED, /* nodes were asked, none of them stored it */
	KAD_NO_NODES,   /* no node near enough was found */
	KAD_POSTPONED,  /* its nodes had no time for us within an hour */
	KAD_WITHDRAWN,  /* `describe` had nothing to say of it any more */
};

struct kad_outcome {
	enum kad_end end;
	unsigned n_asked;  /* nodes that it was sent to */
	unsigned n_stored; /* nodes that confirmed it */
	unsigned load;     /* their mean load, 0 to 100; see ed2k-kad(5) */
	unsigned n_files;  /* KAD_KEYWORD: how many of the files were told */
};

struct kad_work {
	void *ctx;
	/*
	 * The next job that is due; false: none is, for now. A job is not
	 * given out again before `done` was called for it. Give jobs in the
	 * order of their targets, round and round: then neighbours share what
	 * was learned of the nodes around them, which saves most questions
	 * when there are many. What is urgent may come out of order.
	 */
	bool (*next)(void *ctx, struct kad_job *out);
	/*
	 * KAD_KEYWORD: up to KAD_KEYWORD_FILES files; KAD_NOTE: one file.
	 * KAD_SOURCE: 1 as long as the file is shared; `files` is not read.
	 * Returns how many; 0: not shared any more. Called for each datagram.
	 */
	size_t (*describe)(void *ctx, const struct kad_job *job,
	    struct kad_file files[KAD_KEYWORD_FILES]);
	void (*done)(void *ctx, const struct kad_job *job,
	    const struct kad_outcome *outcome);
};

#endif
