/*
 * Where a session finds files. An interface, so that the session needs neither
 * database nor disk: serve/store_catalog has the real one.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_TALK_CATALOG_H
#define SERVE_TALK_CATALOG_H

#include "proto/cursor.h"
#include "proto/opcodes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum catalog_result {
	CATALOG_FOUND,
	CATALOG_UNKNOWN,
	CATALOG_SILENT, /* not known just now: the peer gets no answer */
};

struct catalog_file {
	uint64_t size;
	const char *name; /* any bytes, terminated; valid until the next call */
	uint32_t weight;  /* of a second of waiting for it (board/turn.h) */
	bool has_aich;
	uint8_t aich_root[AICH_SIZE];
};

struct catalog_comment {
	uint8_t rating; /* 0 (none) to 5 */
	char text[COMMENT_MAX];
	size_t len;
};

/* Returns false to end the visits. */
typedef bool catalog_visit(
    void *ctx, const uint8_t hash[HASH_SIZE], const struct catalog_file *file);

struct catalog {
	void *ctx;
	/* With `alias` a file is also found by its "blue" hash. */
	enum catalog_result (*find)(void *ctx, const uint8_t hash[HASH_SIZE],
	    bool alias, struct catalog_file *out);
	/* The n part hashes of a file that was just found. */
	bool (*part_hashes)(
	    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n);
	/* The n AICH hashes of its parts, if it has more than one part. */
	bool (*aich_part_hashes)(
	    void *ctx, const uint8_t hash[HASH_SIZE], uint8_t *out, size_t n);
	/*
	 * Write the AICH recovery data of one part (see aich_is_recoverable) of
	 * a file that was just found. False when there is none; w is undefined
	 * then.
	 */
	bool (*aich_recovery)(void *ctx, const uint8_t hash[HASH_SIZE],
	    size_t part, struct writer *w);
	/* Its rating and comment; false when it has neither. */
	bool (*comment)(void *ctx, const uint8_t hash[HASH_SIZE],
	    struct catalog_comment *out);
	/* Visit every file. */
	void (*each)(void *ctx, catalog_visit *visit, void *visit_ctx);
};

#endif
