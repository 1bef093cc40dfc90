/*
 * The shared file that the peer asks for: found by its hash, opened beneath
 * its root, compared with what was recorded. One is open at a time; asking for
 * another closes it. What is wrong with a file is logged.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_SHARED_FILE_H
#define SERVE_DATA_SHARED_FILE_H

#include "store/copy.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/* Parts of a file in doubt that are what was hashed; see proof.h. */
struct proof {
	uint8_t hash[HASH_SIZE]; /* of this file, while it has these facts */
	struct copy_facts facts;
	uint8_t *parts; /* a bit each; owned; NULL: none */
	uint64_t hashed_bytes;
};

struct shared_file {
	struct store *store;      /* borrowed */
	int fd;                   /* -1 when none is open */
	uint8_t asked[HASH_SIZE]; /* the hash by which the peer knows it */
	uint8_t hash[HASH_SIZE];  /* its "red" hash */
	struct copy_facts facts;
	bool checked;  /* just found to be what was hashed */
	bool in_doubt; /* but with another ctime, or it was found so before */
	struct proof proof;
	uint64_t sent_bytes; /* of all files */
	enum store_priority priority;
	bool sandboxed; /* only the sandbox forbids to open it */
	bool has_aich;
	uint8_t aich_root[AICH_SIZE];
	char name[WIRE_NAME_MAX + 1]; /* as on disk: any bytes, terminated */
};

void shared_file_init(struct shared_file *f, struct store *store);
void shared_file_close(struct shared_file *f);

/*
 * Open the file of this hash. With `alias` it is also found by its "blue"
 * hash. FOUND: all of *f is valid. It is the oldest copy that is what was
 * hashed; one in doubt only if all are. UNKNOWN: it is not shared, or none of
 * its copies can be served now. FAILED: the database failed, or the sandbox is
 * in the way and another connection may get the file.
 */
enum store_result shared_file_open(
    struct shared_file *f, const uint8_t asked[HASH_SIZE], bool alias);

/*
 * Is the open file still what was hashed? If not, it is closed, after a log
 * line. With another ctime than before it is, but in doubt. An answer holds
 * until shared_file_stale says that the file was read or that time has passed.
 */
bool shared_file_check(struct shared_file *f);
void shared_file_stale(struct shared_file *f);

/* Log that the bytes of a part are not what was hashed. */
void shared_file_log_damaged(const struct shared_file *f, size_t part);

#endif
