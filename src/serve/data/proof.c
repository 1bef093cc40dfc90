/*
 * Hashing parts of files in doubt; see proof.h.
 * SPDX-License-Identifier: ISC
 */
#include "serve/data/proof.h"

#include "base/crypto.h"
#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "proto/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Are the bits those of the file as it is now? */
static bool
is_about(const struct proof *p, const struct shared_file *f)
{
	return p->parts && memcmp(p->hash, f->hash, HASH_SIZE) == 0 &&
	    p->facts.size == f->facts.size &&
	    p->facts.mtime_ns == f->facts.mtime_ns &&
	    p->facts.inode == f->facts.inode &&
	    p->facts.ctime_ns == f->facts.ctime_ns;
}

/* Forget what is known of another file. False after a log line. */
static bool
begin(struct proof *p, const struct shared_file *f)
{
	if (is_about(p, f))
		return true;
	free(p->parts);
	p->parts = calloc(parts_count(f->facts.size) / 8 + 1, 1);
	if (!p->parts)
		log_error("no memory to hash a part");
	memcpy(p->hash, f->hash, HASH_SIZE);
	p->facts = f->facts;
	return p->parts != NULL;
}

/* The first part of the range that is not known; SIZE_MAX: there is none. */
static size_t
find_unknown(const struct shared_file *f, struct range range)
{
	const struct proof *p = &f->proof;

	if (!f->in_doubt)
		return SIZE_MAX;
	for (uint64_t i = range.start / PART_SIZE; i * PART_SIZE < range.end;
	     i++)
		if (!is_about(p, f) || !(p->parts[i / 8] & 1 << i % 8))
			return (size_t)i;
	return SIZE_MAX;
}

bool
proof_holds(const struct shared_file *f, struct range range)
{
	return find_unknown(f, range) == SIZE_MAX;
}

/* The hash that a part had. A file below one part has that of the file. */
static bool
find_hash(const struct shared_file *f, size_t part, uint8_t out[HASH_SIZE])
{
	if (parts_md4_count(f->facts.size) > 0)
		return store_part_hash(f->store, f->hash, part, out) ==
		    STORE_FOUND;
	memcpy(out, f->hash, HASH_SIZE);
	return true;
}

/* The hash that it has now. False after a log line. */
static bool
hash_part(const struct shared_file *f, size_t part, uint8_t out[HASH_SIZE])
{
	static uint8_t block[64 * 1024];
	uint64_t at = part * PART_SIZE;
	uint64_t end = at + parts_size(f->facts.size, part);
	struct md4 md4;

	md4_begin(&md4);
	while (at < end) {
		size_t n = (size_t)min_u64(end - at, sizeof block);
		ssize_t res = file_read_at(f->fd, block, n, at);

		if (res != (ssize_t)n) {
			log_error("cannot read %s: %s", log_quote_str(f->name),
			    res < 0 ? strerror(errno) : "it was cut");
			return false;
		}
		md4_add(&md4, block, n);
		at += n;
	}
	md4_end(&md4, out);
	return true;
}

/* May this connection have so much hashed? False after a log line. */
static bool
is_affordable(struct shared_file *f, uint64_t len)
{
	if (f->proof.hashed_bytes + len <=
	    PROOF_ADVANCE + f->sent_bytes * PROOF_PER_BYTE)
		return true;
	log_warning("a peer asks for little of many parts of %s, which have to "
		    "be hashed first; \"ed2k-share verify\" makes that "
		    "needless",
	    log_quote_str(f->name));
	return false;
}

/*
 * Hash a part, and note it if it is what it was. Nothing is noted if the file
 * changed meanwhile: its ctime is another one then. False after a log line.
 */
static bool
prove(struct shared_file *f, size_t part)
{
	uint8_t was[HASH_SIZE], is[HASH_SIZE];
	uint64_t len = parts_size(f->facts.size, part);

	if (!is_affordable(f, len) || !begin(&f->proof, f))
		return false;
	f->proof.hashed_bytes += len;
	if (!find_hash(f, part, was) || !hash_part(f, part, is))
		return false;
	shared_file_stale(f);
	if (!shared_file_check(f))
		return false;
	if (!is_about(&f->proof, f))
		return true;
	if (memcmp(was, is, HASH_SIZE) != 0) {
		shared_file_log_damaged(f, part);
		return false;
	}
	f->proof.parts[part / 8] |= (uint8_t)(1 << part % 8);
	return true;
}

bool
proof_find(struct shared_file *f, struct range range)
{
	size_t part;

	while ((part = find_unknown(f, range)) != SIZE_MAX)
		if (!prove(f, part))
			return false;
	return true;
}
