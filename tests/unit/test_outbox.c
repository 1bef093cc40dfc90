/*
 * serve/wire/outbox.c: what is put comes out once, in order, also when fd 1
 * takes it in pieces and when it is encrypted.
 * SPDX-License-Identifier: ISC
 */
#include "fd_rig.h"

#include "serve/wire/outbox.h"

static struct outbox o;
static const uint8_t key[16] = {1, 2, 3};

static void
put_numbers(size_t n)
{
	for (size_t i = 0; i < n; i++)
		put_u8(&o.writer, (uint8_t)(i * 7 + i / 251));
	assert_false(o.writer.bad);
}

static void
check_numbers(size_t n)
{
	assert_int_equal(n_got, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(got[i], (uint8_t)(i * 7 + i / 251));
}

static void
what_is_put_is_sent_and_counted(void **state)
{
	(void)state;
	stdout_is_pipe();
	outbox_init(&o, false);
	put_numbers(1000);
	assert_int_equal(outbox_waiting(&o), 1000);
	assert_int_equal(outbox_send(&o, false), SEND_OK);
	assert_int_equal(outbox_waiting(&o), 0);
	assert_int_equal(o.total, 1000);
	drain();
	check_numbers(1000);
	put_u8(&o.writer, 9);
	assert_int_equal(outbox_send(&o, false), SEND_OK);
	drain();
	assert_int_equal(got[1000], 9);
	assert_int_equal(o.total, 1001);
}

static void
no_more_is_sent_than_allowed(void **state)
{
	(void)state;
	stdout_is_socket();
	outbox_init(&o, true);
	put_numbers(10000);
	assert_int_equal(outbox_send_some(&o, 4000), SEND_BLOCKED);
	assert_int_equal(o.total, 4000);
	assert_int_equal(outbox_waiting(&o), 6000);
	assert_int_equal(outbox_send_some(&o, 1), SEND_BLOCKED);
	assert_int_equal(outbox_send_some(&o, 5999), SEND_OK);
	assert_int_equal(outbox_send_some(&o, 1), SEND_OK);
	assert_int_equal(o.total, 10000);
	drain();
	check_numbers(10000);
}

static void
a_full_pipe_blocks_and_nothing_is_lost(void **state)
{
	enum send_result res;

	(void)state;
	stdout_is_pipe();
	outbox_init(&o, false);
	put_numbers(1000000);
	assert_int_equal(outbox_send(&o, false), SEND_BLOCKED);
	assert_int_equal(outbox_waiting(&o), 1000000 - o.total);
	do {
		drain();
		assert_int_equal(n_got, o.total);
		res = outbox_send(&o, false);
	} while (res == SEND_BLOCKED);
	assert_int_equal(res, SEND_OK);
	drain();
	check_numbers(1000000);
}

/* More is put while the first bytes, encrypted, still wait. */
static void
bytes_are_encrypted_once_in_the_order_of_sending(void **state)
{
	struct rc4 ours, theirs;

	(void)state;
	stdout_is_socket();
	outbox_init(&o, true);
	rc4_init(&ours, key);
	rc4_init(&theirs, key);
	put_numbers(600000);
	o.writer.pos = 300000;
	o.cipher = &ours;
	assert_int_equal(outbox_send(&o, true), SEND_BLOCKED);
	o.writer.pos = 600000;
	while (outbox_send(&o, false) == SEND_BLOCKED)
		drain();
	drain();
	rc4_apply(&theirs, got, n_got);
	check_numbers(600000);
}

static void
who_is_gone_is_not_waited_for(void **state)
{
	(void)state;
	stdout_is_pipe();
	outbox_init(&o, false);
	close_other_end();
	assert_int_equal(outbox_send(&o, false), SEND_OK);
	put_u8(&o.writer, 1);
	assert_int_equal(outbox_send(&o, false), SEND_PEER_GONE);
}

static void
there_is_room_while_the_largest_reply_fits(void **state)
{
	(void)state;
	stdout_is_pipe();
	outbox_init(&o, false);
	o.writer.pos = OUTBOX_WAITING;
	assert_true(outbox_has_room(&o));
	assert_non_null(put_slice(&o.writer, REPLY_MAX));
	assert_false(outbox_has_room(&o));
	o.writer.pos = OUTBOX_WAITING + 1;
	assert_false(outbox_has_room(&o));
}

#define TEST(f) cmocka_unit_test_teardown(f, restore_stdout)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    TEST(what_is_put_is_sent_and_counted),
	    TEST(no_more_is_sent_than_allowed),
	    TEST(a_full_pipe_blocks_and_nothing_is_lost),
	    TEST(bytes_are_encrypted_once_in_the_order_of_sending),
	    TEST(who_is_gone_is_not_waited_for),
	    TEST(there_is_room_while_the_largest_reply_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
