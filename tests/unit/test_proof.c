/*
 * serve/data/proof.c and the doubt in serve/data/shared_file.c: a part of a file
 * with another ctime is hashed before it is believed, once, and not too often.
 * SPDX-License-Identifier: ISC
 */
#include "hashing.h"
#include "share_rig.h"

#include "base/log.h"
#include "index/steady.h"
#include "serve/data/proof.h"

#define N_PARTS    6
#define FILE_BYTES (N_PARTS * PART_SIZE - 5)

static struct edit e;
static struct shared_file f;
static uint8_t file_hash[HASH_SIZE];
static char path[PATH_MAX];

/* Share a file: hash it, and open it as the server does. */
static void
share(const char *name, size_t size)
{
	struct file_hash hash;
	struct hasher hasher;
	struct edit_entry entry;
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "%s",
	    temp_file(name, size, strlen(name) == 1 ? name[0] : 0));
	fd = open(path, O_RDONLY);
	assert_int_equal(hasher_open(&hasher), 0);
	assert_int_equal(hash_file(&hasher, fd, size, &hash), HASH_OK);
	hasher_close(&hasher);
	assert_int_equal(fstat(fd, &st), 0);
	close(fd);
	steady_entry(&entry, path, &st, &hash);
	assert_int_equal(edit_put(&e, &entry), 0);
	memcpy(file_hash, hash.hash, HASH_SIZE);
	file_hash_free(&hash);
	usleep(20000); /* a tick of the clock, so that a change shows */
}

static void
begin(const char *name, size_t size)
{
	log_set_level(LOG_LEVEL_NONE);
	open_fresh(&e);
	share(name, size);
	shared_file_init(&f, &e.store);
	assert_int_equal(shared_file_open(&f, file_hash, false), STORE_FOUND);
}

static void
end(void)
{
	shared_file_close(&f);
	free(f.proof.parts);
	edit_close(&e);
}

/* Look the file up again, as is done once a second. */
static void
reopen(void)
{
	shared_file_close(&f);
	assert_int_equal(shared_file_open(&f, file_hash, false), STORE_FOUND);
}

/* Another byte at an offset, and the time as it was. */
static void
forge(uint64_t offset)
{
	struct timespec times[2];
	struct stat st;
	int fd = open(path, O_RDWR);

	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(pwrite(fd, "?", 1, (off_t)offset), 1);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static uint64_t
inode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_ino;
}

static struct range
block_of(size_t part)
{
	return (struct range){part * PART_SIZE, part * PART_SIZE + BLOCK_SIZE};
}

static void
a_file_as_recorded_is_beyond_doubt(void **state)
{
	(void)state;
	begin("a", FILE_BYTES);
	assert_false(f.in_doubt);
	assert_true(proof_holds(&f, (struct range){0, FILE_BYTES}));
	assert_true(proof_find(&f, (struct range){0, FILE_BYTES}));
	assert_int_equal(f.proof.hashed_bytes, 0);
	end();
}

static void
with_another_ctime_each_part_is_hashed_once(void **state)
{
	(void)state;
	begin("b", FILE_BYTES);
	assert_int_equal(chmod(path, 0600), 0);
	reopen();
	assert_true(f.in_doubt);
	assert_false(proof_holds(&f, block_of(1)));
	assert_true(proof_find(&f, block_of(1)));
	assert_int_equal(f.proof.hashed_bytes, PART_SIZE);
	/* also after another look-up, and for a range over a border */
	reopen();
	assert_true(proof_holds(&f, block_of(1)));
	assert_true(
	    proof_find(&f, (struct range){PART_SIZE, 2 * PART_SIZE + 1}));
	assert_int_equal(f.proof.hashed_bytes, 2 * PART_SIZE);
	/* another change of mode, and nothing is known any more */
	assert_int_equal(chmod(path, 0640), 0);
	shared_file_stale(&f);
	assert_true(shared_file_check(&f));
	assert_false(proof_holds(&f, block_of(1)));
	end();
}

