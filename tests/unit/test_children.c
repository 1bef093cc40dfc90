/* The list of child processes. */
#include "harness.h"

#include "base/owner.h"
#include "listen/children.h"

#include <stdio.h>

static uint64_t
owner(const char *text)
{
	uint8_t address[ADDRESS_SIZE];

	assert_true(address_parse(text, address));
	return owner_of(address);
}

static void
children_count_by_owner_until_removed(void **state)
{
	static struct children c;
	uint64_t a = owner("192.0.2.1"), b = owner("192.0.2.2");

	(void)state;
	c.n = 0;
	children_add(&c, 10, a);
	children_add(&c, 11, b);
	children_add(&c, 12, a);
	assert_true(children_are_many(&c, a, 2));
	assert_false(children_are_many(&c, a, 3));
	assert_false(children_are_many(&c, b, 2));
	children_remove(&c, 99);
	assert_int_equal(c.n, 3);
	children_remove(&c, 10);
	assert_int_equal(c.n, 2);
	assert_false(children_are_many(&c, a, 2));
	assert_true(children_are_many(&c, b, 1));
}

static void
wider_networks_count_with_wider_limits(void **state)
{
	static struct children c;

	(void)state;
	c.n = 0;
	/* a /64 each, of one /56 */
	for (int i = 0; i < 4; i++) {
		char text[32];

		snprintf(text, sizeof text, "2001:db8:0:%d::1", i);
		children_add(&c, 10 + i, owner(text));
	}
	assert_true(children_are_many(&c, owner("2001:db8:0:9::1"), 2));
	assert_false(children_are_many(&c, owner("2001:db8:0:9::1"), 3));
	assert_false(children_are_many(&c, owner("2001:db8:1::1"), 1));
}

static void
an_unknown_owner_has_no_limit(void **state)
{
	static struct children c;

	(void)state;
	c.n = 0;
	children_add(&c, 10, 0);
	assert_false(children_are_many(&c, 0, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(children_count_by_owner_until_removed),
	    cmocka_unit_test(wider_networks_count_with_wider_limits),
	    cmocka_unit_test(an_unknown_owner_has_no_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
