/* index/page_cache.h, as the hasher uses it. SPDX-License-Identifier: ISC */
#include "temp.h"

#include "hashing.h"

#include <sys/mman.h>

#define N_PAGES ((2 * PART_SIZE + 1000 + 4095) / 4096)

/* Which pages of the file are in memory? */
static void
look(int fd, unsigned char page[N_PAGES])
{
	void *map = mmap(NULL, N_PAGES * 4096, PROT_READ, MAP_SHARED, fd, 0);

	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(mincore(map, N_PAGES * 4096, page), 0);
	munmap(map, N_PAGES * 4096);
	for (size_t i = 0; i < N_PAGES; i++)
		page[i] &= 1;
}

/* A page at a time, so that the kernel reads nothing ahead. */
static void
warm(int fd, size_t first, size_t n)
{
	char byte;

	assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM), 0);
	for (size_t i = first; i < first + n; i++)
		assert_int_equal(pread(fd, &byte, 1, (off_t)i * 4096), 1);
	assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_NORMAL), 0);
}

static void
hashing_leaves_in_memory_what_was_there_and_no_more(void **state)
{
	static unsigned char before[N_PAGES], after[N_PAGES];
	int fd = open(temp_file("f", 2 * PART_SIZE + 1000, 'x'), O_RDONLY);
	struct hasher h;
	struct file_hash f;

	(void)state;
	fsync(fd);
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	look(fd, before);
	if (sysconf(_SC_PAGESIZE) != 4096 || memchr(before, 1, N_PAGES)) {
		print_message("needs pages of 4 KiB, and /tmp on a disk\n");
		close(fd);
		skip();
	}
	warm(fd, 0, 1);
	warm(fd, 100, 50);
	warm(fd, 2370, 10); /* a part ends in between */
	look(fd, before);
	assert_true(before[0] && !before[99] && before[100] && before[149] &&
	    !before[N_PAGES - 1]);
	assert_int_equal(hasher_open_threads(&h, 2), 0);
	assert_int_equal(hash_file(&h, fd, 2 * PART_SIZE + 1000, &f), HASH_OK);
	file_hash_free(&f);
	hasher_close(&h);
	look(fd, after);
	assert_memory_equal(before, after, N_PAGES);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		hashing_leaves_in_memory_what_was_there_and_no_more),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