static void
a_change_of_ctime_while_it_is_open_brings_doubt(void **state)
{
	(void)state;
	begin("c", FILE_BYTES);
	assert_int_equal(chmod(path, 0600), 0);
	assert_true(shared_file_check(&f)); /* an answer that still holds */
	assert_true(proof_holds(&f, block_of(0)));
	shared_file_stale(&f);
	assert_true(shared_file_check(&f));
	assert_false(proof_holds(&f, block_of(0)));
	/* also when none was recorded */
	assert_int_equal(edit_set_sound(&e, path, ANY_CTIME), 0);
	reopen();
	assert_true(proof_holds(&f, block_of(0)));
	assert_int_equal(chmod(path, 0640), 0);
	shared_file_stale(&f);
	assert_true(shared_file_check(&f));
	assert_false(proof_holds(&f, block_of(0)));
	end();
}

static void
a_part_with_other_bytes_is_not_believed_the_others_are(void **state)
{
	(void)state;
	begin("d", FILE_BYTES);
	forge(2 * PART_SIZE + 7);
	reopen();
	assert_true(proof_find(&f, block_of(1)));
	assert_false(proof_find(&f, block_of(2)));
	assert_false(proof_holds(&f, block_of(2)));
	assert_true(proof_holds(&f, block_of(1)));
	end();
	/* a file below one part has no part hashes */
	begin("e", 1000);
	forge(7);
	reopen();
	assert_false(proof_find(&f, (struct range){0, 1}));
	forge(7);
	end();
	begin("f", 1000);
	assert_int_equal(chmod(path, 0600), 0);
	reopen();
	assert_true(proof_find(&f, (struct range){999, 1000}));
	end();
	/* an exact part has one part with bytes in it */
	begin("g", PART_SIZE);
	assert_int_equal(chmod(path, 0600), 0);
	reopen();
	assert_true(proof_find(&f, (struct range){0, PART_SIZE}));
	end();
}

static void
who_takes_nothing_has_a_few_parts_hashed(void **state)
{
	(void)state;
	begin("h", FILE_BYTES);
	assert_int_equal(chmod(path, 0600), 0);
	reopen();
	for (size_t i = 0; i < 4; i++)
		assert_true(proof_find(&f, block_of(i)));
	assert_false(proof_find(&f, block_of(4)));
	/* who takes one block of each may go on */
	f.sent_bytes = BLOCK_SIZE;
	assert_true(proof_find(&f, block_of(4)));
	assert_false(proof_find(&f, block_of(5)));
	f.sent_bytes += BLOCK_SIZE;
	assert_true(proof_find(&f, block_of(5)));
	/* a part that is known costs nothing */
	assert_true(proof_find(&f, block_of(0)));
	assert_int_equal(f.proof.hashed_bytes, FILE_BYTES);
	end();
}

static void
a_copy_beyond_doubt_goes_first(void **state)
{
	char first[PATH_MAX];

	(void)state;
	mkdir(temp_path("1"), 0755);
	mkdir(temp_path("2"), 0755);
	begin("1/same", 1000);
	memcpy(first, path, sizeof first);
	share("2/same", 1000);
	reopen();
	assert_int_equal(f.facts.inode, inode_of(first));
	assert_int_equal(chmod(first, 0600), 0);
	reopen();
	assert_int_equal(f.facts.inode, inode_of(path));
	assert_false(f.in_doubt);
	/* the oldest one if all are in doubt */
	assert_int_equal(chmod(path, 0600), 0);
	reopen();
	assert_int_equal(f.facts.inode, inode_of(first));
	assert_true(f.in_doubt);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_as_recorded_is_beyond_doubt),
	    cmocka_unit_test(with_another_ctime_each_part_is_hashed_once),
	    cmocka_unit_test(a_change_of_ctime_while_it_is_open_brings_doubt),
	    cmocka_unit_test(
		a_part_with_other_bytes_is_not_believed_the_others_are),
	    cmocka_unit_test(who_takes_nothing_has_a_few_parts_hashed),
	    cmocka_unit_test(a_copy_beyond_doubt_goes_first),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
