/*
 * What the announcer remembers: of each server, over a restart.
 * SPDX-License-Identifier: ISC
 */
#include "announce/memory.h"
#include "temp.h"

#include "base/log.h"

#include <sysexits.h>

static const struct announce_server here = {"203.0.113.5", 4661};
static const struct announce_server there = {"203.0.113.5", 4662};
static const uint64_t now_s = 1796000000;

static struct memory memory;

static void
open_memory(uint64_t at_s)
{
	assert_int_equal(memory_open(&memory, temp_path("state"), at_s), 0);
}

static void
assert_server(const struct announce_server *server, uint64_t at_s, uint32_t id,
    uint32_t tries, uint64_t next_s)
{
	struct server_memory found;

	assert_int_equal(memory_get_server(&memory, server, at_s, &found), 0);
	assert_int_equal(found.id, id);
	assert_int_equal(found.tries, tries);
	assert_int_equal(found.next_s, next_s);
}

static void
a_server_is_known_after_a_restart(void **state)
{
	const struct server_memory first = {0xCB007109, 0, 0};
	const struct server_memory then = {UINT32_MAX, 7, now_s + 1800};

	(void)state;
	open_memory(now_s);
	assert_server(&here, now_s, 0, 0, 0);
	assert_int_equal(memory_put_server(&memory, &here, now_s, &first), 0);
	assert_server(&here, now_s, 0xCB007109, 0, 0);
	assert_int_equal(memory_put_server(&memory, &here, now_s, &then), 0);
	memory_close(&memory);
	memory_close(&memory);
	open_memory(now_s);
	assert_server(&here, now_s, UINT32_MAX, 7, now_s + 1800);
	assert_server(&there, now_s, 0, 0, 0);
	memory_close(&memory);
}

static void
a_clock_that_was_wrong_bars_no_server(void **state)
{
	const struct server_memory in = {1, 2, now_s + MEMORY_WAIT_MAX_S};

	(void)state;
	open_memory(now_s);
	assert_int_equal(memory_put_server(&memory, &there, now_s, &in), 0);
	assert_server(&there, now_s, 1, 2, now_s + MEMORY_WAIT_MAX_S);
	assert_server(&there, now_s - 1, 1, 2, 0);
	memory_close(&memory);
}

static void
a_server_that_is_not_used_is_forgotten(void **state)
{
	const struct server_memory in = {1, 2, 3};

	(void)state;
	open_memory(now_s);
	assert_int_equal(memory_put_server(&memory, &here, now_s, &in), 0);
	memory_close(&memory);
	open_memory(now_s + MEMORY_KEEP_S);
	assert_server(&here, now_s, 1, 2, 3);
	memory_close(&memory);
	open_memory(now_s + MEMORY_KEEP_S + 1);
	assert_server(&here, now_s, 0, 0, 0);
	memory_close(&memory);
}

static void
a_file_of_another_kind_is_refused(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_NONE);
	assert_int_equal(mkdir(temp_path("other"), 0755), 0);
	temp_file("other/announce.db", 5000, 'x');
	assert_int_equal(
	    memory_open(&memory, temp_path("other"), now_s), EX_CONFIG);
	log_set_level(LOG_LEVEL_INFO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_server_is_known_after_a_restart),
	    cmocka_unit_test(a_clock_that_was_wrong_bars_no_server),
	    cmocka_unit_test(a_server_that_is_not_used_is_forgotten),
	    cmocka_unit_test(a_file_of_another_kind_is_refused),
	};

	return cmocka_run_group_tests(tests, temp_setup, temp_teardown);
}
