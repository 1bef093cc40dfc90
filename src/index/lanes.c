/*
 * Hashing several streams at once; see lanes.h.
 * SPDX-License-Identifier: ISC
 */
#include "index/lanes.h"

#include "base/log.h"
#include "base/util.h"

#include <string.h>
#include <time.h>

/* Each of these defines md4_ and sha1_ functions. */
#define WIDTH 4
#define TARGET
#define NAME(what) what##_general
#include "index/lanes_kernel.h"

#ifdef __x86_64__
#define WIDTH      8
#define TARGET     __attribute__((target("avx2")))
#define NAME(what) what##_avx2
#include "index/lanes_kernel.h"

/* vectors of the same width, but a rotation is one instruction */
#define WIDTH      8
#define TARGET     __attribute__((target("avx2,avx512f,avx512vl")))
#define NAME(what) what##_avx512
#include "index/lanes_kernel.h"
#endif

/* How much is hashed of each stream in a trial, and how often. */
#define TRIAL_BLOCKS 32
#define TRIALS       5

/* Nothing can be gained with one stream. */
#define FROM_AT_LEAST 2

const struct lanes lanes_openssl = {
    "OpenSSL", {NULL, NULL}, {LANES + 1, LANES + 1}};

bool
lanes_way(unsigned n, struct lanes *out)
{
	static const struct lanes ways[] = {
	    {"vectors of 128 bits", {md4_general, sha1_general}, {0, 0}},
#ifdef __x86_64__
	    {"AVX2", {md4_avx2, sha1_avx2}, {0, 0}},
	    {"AVX-512", {md4_avx512, sha1_avx512}, {0, 0}},
#endif
	};
	unsigned n_ways = 1;

#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2"))
		n_ways = 2;
	if (n_ways == 2 && __builtin_cpu_supports("avx512f") &&
	    __builtin_cpu_supports("avx512vl"))
		n_ways = 3;
#endif
	if (n >= n_ways)
		return false;
	*out = ways[n];
	return true;
}

/* What OpenSSL keeps of a stream between two blocks, as words. */
static size_t
get_state(enum lanes_hash hash, const struct lanes_stream *s,
    uint32_t words[SHA1_SIZE / 4])
{
	if (hash == LANES_SHA1) {
		sha1_get_state(s->sha1, words);
		return SHA1_SIZE / 4;
	}
	md4_get_state(s->md4, words);
	return MD4_SIZE / 4;
}

static void
put_state(enum lanes_hash hash, const struct lanes_stream *s,
    const uint32_t words[SHA1_SIZE / 4], size_t n)
{
	if (hash == LANES_SHA1)
		sha1_put_state(s->sha1, words, n);
	else
		md4_put_state(s->md4, words, n);
}

static void
add_by_openssl(enum lanes_hash hash, const struct lanes_stream *s, size_t n)
{
	if (hash == LANES_SHA1)
		sha1_add(s->sha1, s->data, n);
	else
		md4_add(s->md4, s->data, n);
}

static void
add(const struct lanes *way, enum lanes_hash hash,
    const struct lanes_stream *streams, size_t n_streams, size_t n)
{
	uint32_t state[SHA1_SIZE / 4][LANES], words[SHA1_SIZE / 4];
	const uint8_t *data[LANES];
	size_t n_words = 0;

	if (n_streams < way->from[hash]) {
		for (size_t i = 0; i < n_streams; i++)
			add_by_openssl(hash, &streams[i], 64 * n);
		return;
	}
	for (size_t i = 0; i < LANES; i++) {
		/* what is in a lane without a stream does not matter */
		const struct lanes_stream *s = &streams[i < n_streams ? i : 0];

		data[i] = s->data;
		n_words = get_state(hash, s, words);
		for (size_t j = 0; j < n_words; j++)
			state[j][i] = words[j];
	}
	way->function[hash](state, data, n);
	for (size_t i = 0; i < n_streams; i++) {
		for (size_t j = 0; j < n_words; j++)
			words[j] = state[j][i];
		put_state(hash, &streams[i], words, 64 * n);
	}
}

void
lanes_add(const struct lanes *way, const struct lanes_stream *streams,
    size_t n_streams, size_t n)
{
	if (n == 0)
		return;
	add(way, LANES_MD4, streams, n_streams, n);
	add(way, LANES_SHA1, streams, n_streams, n);
}

/* Streams of other bytes each, and what came of them. */
struct trial {
	uint8_t bytes[LANES][64 * TRIAL_BLOCKS];
	struct md4 md4[LANES];
	struct sha1 sha1[LANES];
	struct lanes_stream streams[LANES];
};

static void
trial_begin(struct trial *t)
{
	uint32_t x = 1;

	memset(t, 0, sizeof *t); /* contexts are compared as a whole */
	for (size_t i = 0; i < LANES; i++) {
		for (size_t j = 0; j < sizeof t->bytes[i]; j++) {
			x = x * 1664525 + 1013904223;
			t->bytes[i][j] = (uint8_t)(x >> 24);
		}
		md4_begin(&t->md4[i]);
		sha1_begin(&t->sha1[i]);
		t->streams[i] =
		    (struct lanes_stream){&t->md4[i], &t->sha1[i], t->bytes[i]};
	}
}

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The shortest time that all streams take. */
static uint64_t
trial_ns(const struct lanes *way, enum lanes_hash hash)
{
	static struct trial t;
	uint64_t best = UINT64_MAX;

	trial_begin(&t);
	for (int i = 0; i < TRIALS; i++) {
		uint64_t begin = now_ns();

		add(way, hash, t.streams, LANES, TRIAL_BLOCKS);
		best = min_u64(best, now_ns() - begin);
	}
	return best;
}

static bool
is_right(const struct lanes *way)
{
	static struct trial expected, found;

	trial_begin(&expected);
	trial_begin(&found);
	for (size_t n = 1; n <= TRIAL_BLOCKS; n *= 4) {
		lanes_add(&lanes_openssl, expected.streams, LANES, n);
		lanes_add(way, found.streams, LANES, n);
	}
	return memcmp(expected.md4, found.md4, sizeof found.md4) == 0 &&
	    memcmp(expected.sha1, found.sha1, sizeof found.sha1) == 0;
}

/* From how many streams on is that faster than one after the other? */
static size_t
pays_from(uint64_t ns, uint64_t openssl_ns)
{
	uint64_t from = ns * LANES / max_u64(openssl_ns, 1) + 1;

	return (size_t)max_u64(FROM_AT_LEAST, min_u64(from, LANES + 1));
}

void
lanes_choose(struct lanes *out)
{
	uint64_t alone[LANES_N_HASHES], best[LANES_N_HASHES];
	struct lanes way;

	*out = lanes_openssl;
	for (enum lanes_hash hash = 0; hash < LANES_N_HASHES; hash++)
		best[hash] = alone[hash] = trial_ns(&lanes_openssl, hash);
	for (unsigned n = 0; lanes_way(n, &way); n++) {
		if (!is_right(&way)) {
			log_warning("%s: other hashes than OpenSSL's on this "
				    "processor; hashing does without",
			    way.name);
			continue;
		}
		for (enum lanes_hash hash = 0; hash < LANES_N_HASHES; hash++) {
			uint64_t ns = trial_ns(&way, hash);

			if (ns >= best[hash])
				continue;
			best[hash] = ns;
			out->function[hash] = way.function[hash];
			out->from[hash] = pays_from(ns, alone[hash]);
		}
	}
}
