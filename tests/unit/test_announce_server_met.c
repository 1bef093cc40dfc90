/* announce/server/server_met.h. SPDX-License-Identifier: ISC */
#include "harness.h"

#include "announce/server/server_met.h"

#include <stdio.h>

/* A file with the entries in hex, in a block of its size. */
static struct server_met
open_met(const char *hex)
{
	static uint8_t bytes[1 << 12];
	static uint8_t *last;
	size_t n = unhex(bytes, sizeof bytes, hex);
	struct server_met m;

	free(last);
	last = exact_copy(bytes, n);
	assert_true(server_met_open(&m, last, n));
	return m;
}

static enum server_met_result
read_one(const char *hex, struct server_met_entry *out)
{
	struct server_met m = open_met(hex);

	return server_met_next(&m, out);
}

/* 8.8.4.4, port 4661 */
#define ENTRY "08080404 3512 "
#define ONE   "0e 01000000 "

static void
a_server_is_read_with_what_its_tags_say(void **state)
{
	struct server_met_entry e;
	struct server_met m = open_met("e0 02000000 " ENTRY "04000000"
				       "02010001 0300 616263"
				       "03010088 e8030000"
				       "03010092 00040000"
				       "8897 3a12"
				       "01010101 3612 00000000");

	(void)state;
	assert_int_equal(server_met_next(&m, &e), SERVER_MET_FOUND);
	assert_string_equal(e.host, "8.8.4.4");
	assert_int_equal(e.port, 4661);
	assert_int_equal(e.soft_limit, 1000);
	assert_int_equal(e.obfuscation_port, 4666);
	assert_int_equal(server_met_next(&m, &e), SERVER_MET_FOUND);
	assert_string_equal(e.host, "1.1.1.1");
	assert_int_equal(e.soft_limit, 0);
	assert_int_equal(server_met_next(&m, &e), SERVER_MET_END);
}

static void
the_port_of_obfuscated_logins_counts_only_with_its_flag(void **state)
{
	struct server_met_entry e;

	(void)state;
	assert_int_equal(
	    read_one(ONE ENTRY "01000000 8897 3a12", &e), SERVER_MET_FOUND);
	assert_int_equal(e.obfuscation_port, 0);
}

static void
the_first_auxiliary_port_is_the_one_to_dial(void **state)
{
	struct server_met_entry e;

	(void)state;
	read_one(ONE ENTRY "01000000 8293 0900 353030302c36303030", &e);
	assert_int_equal(e.port, 5000);
	/* "99999" and "5x" are none */
	read_one(ONE ENTRY "01000000 8293 0500 3939393939", &e);
	assert_int_equal(e.port, 4661);
	read_one(ONE ENTRY "01000000 8293 0200 3578", &e);
	assert_int_equal(e.port, 4661);
}

static void
a_host_name_takes_the_place_of_the_address(void **state)
{
	struct server_met_entry e;

	(void)state;
	assert_int_equal(read_one(ONE "00000000 3512 01000000"
				      "8285 0600 612d622e6465",
			     &e),
	    SERVER_MET_FOUND);
	assert_string_equal(e.host, "a-b.de");
	/* "a\nb", "-a" and nothing are no names */
	assert_int_equal(read_one(ONE "00000000 3512 01000000"
				      "8285 0300 610a62",
			     &e),
	    SERVER_MET_SKIPPED);
	assert_int_equal(
	    read_one(ONE "00000000 3512 01000000 8285 0200 2d61", &e),
	    SERVER_MET_SKIPPED);
	assert_int_equal(
	    read_one(ONE ENTRY "01000000 8285 0000", &e), SERVER_MET_FOUND);
	assert_string_equal(e.host, "8.8.4.4");
}

static void
addresses_that_are_not_public_and_port_0_are_skipped(void **state)
{
	static const char *const skipped[] = {"00000000 3512", "7f000001 3512",
	    "0a000001 3512", "c0a80001 3512", "e0000001 3512", "ffffffff 3512",
	    "08080404 0000"};
	struct server_met_entry e;
	char hex[80];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(skipped); i++) {
		snprintf(hex, sizeof hex, ONE "%s 00000000", skipped[i]);
		assert_int_equal(read_one(hex, &e), SERVER_MET_SKIPPED);
	}
}

static void
what_is_cut_off_or_too_large_is_refused(void **state)
{
	uint8_t bytes[256];
	struct server_met_entry e;
	struct server_met m;
	size_t n = unhex(bytes, sizeof bytes,
	    ONE ENTRY "02000000 8285 0600 612d622e6465 8897 3a12");

	(void)state;
	for (size_t cut = 5; cut < n; cut++) {
		uint8_t *copy = exact_copy(bytes, cut);

		assert_true(server_met_open(&m, copy, cut));
		assert_int_equal(server_met_next(&m, &e), SERVER_MET_BAD);
		assert_int_equal(server_met_next(&m, &e), SERVER_MET_END);
		free(copy);
	}
	assert_false(server_met_open(&m, bytes, 4));
	assert_false(server_met_open(&m, "\x1f\x8b\x08\0\0", 5));
	assert_false(server_met_open(&m, "\x0e\x11\x27\0\0", 5));
	assert_int_equal(read_one(ONE ENTRY "41000000", &e), SERVER_MET_BAD);
	assert_int_equal(
	    read_one(ONE ENTRY "01000000 ff01 00", &e), SERVER_MET_BAD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_server_is_read_with_what_its_tags_say),
	    cmocka_unit_test(
		the_port_of_obfuscated_logins_counts_only_with_its_flag),
	    cmocka_unit_test(the_first_auxiliary_port_is_the_one_to_dial),
	    cmocka_unit_test(a_host_name_takes_the_place_of_the_address),
	    cmocka_unit_test(
		addresses_that_are_not_public_and_port_0_are_skipped),
	    cmocka_unit_test(what_is_cut_off_or_too_large_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
