/*
 * serve/deny.h on real files: what is no list, and how long a look takes.
 * SPDX-License-Identifier: ISC
 */
#include "temp.h"

#include "base/log.h"
#include "store/deny.h"
#include "index/deny_set.h"

#include <time.h>

#define RANGES 500000

static const uint8_t address[IP_SIZE] = {
    [10] = 0xFF, [11] = 0xFF, [12] = 192, [13] = 0, [14] = 2, [15] = 7};

static bool
write_block(void *ctx, const uint8_t block[DENY_LIST_BLOCK])
{
	return fwrite(block, DENY_LIST_BLOCK, 1, ctx) == 1;
}

/* IPv4 number n in 16 bytes. */
static void
ipv4(uint8_t out[IP_SIZE], uint32_t n)
{
	memset(out, 0, IP_SIZE);
	out[10] = out[11] = 0xFF;
	for (int i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(n >> (24 - 8 * i));
}

/* A list of n ranges, each of `width` addresses, every `step` from `first`. */
static const char *
make_list(
    const char *name, uint32_t n, uint32_t first, uint32_t step, uint32_t width)
{
	struct deny_set set = {0};
	const char *path = temp_path(name);
	FILE *out = fopen(path, "w");

	for (uint32_t i = 0; i < n; i++) {
		struct ip_range r;

		ipv4(r.first, first + i * step);
		ipv4(r.last, first + i * step + width - 1);
		assert_true(deny_set_add(&set, &r, false));
	}
	assert_true(deny_set_compile(&set));
	assert_true(deny_set_write(&set, write_block, out));
	assert_int_equal(fclose(out), 0);
	deny_set_free(&set);
	return path;
}

/* What deny_lookup says, and on stderr, into `said`. */
static enum deny_result
look_up(const char *path, char said[1024])
{
	const char *err = temp_path("err");
	int saved = dup(STDERR_FILENO);
	int fd = open(err, O_RDWR | O_CREAT | O_TRUNC, 0600);
	enum deny_result res;
	ssize_t n;

	assert_true(saved >= 0 && fd >= 0);
	dup2(fd, STDERR_FILENO);
	res = deny_lookup(path, address);
	dup2(saved, STDERR_FILENO);
	n = pread(fd, said, 1023, 0);
	said[n > 0 ? n : 0] = '\0';
	close(fd);
	close(saved);
	return res;
}

/* It fails in one line that names the file, the fault and the remedy. */
static void
assert_fails(const char *path, const char *why)
{
	char said[1024];

	assert_int_equal(look_up(path, said), DENY_FAILED);
	if (!strstr(said, path) || !strstr(said, why) ||
	    !strstr(said, "nobody is denied") ||
	    !strstr(said, "ed2k-share ipfilter SOURCE OUT") ||
	    strchr(said, '\n') != said + strlen(said) - 1)
		fail_msg("%s", said);
}

static void
a_list_answers_in_silence(void **state)
{
	char said[1024];

	(void)state;
	assert_int_equal(
	    look_up(make_list("yes", 1, 0xC0000200, 1, 256), said), DENY_YES);
	assert_string_equal(said, "");
	assert_int_equal(
	    look_up(make_list("no", 1, 0xC0000300, 1, 256), said), DENY_NO);
	assert_string_equal(said, "");
}

static void
what_is_no_list_fails_and_says_how_to_make_one(void **state)
{
	const char *path;

	(void)state;
	assert_fails(temp_path("none"), "No such file");
	assert_fails(temp_dir, "not a regular file");
	assert_fails(temp_file("empty", 0, 0), "not a compiled list");
	assert_fails(temp_file("text", 100, '#'), "not a compiled list");
	assert_fails(temp_file("long text", 10000, '#'), "not a compiled list");
	path = make_list("cut", 600, 0xC0000000, 4, 2);
	assert_int_equal(truncate(path, 2 * DENY_LIST_BLOCK), 0);
	assert_fails(path, "damaged");
	path = temp_path("fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_fails(path, "not a regular file"); /* and does not wait */
}

static void
no_descriptor_is_left_open(void **state)
{
	char said[1024];
	int before = dup(0), after;

	(void)state;
	close(before);
	look_up(make_list("a", 1, 1, 1, 1), said);
	look_up(temp_file("b", 5000, '#'), said);
	look_up(temp_dir, said);
	after = dup(0);
	close(after);
	assert_int_equal(before, after);
}

static uint64_t
clock_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
half_a_million_ranges_are_looked_through_at_once(void **state)
{
	const char *path = make_list("big", RANGES, 0x01000000, 7000, 3000);
	uint64_t began, took, worst = 0;
	uint32_t n = 1, rounds = 5000;

	(void)state;
	began = clock_ns();
	for (uint32_t i = 0; i < rounds; i++) {
		uint64_t one = clock_ns();
		uint32_t behind;
		uint8_t ip[IP_SIZE];
		enum deny_result wanted;

		n = n * 1664525 + 1013904223;
		behind = n - 0x01000000;
		wanted = n >= 0x01000000 && behind / 7000 < RANGES &&
			behind % 7000 < 3000
		    ? DENY_YES
		    : DENY_NO;
		ipv4(ip, n);
		assert_int_equal(deny_lookup(path, ip), wanted);
		one = clock_ns() - one;
		worst = one > worst ? one : worst;
	}
	took = (clock_ns() - began) / rounds;
	print_message("a look among %d ranges: %u.%03u us, %u us at worst\n",
	    RANGES, (unsigned)(took / 1000), (unsigned)(took % 1000),
	    (unsigned)(worst / 1000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_list_answers_in_silence),
	    cmocka_unit_test(what_is_no_list_fails_and_says_how_to_make_one),
	    cmocka_unit_test(no_descriptor_is_left_open),
	    cmocka_unit_test(half_a_million_ranges_are_looked_through_at_once),
	};

	log_open_stderr("test");
	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
