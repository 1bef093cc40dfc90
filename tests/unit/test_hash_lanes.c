/*
 * index/hash_worker.c and part_hash.c: files of all sizes, hashed several at
 * once, against a plain loop over OpenSSL.
 * SPDX-License-Identifier: ISC
 */
#include "sample.h"
#include "temp.h"

#include "index/hash.h"
#include "index/part_hash.h"
#include "proto/aich_tree.h"

#include <errno.h>

/* What a wait may take, on a machine that is busy with other things. */
#define WAIT_MS 60000

#define SAMPLE_SIZE (3 * PART_SIZE + BLOCK_SIZE + 1)

static uint8_t *sample;
static int sample_fd = -1;

static int
setup(void **state)
{
	if (temp_setup(state) != 0)
		return -1;
	sample = sample_bytes(SAMPLE_SIZE);
	sample_fd = open(temp_path("sample"), O_RDWR | O_CREAT, 0644);
	return write(sample_fd, sample, SAMPLE_SIZE) == SAMPLE_SIZE ? 0 : -1;
}

static int
teardown(void **state)
{
	free(sample);
	close(sample_fd);
	return temp_teardown(state);
}

/* The hashes of the first `size` bytes of the sample. */
static void
hash_plainly(uint64_t size, uint8_t hash[HASH_SIZE], uint8_t aich[AICH_SIZE])
{
	uint8_t md4[4][HASH_SIZE], nodes[4][AICH_SIZE];

	for (size_t part = 0; part < parts_count(size); part++) {
		const uint8_t *begin = sample + part * PART_SIZE;
		uint64_t len = parts_size(size, part);
		uint8_t blocks[PART_BLOCKS_MAX][AICH_SIZE];

		crypto_md4(md4[part], begin, (size_t)len);
		for (size_t i = 0; i < parts_block_count(len); i++) {
			uint64_t at = i * BLOCK_SIZE;
			uint64_t n =
			    len - at < BLOCK_SIZE ? len - at : BLOCK_SIZE;

			crypto_sha1(blocks[i], begin + at, (size_t)n);
		}
		aich_part_hash(size, part, blocks[0], nodes[part]);
	}
	if (parts_md4_count(size) == 0)
		memcpy(hash, md4[0], HASH_SIZE);
	else {
		size_t n = parts_count(size);

		if (n < parts_md4_count(size))
			crypto_md4(md4[n++], NULL, 0);
		crypto_md4(hash, md4[0], n * HASH_SIZE);
	}
	aich_root(size, nodes[0], aich);
}

static void
assert_hashed(struct hasher *h, struct hash_job *job)
{
	uint8_t hash[HASH_SIZE], aich[AICH_SIZE];

	assert_true(hasher_wait(h, job, WAIT_MS));
	assert_int_equal(job->result, HASH_OK);
	hash_plainly(job->size, hash, aich);
	assert_memory_equal(job->hash.hash, hash, HASH_SIZE);
	assert_memory_equal(job->hash.aich_root, aich, AICH_SIZE);
	file_hash_free(&job->hash);
}

/* Put n jobs of these sizes, all at once, and look at what comes out. */
static void
assert_sizes(unsigned threads, const uint64_t *sizes, size_t n)
{
	struct hash_job *jobs = calloc(n, sizeof *jobs);
	struct hasher h;

	assert_non_null(jobs);
	assert_int_equal(hasher_open_threads(&h, threads), 0);
	for (size_t i = 0; i < n; i++) {
		jobs[i].fd = sample_fd;
		jobs[i].size = sizes[i];
		hasher_put(&h, &jobs[i]);
	}
	for (size_t i = 0; i < n; i++)
		assert_hashed(&h, &jobs[i]);
	assert_false(atomic_load(&h.is_wrong));
	hasher_close(&h);
	free(jobs);
}

static void
sizes_around_every_border_are_hashed_right(void **state)
{
	static const uint64_t borders[] = {64, PART_CHUNK, BLOCK_SIZE,
	    PART_SIZE, PART_SIZE + BLOCK_SIZE, 2 * PART_SIZE, 3 * PART_SIZE};
	uint64_t sizes[ARRAY_LEN(borders) * 6];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(borders); i++) {
		sizes[n++] = borders[i] - 9; /* no room for the padding */
		sizes[n++] = borders[i] - 8;
		sizes[n++] = borders[i] - 1;
		sizes[n++] = borders[i];
		sizes[n++] = borders[i] + 1;
		sizes[n++] = borders[i] + 64;
	}
	assert_sizes(1, sizes, n);
	assert_sizes(2, sizes, n);
}

/* As many small ones as large ones. */
static void
a_thousand_random_sizes_are_hashed_right(void **state)
{
	static uint64_t sizes[1000];
	uint32_t x = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		x = x * 1664525 + 1013904223;
		sizes[i] = (x >> 8) % (1u << (4 + i % 17)) + 1;
	}
	assert_sizes(2, sizes, ARRAY_LEN(sizes));
}

static void
a_fault_in_one_lane_leaves_the_others_alone(void **state)
{
	int directory = open(temp_dir, O_RDONLY | O_DIRECTORY);
	int cut = open(temp_file("cut", 3 * BLOCK_SIZE, 0), O_RDONLY);

	(void)state;
	for (int bad = 0; bad < 2 * LANES; bad++) {
		struct hash_job jobs[LANES] = {0};
		struct hasher h;

		assert_int_equal(hasher_open_threads(&h, 1), 0);
		for (int i = 0; i < LANES; i++) {
			bool is_bad = i == bad % LANES;

			jobs[i].fd = !is_bad ? sample_fd
			    : bad < LANES    ? cut
					     : directory;
			jobs[i].size = 4 * BLOCK_SIZE + (unsigned)i;
			hasher_put(&h, &jobs[i]);
		}
		for (int i = 0; i < LANES; i++) {
			if (i != bad % LANES) {
				assert_hashed(&h, &jobs[i]);
				continue;
			}
			assert_true(hasher_wait(&h, &jobs[i], WAIT_MS));
			assert_int_equal(jobs[i].result,
			    bad < LANES ? HASH_SHORT : HASH_FAILED);
			assert_int_equal(
			    jobs[i].error, bad < LANES ? 0 : EISDIR);
			assert_null(jobs[i].hash.parts);
		}
		hasher_close(&h);
	}
	close(directory);
	close(cut);
}

/* As a processor would that makes a mistake. */
static void
hash_badly(uint32_t state[][LANES], const uint8_t *const data[LANES], size_t n)
{
	(void)data;
	(void)n;
	state[0][0] ^= 1;
}

static void
openssl_finds_a_way_that_is_wrong_and_is_used_from_then_on(void **state)
{
	for (int hash = 0; hash < LANES_N_HASHES; hash++) {
		struct hash_job jobs[3] = {0};
		struct hasher h;

		(void)state;
		assert_int_equal(hasher_open_threads(&h, 1), 0);
		h.worker.way.function[hash] = hash_badly;
		h.worker.way.from[hash] = 1;
		for (int i = 0; i < 3; i++) {
			jobs[i].fd = sample_fd;
			jobs[i].size = 10000;
			hasher_put(&h, &jobs[i]);
			assert_hashed(&h, &jobs[i]);
			assert_true(atomic_load(&h.is_wrong));
		}
		hasher_close(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes_around_every_border_are_hashed_right),
	    cmocka_unit_test(a_thousand_random_sizes_are_hashed_right),
	    cmocka_unit_test(a_fault_in_one_lane_leaves_the_others_alone),
	    cmocka_unit_test(
		openssl_finds_a_way_that_is_wrong_and_is_used_from_then_on),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
