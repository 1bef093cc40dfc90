/* Refusing connections before a process is started for them. */
#include "harness.h"

#include "base/log.h"
#include "base/owner.h"
#include "listen/admission.h"

#include <string.h>

static struct admission admission;
static struct children children;
static struct options opt;

static int
setup(void **state)
{
	(void)state;
	log_set_level(LOG_LEVEL_NONE);
	memset(&admission, 0, sizeof admission);
	children.n = 0;
	opt = (struct options){
	    .state = "/nowhere",
	    .connections = 100,
	    .per_address = 3,
	    .per_minute = 5,
	};
	return 0;
}

static bool
admits(const char *address, uint64_t now_ms)
{
	struct peer peer;
	uint8_t ip[ADDRESS_SIZE] = {0};

	if (address)
		assert_true(address_parse(address, ip));
	peer_set_address(&peer, ip, 4662);
	if (!admission_admits(&admission, &opt, &children, &peer, now_ms))
		return false;
	children_add(&children, 100 + (int)children.n, owner_of(ip));
	return true;
}

static void
one_address_has_so_many_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(admits("192.0.2.1", 1000));
	assert_false(admits("192.0.2.1", 1000));
	assert_true(admits("192.0.2.2", 1000));
	children_remove(&children, 100);
	assert_true(admits("192.0.2.1", 1000));
}

static void
one_address_has_so_many_a_minute(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		assert_true(admits("192.0.2.1", 1000));
		children.n = 0;
	}
	assert_false(admits("192.0.2.1", 1000));
	assert_true(admits("192.0.2.2", 1000));
	assert_true(admits("192.0.2.1", 61000));
}

static void
all_together_have_so_many(void **state)
{
	(void)state;
	opt.connections = 2;
	assert_true(admits("192.0.2.1", 1000));
	assert_true(admits("192.0.2.2", 1000));
	assert_false(admits("192.0.2.3", 1000));
}

static void
without_a_state_directory_only_that_limit_holds(void **state)
{
	(void)state;
	opt.state = NULL;
	for (int i = 0; i < 100; i++)
		assert_true(admits("192.0.2.1", 1000));
	assert_false(admits("192.0.2.1", 1000));
}

static void
no_limit_by_address_holds_for_balancers_and_the_unknown(void **state)
{
	(void)state;
	opt.proxy_from = "198.51.100.0/24";
	for (int i = 0; i < 20; i++) {
		assert_true(admits("198.51.100.7", 1000));
		assert_true(admits(NULL, 1000));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(one_address_has_so_many_at_once, setup),
	    cmocka_unit_test_setup(one_address_has_so_many_a_minute, setup),
	    cmocka_unit_test_setup(all_together_have_so_many, setup),
	    cmocka_unit_test_setup(
		without_a_state_directory_only_that_limit_holds, setup),
	    cmocka_unit_test_setup(
		no_limit_by_address_holds_for_balancers_and_the_unknown, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
