/*
 * index/lanes.h: every way to hash that this processor has finds what OpenSSL
 * finds, for any bytes in any number of streams.
 *
 * Input: how many streams, then their bytes, the same number for each.
 * SPDX-License-Identifier: ISC
 */
#include "fuzz.h"

#include "index/lanes.h"

struct streams {
	struct md4 md4[LANES];
	struct sha1 sha1[LANES];
	struct lanes_stream stream[LANES];
};

static void
hash(struct streams *s, const struct lanes *way, const uint8_t *bytes,
    size_t n_streams, size_t n_blocks)
{
	memset(s, 0, sizeof *s);
	for (size_t i = 0; i < n_streams; i++) {
		md4_begin(&s->md4[i]);
		sha1_begin(&s->sha1[i]);
		s->stream[i] = (struct lanes_stream){
		    &s->md4[i], &s->sha1[i], bytes + 64 * n_blocks * i};
	}
	lanes_add(way, s->stream, n_streams, n_blocks / 2);
	for (size_t i = 0; i < n_streams; i++)
		s->stream[i].data += n_blocks / 2 * 64;
	lanes_add(way, s->stream, n_streams, n_blocks - n_blocks / 2);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct streams expected, found;
	struct lanes way;
	size_t n_streams, n_blocks;

	if (n == 0)
		return 0;
	n_streams = bytes[0] % LANES + 1;
	n_blocks = (n - 1) / 64 / n_streams;
	hash(&expected, &lanes_openssl, bytes + 1, n_streams, n_blocks);
	for (unsigned i = 0; lanes_way(i, &way); i++) {
		way.from[LANES_MD4] = way.from[LANES_SHA1] = 1;
		hash(&found, &way, bytes + 1, n_streams, n_blocks);
		must(memcmp(expected.md4, found.md4, sizeof found.md4) == 0);
		must(memcmp(expected.sha1, found.sha1, sizeof found.sha1) == 0);
	}
	return 0;
}
