/* index/steady.h. SPDX-License-Identifier: ISC */
#include "temp.h"

#include "base/clock.h"
#include "base/log.h"
#include "index/steady.h"

#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sysexits.h>

/* What a wait may take, on a machine that is busy with other things. */
#define WAIT_MS 60000

/* MD4 of one and of two bytes that are zero. */
#define ONE "47c61a0fa8738ba77308a8a600f88e4b"
#define TWO "d4da020aedcd249a7a418867a6f0c18a"

static struct hasher hasher;

static int
setup(void **state)
{
	log_set_level(LOG_LEVEL_NONE);
	return hasher_open_threads(&hasher, 2) == 0 ? temp_setup(state) : -1;
}

static int
teardown(void **state)
{
	hasher_close(&hasher);
	return temp_teardown(state);
}

static struct steady
open_file(const char *path)
{
	struct steady s = {.path = path, .fd = open(path, O_RDWR)};

	assert_int_equal(fstat(s.fd, &s.st), 0);
	return s;
}

/* From beginning to end; for 0, s->job.hash is to be freed. */
static int
hash(struct steady *s)
{
	steady_begin(s, &hasher);
	while (!steady_wait(s, &hasher, WAIT_MS))
		;
	return steady_end(s);
}

static void
a_file_that_holds_still_has_a_hash(void **state)
{
	struct steady s = open_file(temp_file("still", 1, 0));

	(void)state;
	assert_int_equal(hash(&s), 0);
	assert_hex(s.job.hash.hash, HASH_SIZE, ONE);
	file_hash_free(&s.job.hash);
	close(s.fd);
}

static void
a_file_that_changes_is_hashed_again(void **state)
{
	struct steady s = open_file(temp_file("grows", 1, 0));

	(void)state;
	steady_begin(&s, &hasher);
	assert_true(hasher_wait(&hasher, &s.job, WAIT_MS));
	assert_int_equal(pwrite(s.fd, "", 1, 1), 1);
	assert_false(steady_wait(&s, &hasher, WAIT_MS));
	assert_true(steady_wait(&s, &hasher, WAIT_MS));
	assert_int_equal(steady_end(&s), 0);
	assert_int_equal(s.st.st_size, 2);
	assert_hex(s.job.hash.hash, HASH_SIZE, TWO);
	file_hash_free(&s.job.hash);
	close(s.fd);
}

static void
a_file_that_never_holds_still_has_none(void **state)
{
	struct steady s = open_file(temp_file("busy", 1, 0));
	int tries = 0;

	(void)state;
	steady_begin(&s, &hasher);
	do {
		assert_true(++tries < 10);
		assert_true(hasher_wait(&hasher, &s.job, WAIT_MS));
		assert_int_equal(pwrite(s.fd, "", 1, tries), 1);
	} while (!steady_wait(&s, &hasher, WAIT_MS));
	assert_int_equal(tries, 3);
	assert_int_equal(steady_end(&s), EX_TEMPFAIL);
	close(s.fd);
}

static void
a_path_that_leads_elsewhere_has_none(void **state)
{
	struct steady s = open_file(temp_file("old", 2 * PART_SIZE, 0));

	(void)state;
	assert_int_equal(rename(temp_file("new", 1, 0), s.path), 0);
	assert_int_equal(hash(&s), EX_TEMPFAIL);
	assert_null(s.job.hash.parts);
	close(s.fd);
}

static void
a_change_in_the_same_second_is_waited_for_where_only_seconds_are_kept(
    void **state)
{
	struct steady s = open_file(temp_file("coarse", 1, 0));
	uint64_t began_ms = clock_ms(), fine_ms, coarse_ms;

	(void)state;
	assert_int_equal(hash(&s), 0);
	fine_ms = clock_ms() - began_ms;
	file_hash_free(&s.job.hash);
	s.tries = 0;
	clock_gettime(CLOCK_REALTIME, &s.st.st_ctim);
	s.st.st_ctim.tv_nsec = s.st.st_mtim.tv_nsec = 0;
	began_ms = clock_ms();
	steady_begin(&s, &hasher);
	coarse_ms = clock_ms() - began_ms;
	hasher_wait(&hasher, &s.job, WAIT_MS);
	file_hash_free(&s.job.hash);
	close(s.fd);
	assert_true(coarse_ms > 1000 && fine_ms < coarse_ms);
}

static void
a_write_by_a_map_that_was_dirty_shows_in_the_times(void **state)
{
	struct steady s = open_file(temp_file("mapped", 2 * PART_SIZE, 0));
	volatile uint8_t *map = mmap(
	    NULL, 2 * PART_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, s.fd, 0);
	struct statfs fs;
	struct stat now;

	(void)state;
	assert_int_equal(fstatfs(s.fd, &fs), 0);
	if (fs.f_type == TMPFS_MAGIC) {
		puts("skipped: tmpfs writes no pages");
		skip();
	}
	assert_true(map != MAP_FAILED);
	map[PART_SIZE - 1] = 1;
	map[PART_SIZE] = 1;
	assert_int_equal(hash(&s), 0);
	file_hash_free(&s.job.hash);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(fstat(s.fd, &s.st), 0);
		usleep(20000); /* a tick of the clock */
		map[PART_SIZE - 1 + i] = 2;
		assert_int_equal(fstat(s.fd, &now), 0);
		assert_int_not_equal(
		    steady_mtime_ns(&s.st), steady_mtime_ns(&now));
	}
	munmap((void *)map, 2 * PART_SIZE);
	close(s.fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_that_holds_still_has_a_hash),
	    cmocka_unit_test(a_file_that_changes_is_hashed_again),
	    cmocka_unit_test(a_file_that_never_holds_still_has_none),
	    cmocka_unit_test(a_path_that_leads_elsewhere_has_none),
	    cmocka_unit_test(
		a_change_in_the_same_second_is_waited_for_where_only_seconds_are_kept),
	    cmocka_unit_test(
		a_write_by_a_map_that_was_dirty_shows_in_the_times),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
