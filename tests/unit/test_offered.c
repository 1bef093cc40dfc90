/*
 * Which files a server was told of.
 * SPDX-License-Identifier: ISC
 */
#include "announce/offered.h"
#include "harness.h"

#include <string.h>

static struct share_entry entries[1000];
static struct share_view view = {.entries = entries};

/* So many files, whose hashes are not in the order of the view. */
static void
make_view(size_t n)
{
	view.n = n;
	memset(entries, 0, sizeof entries);
	for (size_t i = 0; i < n; i++) {
		entries[i].hash[0] = (uint8_t)(i * 37);
		entries[i].hash[15] = (uint8_t)(i >> 8);
	}
}

static void
all_are_offered_once_in_the_order_of_the_view(void **state)
{
	const struct share_entry *chosen[200];
	struct offered o;
	size_t total = 0, n;

	(void)state;
	make_view(1000);
	assert_true(offered_init(&o, 1000));
	while ((n = offered_choose(&o, &view, chosen, 200)) > 0) {
		for (size_t i = 0; i < n; i++)
			assert_ptr_equal(chosen[i], &entries[total + i]);
		offered_add(&o, chosen, n);
		total += n;
	}
	assert_int_equal(total, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_true(offered_has(&o, entries[i].hash));
	offered_free(&o);
	offered_free(&o);
}

static void
no_more_than_the_limit(void **state)
{
	const struct share_entry *chosen[200];
	struct offered o;

	(void)state;
	make_view(300);
	assert_true(offered_init(&o, 250));
	offered_add(&o, chosen, offered_choose(&o, &view, chosen, 200));
	assert_int_equal(offered_choose(&o, &view, chosen, 200), 50);
	offered_add(&o, chosen, 50);
	assert_int_equal(offered_choose(&o, &view, chosen, 200), 0);
	assert_false(offered_has(&o, entries[250].hash));
	offered_free(&o);
}

static void
what_is_new_comes_alone_and_after_the_end_comes_all_again(void **state)
{
	const struct share_entry *chosen[200];
	struct offered o;

	(void)state;
	make_view(100);
	assert_true(offered_init(&o, 1000));
	offered_add(&o, chosen, offered_choose(&o, &view, chosen, 200));
	/* another one, of a higher priority than all others */
	memmove(entries + 1, entries, 100 * sizeof *entries);
	memset(entries[0].hash, 0xEE, HASH_SIZE);
	view.n = 101;
	assert_int_equal(offered_choose(&o, &view, chosen, 200), 1);
	assert_ptr_equal(chosen[0], &entries[0]);
	offered_clear(&o);
	assert_int_equal(offered_choose(&o, &view, chosen, 200), 101);
	offered_free(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_are_offered_once_in_the_order_of_the_view),
	    cmocka_unit_test(no_more_than_the_limit),
	    cmocka_unit_test(
		what_is_new_comes_alone_and_after_the_end_comes_all_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
