/*
 * index/hash.c with several threads and several files at once, at and around
 * the borders of parts. The hashes are those that rhash gives.
 * SPDX-License-Identifier: ISC
 */
#include "sample.h"
#include "temp.h"

#include "hashing.h"

#include <errno.h>

/* What a wait may take, on a machine that is busy with other things. */
#define WAIT_MS 60000

static const struct sample {
	uint64_t size;
	const char *hash, *root;
} samples[] = {
    {48640000, "cb05e549ab78edbad04619b677495e95", /* five parts */
	"a77f3b36c1a34fd60c8d67eca8a6b4a8ceaec617"},
    {1, "47c61a0fa8738ba77308a8a600f88e4b",
	"5ba93c9db0cff93f52b521d7420e43f6eda2784f"},
    {9727999, "cd1c90cdc6742abd0aa6283584672047",
	"cb969bfaf793d0701f2640807002c804d84b4ef7"},
    {9728000, "1339b1df8f76e7b884e97f988c3db2ae",
	"3e4e74810cb6a0a457354869b782887ebc0ea3b2"},
    {9728001, "5ab63e786a316910713429d189daa481",
	"bca262954af7e0fdcb98aff1d46f2786a0f55457"},
    {19456000, "0ba30af39100a026c31863f03f2d40ce",
	"9cbcdc5ea2b4144c8ea486b713ccd0c5cf6c6120"},
    {29184007, "f63db97c1fb3e8586998c0216f0e0181", /* four parts */
	"113bdad234e29873fcdf5cf66947ae08041f198d"},
};

#define N_SAMPLES ARRAY_LEN(samples)

/* They all begin alike: one file, of which as much is hashed as there is. */
static int sample_fd = -1;

static int
setup(void **state)
{
	uint8_t *bytes = sample_bytes(samples[0].size);
	ssize_t n;

	if (temp_setup(state) != 0)
		return -1;
	sample_fd = open(temp_path("sample"), O_RDWR | O_CREAT, 0644);
	n = write(sample_fd, bytes, samples[0].size);
	free(bytes);
	return n == (ssize_t)samples[0].size ? 0 : -1;
}

static int
teardown(void **state)
{
	close(sample_fd);
	return temp_teardown(state);
}

static void
assert_sample(const struct sample *s, const struct file_hash *f)
{
	assert_hex(f->hash, HASH_SIZE, s->hash);
	assert_hex(f->aich_root, AICH_SIZE, s->root);
}

static void
any_number_of_threads_finds_the_same(void **state)
{
	static const unsigned threads[] = {1, 2, 3, 8};
	struct hasher h;
	struct file_hash f;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		assert_int_equal(hasher_open_threads(&h, threads[i]), 0);
		for (size_t k = 0; k < N_SAMPLES; k++) {
			assert_int_equal(
			    hash_file(&h, sample_fd, samples[k].size, &f),
			    HASH_OK);
			assert_sample(&samples[k], &f);
			file_hash_free(&f);
		}
		hasher_close(&h);
	}
}

static void
many_files_at_once_do_not_mix(void **state)
{
	struct hash_job jobs[4 * N_SAMPLES] = {0};
	struct hasher h;
	uint64_t bytes = 0;

	(void)state;
	assert_int_equal(hasher_open_threads(&h, 3), 0);
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		jobs[i].fd = sample_fd;
		jobs[i].size = samples[i % N_SAMPLES].size;
		bytes += jobs[i].size;
		hasher_put(&h, &jobs[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++) {
		assert_true(hasher_wait(&h, &jobs[i], WAIT_MS));
		assert_int_equal(jobs[i].result, HASH_OK);
		assert_sample(&samples[i % N_SAMPLES], &jobs[i].hash);
		file_hash_free(&jobs[i].hash);
	}
	assert_int_equal(hasher_bytes(&h), bytes);
	hasher_close(&h);
}

static void
a_file_that_fails_does_not_harm_the_others(void **state)
{
	int dir = open(temp_dir, O_RDONLY | O_DIRECTORY);
	int cut = open(temp_file("cut", PART_SIZE, 0), O_RDONLY);
	struct hash_job jobs[] = {
	    {.fd = sample_fd, .size = samples[6].size},
	    {.fd = cut, .size = 9 * PART_SIZE},
	    {.fd = dir, .size = 3 * PART_SIZE},
	    {.fd = sample_fd, .size = samples[0].size},
	};
	struct hasher h;

	(void)state;
	assert_int_equal(hasher_open_threads(&h, 2), 0);
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		hasher_put(&h, &jobs[i]);
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		assert_true(hasher_wait(&h, &jobs[i], WAIT_MS));
	assert_sample(&samples[6], &jobs[0].hash);
	assert_int_equal(jobs[1].result, HASH_SHORT);
	assert_null(jobs[1].hash.parts);
	assert_int_equal(jobs[2].result, HASH_FAILED);
	assert_int_equal(jobs[2].error, EISDIR);
	assert_null(jobs[2].hash.parts);
	assert_sample(&samples[0], &jobs[3].hash);
	file_hash_free(&jobs[0].hash);
	file_hash_free(&jobs[3].hash);
	hasher_close(&h);
	close(dir);
	close(cut);
}

/* Ten terabytes of nothing: it would take hours. */
static void
closing_ends_what_is_under_way(void **state)
{
	uint64_t size = UINT64_C(10) << 40;
	int fd = open(temp_path("huge"), O_RDWR | O_CREAT, 0644);
	struct hash_job jobs[] = {
	    {.fd = sample_fd, .size = samples[0].size},
	    {.fd = fd, .size = size},
	    {.fd = sample_fd, .size = samples[0].size},
	};
	struct hasher h;

	(void)state;
	if (ftruncate(fd, (off_t)size) != 0) {
		print_message("no sparse files here\n");
		close(fd);
		skip();
	}
	assert_int_equal(hasher_open_threads(&h, 2), 0);
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		hasher_put(&h, &jobs[i]);
	assert_true(hasher_wait(&h, &jobs[0], WAIT_MS));
	for (int i = 0; hasher_bytes(&h) < jobs[0].size + PART_SIZE; i++) {
		assert_true(i < WAIT_MS / 10);
		assert_false(hasher_wait(&h, &jobs[1], 10));
	}
	hasher_close(&h);
	assert_sample(&samples[0], &jobs[0].hash);
	file_hash_free(&jobs[0].hash);
	assert_null(jobs[1].hash.parts);
	assert_null(jobs[2].hash.parts);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(any_number_of_threads_finds_the_same),
	    cmocka_unit_test(many_files_at_once_do_not_mix),
	    cmocka_unit_test(a_file_that_fails_does_not_harm_the_others),
	    cmocka_unit_test(closing_ends_what_is_under_way),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
