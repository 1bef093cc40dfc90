/*
 * One part of a file as it is hashed; see part_hash.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/part_hash.h"

#include "base/util.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>

void
part_hash_begin(
    struct part_hash *p, int fd, uint64_t begin, uint64_t len, bool is_judged)
{
	p->fd = fd;
	p->begin = begin;
	p->len = len;
	p->at = 0;
	p->fill = p->added = 0;
	p->is_judged = is_judged;
	p->is_wrong = false;
	md4_begin(&p->md4);
	sha1_begin(&p->sha1);
	md4_begin(&p->other_md4);
	sha1_begin(&p->other_sha1);
}

static size_t
chunk_size(const struct part_hash *p)
{
	return (size_t)min_u64(PART_CHUNK, p->len - p->at);
}

/* Not all file systems can tell that they would have to wait. */
static ssize_t
read_some(const struct part_hash *p, size_t n, bool wait)
{
	struct iovec to = {p->chunk + p->fill, n};
	off_t at = (off_t)(p->begin + p->at + p->fill);
	ssize_t res = preadv2(p->fd, &to, 1, at, wait ? 0 : RWF_NOWAIT);

	if (res < 0 && (errno == EOPNOTSUPP || errno == ENOSYS) && !wait)
		return preadv(p->fd, &to, 1, at);
	return res;
}

enum part_read
part_hash_read(struct part_hash *p, bool wait)
{
	while (p->fill < chunk_size(p)) {
		ssize_t res = read_some(p, chunk_size(p) - p->fill, wait);

		if (res < 0 && errno == EINTR)
			continue;
		if (res < 0)
			return errno == EAGAIN ? PART_WAITS : PART_FAILED;
		if (res == 0)
			return PART_SHORT;
		p->fill += (size_t)res;
	}
	return PART_READY;
}

size_t
part_hash_blocks(const struct part_hash *p)
{
	return (p->fill - p->added) / 64;
}

const uint8_t *
part_hash_data(const struct part_hash *p)
{
	return p->chunk + p->added;
}

/* Compare, and take what OpenSSL found. */
static void
judge(struct part_hash *p, uint8_t *found, const uint8_t *other, size_t n)
{
	if (memcmp(found, other, n) == 0)
		return;
	p->is_wrong = true;
	memcpy(found, other, n);
}

static void
end_block(struct part_hash *p)
{
	uint8_t *found = p->blocks[(p->at - 1) / BLOCK_SIZE];
	uint8_t other[AICH_SIZE];

	sha1_end(&p->sha1, found);
	sha1_begin(&p->sha1);
	if (!p->is_judged)
		return;
	sha1_end(&p->other_sha1, other);
	sha1_begin(&p->other_sha1);
	judge(p, found, other, sizeof other);
}

static void
end_part(struct part_hash *p, uint8_t out[HASH_SIZE])
{
	uint8_t other[HASH_SIZE];

	md4_end(&p->md4, out);
	if (!p->is_judged)
		return;
	md4_end(&p->other_md4, other);
	judge(p, out, other, sizeof other);
}

bool
part_hash_advance(struct part_hash *p, size_t n, uint8_t out[HASH_SIZE])
{
	p->added += 64 * n;
	if (part_hash_blocks(p) > 0)
		return false;
	/* the last chunk may end with less than a block */
	md4_add(&p->md4, part_hash_data(p), p->fill - p->added);
	sha1_add(&p->sha1, part_hash_data(p), p->fill - p->added);
	if (p->is_judged) {
		md4_add(&p->other_md4, p->chunk, p->fill);
		sha1_add(&p->other_sha1, p->chunk, p->fill);
	}
	p->at += p->fill;
	p->fill = p->added = 0;
	if (p->at % BLOCK_SIZE == 0 || p->at == p->len)
		end_block(p);
	if (p->at < p->len)
		return false;
	end_part(p, out);
	return true;
}
