/*
 * serve/data/upload.c: SEND_OK means that the whole frame is out, by sendfile
 * and by way of the outbox alike; and that nothing of a changed file is.
 * SPDX-License-Identifier: ISC
 */
#include "fd_rig.h"

#include "serve/data/upload.h"
#include "temp.h"

#include <sys/stat.h>

#define FILE_BYTES 2000000
#define HEADER     "header"

static struct outbox o;
static struct shared_file file;
static struct upload u;
static uint8_t content[FILE_BYTES];

/* A file that is as it was when it was shared. */
static void
share_file(void)
{
	/* long ago, so that a change has another time on any kernel */
	static const struct timespec then[2] = {{1000, 1}, {1000, 1}};
	const char *path = temp_path("file");
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	for (size_t i = 0; i < sizeof content; i++)
		content[i] = (uint8_t)(i * 13 + i / 253);
	assert_int_equal(
	    write(fd, content, sizeof content), (ssize_t)sizeof content);
	assert_int_equal(futimens(fd, then), 0);
	assert_int_equal(fstat(fd, &st), 0);
	shared_file_init(&file, NULL);
	file.fd = fd;
	file.facts = (struct copy_facts){
	    .size = sizeof content,
	    .mtime_ns =
		st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec,
	    .inode = st.st_ino,
	    .ctime_ns =
		st.st_ctim.tv_sec * INT64_C(1000000000) + st.st_ctim.tv_nsec,
	};
}

static void
begin(
    bool is_socket, bool bulk, struct rc4 *cipher, uint64_t start, uint64_t end)
{
	share_file();
	outbox_init(&o, is_socket);
	o.cipher = cipher;
	upload_init(&u, &o, &file);
	upload_begin(&u, (const uint8_t *)HEADER, sizeof HEADER - 1,
	    (struct range){start, end}, bulk);
	assert_true(u.active);
	assert_int_equal(upload_pending(&u), end - start);
}

/* Send as much as fd 1 takes. */
static enum send_result
send_more(void)
{
	enum send_result res;

	do
		res = upload_send(&u);
	while (res == SEND_OK && u.active);
	return res;
}

/* Send and read in turns until the frame is out. Returns the times it blocked. */
static unsigned
send_all(uint64_t len)
{
	unsigned n_blocked = 0;
	enum send_result res;

	while ((res = send_more()) == SEND_BLOCKED) {
		uint64_t sent = o.total - min_u64(o.total, sizeof HEADER - 1);

		assert_true(u.active);
		assert_int_equal(upload_pending(&u), len - sent);
		drain();
		n_blocked++;
	}
	assert_int_equal(res, SEND_OK);
	assert_false(u.active);
	assert_int_equal(upload_pending(&u), 0);
	drain();
	return n_blocked;
}

static void
check_got(uint64_t start, uint64_t end)
{
	size_t header = sizeof HEADER - 1;

	assert_int_equal(n_got, header + end - start);
	assert_int_equal(o.total, n_got);
	assert_memory_equal(got, HEADER, header);
	assert_memory_equal(got + header, content + start, end - start);
}

static void
a_frame_goes_to_a_socket_either_way(void **state)
{
	(void)state;
	for (int bulk = 0; bulk < 2; bulk++) {
		stdout_is_socket();
		begin(true, bulk, NULL, 3, FILE_BYTES - 5);
		assert_true(send_all(FILE_BYTES - 8) > 0);
		assert_true(u.can_sendfile);
		check_got(3, FILE_BYTES - 5);
		restore_stdout(NULL);
	}
	stdout_is_socket();
}

static void
a_frame_goes_to_a_pipe_by_way_of_the_outbox(void **state)
{
	(void)state;
	stdout_is_pipe();
	begin(false, true, NULL, 0, FILE_BYTES);
	assert_true(send_all(FILE_BYTES) > 0);
	check_got(0, FILE_BYTES);
}

static void
a_frame_with_a_cipher_is_encrypted(void **state)
{
	static const uint8_t key[16] = {7};
	struct rc4 ours, theirs;

	(void)state;
	rc4_init(&ours, key);
	rc4_init(&theirs, key);
	stdout_is_socket();
	begin(true, true, &ours, 1000, FILE_BYTES);
	assert_true(send_all(FILE_BYTES - 1000) > 0);
	rc4_apply(&theirs, got, n_got);
	check_got(1000, FILE_BYTES);
}

static void
a_file_that_is_cut_fails_the_frame(void **state)
{
	(void)state;
	for (int way = 0; way < 3; way++) {
		if (way > 0)
			stdout_is_socket();
		else
			stdout_is_pipe();
		begin(way > 0, way > 1, NULL, 0, FILE_BYTES);
		assert_int_equal(send_more(), SEND_BLOCKED);
		assert_int_equal(ftruncate(file.fd, 1000), 0);
		shared_file_stale(&file);
		do
			drain();
		while (send_more() == SEND_BLOCKED);
		assert_int_equal(send_more(), SEND_FILE_FAILED);
		assert_true(u.active);
		restore_stdout(NULL);
	}
	stdout_is_pipe();
}

static void
what_is_read_of_a_changed_file_is_not_sent(void **state)
{
	static const uint8_t other[FILE_BYTES];

	(void)state;
	stdout_is_socket();
	begin(true, false, NULL, 0, FILE_BYTES);
	assert_true(shared_file_check(&file));
	/* it is written to after the check, and before it is read */
	assert_int_equal(
	    pwrite(file.fd, other, sizeof other, 0), (ssize_t)sizeof other);
	assert_int_equal(send_more(), SEND_FILE_FAILED);
	drain();
	assert_int_equal(n_got, 0);
}

static void
what_waits_in_a_socket_is_what_the_file_was(void **state)
{
	static const uint8_t other[FILE_BYTES];

	(void)state;
	stdout_is_socket();
	begin(true, false, NULL, 0, FILE_BYTES);
	assert_int_equal(send_more(), SEND_BLOCKED);
	assert_int_equal(
	    pwrite(file.fd, other, sizeof other, 0), (ssize_t)sizeof other);
	drain();
	assert_true(n_got > sizeof HEADER - 1);
	assert_memory_equal(
	    got + sizeof HEADER - 1, content, n_got - (sizeof HEADER - 1));
}

static void
who_is_gone_ends_the_frame(void **state)
{
	(void)state;
	stdout_is_socket();
	begin(true, true, NULL, 0, FILE_BYTES);
	close_other_end();
	assert_int_equal(send_more(), SEND_PEER_GONE);
}

#define TEST(f) cmocka_unit_test_teardown(f, restore_stdout)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(a_frame_goes_to_a_socket_either_way),
	    TEST(a_frame_goes_to_a_pipe_by_way_of_the_outbox),
	    TEST(a_frame_with_a_cipher_is_encrypted),
	    TEST(a_file_that_is_cut_fails_the_frame),
	    TEST(what_is_read_of_a_changed_file_is_not_sent),
	    TEST(what_waits_in_a_socket_is_what_the_file_was),
	    TEST(who_is_gone_ends_the_frame),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
