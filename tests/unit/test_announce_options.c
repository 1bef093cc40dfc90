/*
 * How servers are named to ed2k-announce.
 * SPDX-License-Identifier: ISC
 */
#include "announce/options.h"
#include "harness.h"

#include <string.h>

static bool
parse(const char *text, struct announce_server *out)
{
	memset(out, 0, sizeof *out);
	return announce_server_parse(text, strlen(text), out);
}

static void
a_server_is_a_name_or_an_address_and_a_port(void **state)
{
	struct announce_server server;

	(void)state;
	assert_true(parse("203.0.113.5:4661", &server));
	assert_string_equal(server.host, "203.0.113.5");
	assert_int_equal(server.port, 4661);
	assert_true(parse("s.example:65535", &server));
	assert_string_equal(server.host, "s.example");
	assert_int_equal(server.port, 65535);
	/* no more of the text than was said */
	assert_true(announce_server_parse("a:12 b:3", 4, &server));
	assert_string_equal(server.host, "a");
	assert_int_equal(server.port, 12);
}

static void
anything_else_is_refused(void **state)
{
	static const char *const bad[] = {"", ":", "a", "a:", ":1", "a:0",
	    "a:65536", "a:+1", "a:1x", "a:123456", "a:1:2", "[2001:db8::1]:1"};
	char longest[RESOLVER_NAME_MAX + 8];
	struct announce_server server;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (parse(bad[i], &server))
			fail_msg("%s is a server", bad[i]);
	memset(longest, 'x', sizeof longest);
	strcpy(longest + RESOLVER_NAME_MAX - 1, ":1");
	assert_true(parse(longest, &server));
	memset(longest, 'x', sizeof longest);
	strcpy(longest + RESOLVER_NAME_MAX, ":1");
	assert_false(parse(longest, &server));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_server_is_a_name_or_an_address_and_a_port),
	    cmocka_unit_test(anything_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
