/*
 * Names are looked up by a process of its own.
 * SPDX-License-Identifier: ISC
 */
#include "announce/resolver.h"
#include "harness.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

static struct resolver resolver;

static enum resolver_result
wait_answer(uint8_t out[ADDRESS_SIZE])
{
	struct pollfd pfd = {.fd = resolver.fd, .events = POLLIN};
	enum resolver_result res = RESOLVER_WAITING;

	for (int i = 0; i < 100 && res == RESOLVER_WAITING; i++) {
		poll(&pfd, 1, 100);
		res = resolver_answer(&resolver, out);
	}
	return res;
}

static void
assert_address(const uint8_t address[ADDRESS_SIZE], const char *text)
{
	char found[ADDRESS_TEXT];

	assert_string_equal(address_format(found, address), text);
}

static void
an_address_and_localhost_are_found(void **state)
{
	uint8_t address[ADDRESS_SIZE];

	(void)state;
	assert_true(resolver_start(&resolver));
	assert_int_equal(resolver_answer(&resolver, address), RESOLVER_WAITING);
	resolver_ask(&resolver, "203.0.113.5");
	assert_true(resolver.waiting);
	assert_int_equal(wait_answer(address), RESOLVER_FOUND);
	assert_address(address, "203.0.113.5");
	assert_false(resolver.waiting);
	resolver_ask(&resolver, "localhost");
	assert_int_equal(wait_answer(address), RESOLVER_FOUND);
	assert_address(address, "127.0.0.1");
	resolver_stop(&resolver);
	resolver_stop(&resolver);
}

static void
what_is_no_name_of_an_ipv4_host_is_not_found(void **state)
{
	uint8_t address[ADDRESS_SIZE];
	enum resolver_result res;

	(void)state;
	assert_true(resolver_start(&resolver));
	resolver_ask(&resolver, "2001:db8::1");
	res = wait_answer(address);
	assert_true(res == RESOLVER_UNKNOWN || res == RESOLVER_FAILED);
	assert_false(address_is_known(address));
	resolver_ask(&resolver, "");
	res = wait_answer(address);
	assert_true(res == RESOLVER_UNKNOWN || res == RESOLVER_FAILED);
	resolver_stop(&resolver);
}

static void
only_the_last_question_is_answered(void **state)
{
	uint8_t address[ADDRESS_SIZE];

	(void)state;
	assert_true(resolver_start(&resolver));
	resolver_ask(&resolver, "203.0.113.5");
	resolver_ask(&resolver, "203.0.113.6");
	assert_int_equal(wait_answer(address), RESOLVER_FOUND);
	assert_address(address, "203.0.113.6");
	assert_int_equal(resolver_answer(&resolver, address), RESOLVER_WAITING);
	resolver_stop(&resolver);
}

static void
a_process_that_died_is_noticed(void **state)
{
	uint8_t address[ADDRESS_SIZE];

	(void)state;
	assert_true(resolver_start(&resolver));
	assert_int_equal(kill(resolver.pid, SIGKILL), 0);
	resolver_ask(&resolver, "203.0.113.5");
	assert_int_equal(wait_answer(address), RESOLVER_FAILED);
	resolver_stop(&resolver);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_address_and_localhost_are_found),
	    cmocka_unit_test(what_is_no_name_of_an_ipv4_host_is_not_found),
	    cmocka_unit_test(only_the_last_question_is_answered),
	    cmocka_unit_test(a_process_that_died_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
