/*
 * The shared file that the peer is talking about: found by hash, opened beneath
 * its root, checked against what was recorded. One is open at a time; asking
 * for another closes it. What is wrong with a file is logged once a connection.
 * SPDX-License-Identifier: ISC
 */
#ifndef SERVE_DATA_SHARED_FILE_H
#define SERVE_DATA_SHARED_FILE_H

#include "store/copy.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct shared_file {
	struct store *store;      /* borrowed */
	int fd;                   /* -1 when none is open */
	uint8_t asked[HASH_SIZE]; /* the hash by which the peer knows it */
	uint8_t hash[HASH_SIZE];  /* its "red" hash */
	struct copy_facts facts;
	bool checked; /* found to be what was hashed, just now */
	enum store_priority priority;
	bool walled; /* it is there, but this process may not open it */
	bool has_aich;
	uint8_t aich_root[AICH_SIZE];
	char name[WIRE_NAME_MAX + 1];  /* as on disk: any bytes, terminated */
	uint8_t complained[HASH_SIZE]; /* the last one logged as unservable */
};

void shared_file_init(struct shared_file *f, struct store *store);
void shared_file_close(struct shared_file *f);

/*
 * Make the file of this hash the open one. With `alias` a "blue" hash is found
 * too. FOUND: f->fd, f->facts, f->name and f->has_aich are valid. UNKNOWN: not shared, or
 * none of its copies can be served now. FAILED, besides a database that fails:
 * the sandbox is in the way, and another connection may have the file.
 */
enum store_result shared_file_open(
    struct shared_file *f, const uint8_t asked[HASH_SIZE], bool alias);

/*
 * Is the open file still what was hashed? If not it is closed and logged. It is
 * looked at only if it was read, or time has passed, since it was last found to
 * be; these two are to be told by shared_file_stale.
 */
bool shared_file_check(struct shared_file *f);
void shared_file_stale(struct shared_file *f);

#endif
