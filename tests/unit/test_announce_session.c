/*
 * announce/server/session.h: a login, what is offered and when, and what a
 * server that wishes us ill can do. Golden bytes are of a real conversation
 * with ed2kd.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"

#include "announce/server/pack.h"
#include "announce/server/session.h"

#include <stdio.h>

static const uint8_t user_hash[HASH_SIZE] = {0xba, 0x1c, 0x20, 0x51, 0xec, 0x0e,
    0xf0, 0x93, 0x19, 0x39, 0x54, 0xa2, 0xc8, 0x17, 0x6f, 0xe1};

static char said[4096];
static size_t n_lines;

static void
line(void *ctx, const char *text, size_t n)
{
	size_t at = strlen(said);

	(void)ctx;
	assert_true(n > 0);
	n_lines++;
	snprintf(said + at, sizeof said - at, "[%.*s]", (int)n, text);
}

static struct server_config config = {
    .login = {user_hash, 4662, "srvpub", false}, .limit = 1000, .line = line};

static struct server_session s;

/* Bytes come, one at a time, which must make no difference. */
static void
receive(const char *hex, uint64_t now)
{
	static uint8_t bytes[1 << 17];
	size_t n = unhex(bytes, sizeof bytes, hex);

	for (size_t i = 0; i < n; i++)
		server_session_read(&s, bytes + i, 1, now);
}

/* All that waits is sent. */
static void
drain(uint64_t now)
{
	size_t n;

	server_session_output(&s, &n);
	server_session_sent(&s, n, now);
}

static void
begin(void)
{
	said[0] = '\0';
	n_lines = 0;
	config.limit = 1000;
	server_session_init(&s, &config, 0);
	server_session_connected(&s, 0);
	drain(0);
}

/* A High ID of 203.0.113.9, and the flags of ed2kd or of newer servers. */
#define ID_ED2KD "e3 09000000 40 cb007109 81010000 "
#define ID_OLD   "e3 09000000 40 cb007109 00000000 "
#define ID_NEW   "e3 15000000 40 cb007109 d9050000 35120000 cb007109 36120000 "

static void
add(uint8_t number, uint64_t size, const char *name)
{
	struct server_file f = {{number}, size, name};

	assert_true(server_session_add(&s, &f));
}

static void
the_login_has_the_bytes_that_servers_know(void **state)
{
	const uint8_t *out;
	size_t n;

	(void)state;
	server_session_init(&s, &config, 0);
	server_session_output(&s, &n);
	assert_int_equal(n, 0);
	server_session_connected(&s, 5);
	out = server_session_output(&s, &n);
	assert_hex(out, n,
	    "e33f00000001ba1c2051ec0ef093193954a2c8176fe1000000003612"
	    "04000000 02010001 0600 737276707562 03010011 3c000000"
	    "03010020 19010000 030100fb 0000027e");
	config.login.obfuscation = true;
	server_session_init(&s, &config, 0);
	server_session_connected(&s, 5);
	out = server_session_output(&s, &n);
	config.login.obfuscation = false;
	assert_hex(out + 56, 4, "19030000");
}

static void
a_high_id_lists_us(void **state)
{
	(void)state;
	begin();
	receive(ID_NEW, 7);
	assert_int_equal(s.state, SERVER_LISTED);
	assert_int_equal(s.id, 0x097100cb);
	assert_int_equal(s.obfuscation_port, 4662);
	assert_int_equal(server_session_wants(&s, 7), 200);
	/* another id may follow; that it is 0 means nothing */
	receive("e3 05000000 40 0a007109", 8);
	assert_int_equal(s.id, 0x0971000a);
	receive("e3 05000000 40 00000000", 9);
	assert_int_equal(s.state, SERVER_LISTED);
}

static void
a_low_id_ends_the_session_with_nothing_offered(void **state)
{
	(void)state;
	begin();
	receive("e3 09000000 40 01000000 81010000", 7);
	assert_int_equal(s.end, SERVER_END_LOW_ID);
	assert_true(server_session_is_unwanted(&s));
	assert_int_equal(server_session_wants(&s, 8), 0);
	begin();
	receive(ID_NEW "e3 05000000 40 ffffff00", 9);
	assert_int_equal(s.end, SERVER_END_LOW_ID);
}

static void
id_0_is_no_id_yet(void **state)
{
	(void)state;
	begin();
	receive("e3 05000000 40 00000000", 7);
	assert_int_equal(s.state, SERVER_LOGGING_IN);
	server_session_tick(&s, SERVER_LOGIN_MS - 1);
	assert_int_equal(s.state, SERVER_LOGGING_IN);
	assert_int_equal(server_session_deadline(&s, true), SERVER_LOGIN_MS);
	server_session_tick(&s, SERVER_LOGIN_MS);
	assert_int_equal(s.end, SERVER_END_NO_LOGIN);
}

static void
a_message_is_told_line_by_line(void **state)
{
	(void)state;
	begin();
	/* "server version 1\r\nhi\0", then one that says it is longer */
	receive("e3 18000000 38 1500 7365727665722076657273696f6e2031"
		"0d0a686900 e3 05000000 38 ff00 6f6b",
	    7);
	assert_string_equal(said, "[server version 1][hi][ok]");
	assert_int_equal(s.state, SERVER_LOGGING_IN);
}

static void
an_error_instead_of_an_id_refuses_us(void **state)
{
	(void)state;
	begin();
	receive("e3 0a000000 38 0700 4552524f52203a", 7); /* "ERROR :" */
	assert_int_equal(s.end, SERVER_END_REFUSED);
	begin();
	server_session_closed(&s, 7);
	assert_int_equal(s.end, SERVER_END_REFUSED);
	begin();
	receive(ID_NEW, 7);
	server_session_closed(&s, 8);
	assert_int_equal(s.end, SERVER_END_REFUSED);
	begin();
	receive(ID_NEW, 7);
	server_session_closed(&s, 100000);
	assert_int_equal(s.end, SERVER_END_CLOSED);
	assert_false(server_session_is_unwanted(&s));
}

static void
an_offer_has_the_bytes_that_servers_know(void **state)
{
	struct server_file f = {
	    {0xe2, 0x03, 0x0d, 0xf4, 0x57, 0xc4, 0xea, 0x04, 0x3c, 0x48, 0x54,
		0x14, 0x28, 0x32, 0x62, 0x01},
	    12000000, "twelve.iso"};
	const uint8_t *out;
	size_t n;

	(void)state;
	begin();
	receive(ID_ED2KD, 7);
	assert_true(server_session_add(&s, &f));
	server_session_offer(&s, 7);
	out = server_session_output(&s, &n);
	/* so few bytes do not become fewer when they are packed */
	assert_hex(out, n,
	    "e3 3f000000 15"
	    "01000000 e2030df457c4ea043c48541428326201 fbfbfbfb fbfb"
	    "03000000 02010001 0a00 7477656c76652e69736f"
	    "03010002 001bb700 03010003 04000000");

	/* no packing: our own id and port, and the type as a word */
	begin();
	receive(ID_OLD, 7);
	assert_true(server_session_add(&s, &f));
	server_session_offer(&s, 7);
	out = server_session_output(&s, &n);
	assert_hex(out, n,
	    "e3 40000000 15"
	    "01000000 e2030df457c4ea043c48541428326201 cb007109 3612"
	    "03000000 02010001 0a00 7477656c76652e69736f"
	    "03010002 001bb700 02010003 0300 50726f");
}

static void
an_offer_is_packed_when_that_is_smaller(void **state)
{
	static uint8_t bytes[SERVER_OFFER_MAX];
	const uint8_t *out;
	size_t n, plain;

	(void)state;
	begin();
	receive(ID_ED2KD, 7);
	for (uint8_t i = 0; i < 20; i++)
		add(i, i, "one of many files.mp3");
	plain = s.offer.pos;
	server_session_offer(&s, 7);
	out = server_session_output(&s, &n);
	assert_true(n < plain);
	assert_int_equal(out[0], OP_PACKEDPROT);
	assert_int_equal(out[5], OP_OFFERFILES);
	assert_int_equal((out[1] | out[2] << 8) + 5, n);
	n = server_unpack(out + 6, n - 6, bytes, sizeof bytes);
	assert_int_equal(n, plain);
	assert_memory_equal(bytes, s.payload, n);
	assert_hex(bytes, 4, "14000000");
}

static void
large_files_have_two_halves_and_are_for_servers_that_know_them(void **state)
{
	struct server_file f = {{1}, UINT64_C(0x123456789A), "x"};
	uint8_t bytes[128];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	server_put_file(&w, &f, 0x101, 1, 2);
	assert_hex(bytes + 22, w.pos - 22,
	    "03000000 02010001 0100 78 03010002 9a785634 0301003a 12000000");
	assert_true(server_takes_size(0, UINT64_C(4290048000)));
	assert_false(server_takes_size(0, UINT64_C(4290048001)));
	assert_true(server_takes_size(0x100, UINT64_C(1) << 37));
	assert_false(server_takes_size(0x100, UINT64_C(1) << 38));
}

/* The name in an offer to a server with these flags. */
static void
assert_name(const char *name, uint32_t flags, const char *expected)
{
	struct server_file f = {{1}, 1, name};
	uint8_t bytes[SERVER_OFFER_FILE_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	size_t n = strlen(expected);

	server_put_file(&w, &f, flags, 1, 2);
	assert_false(w.bad);
	assert_int_equal(bytes[30] | bytes[31] << 8, n);
	assert_memory_equal(bytes + 32, expected, n);
}

static void
names_are_clean_and_cut_at_the_end_of_a_character(void **state)
{
	char name[300], expected[300];

	(void)state;
	assert_name("a\nb\x7f/c\\d", SERVER_UNICODE, "a_b__c_d");
	assert_name(
	    "\xc3\xa4\xe2\x82\xac", SERVER_UNICODE, "\xc3\xa4\xe2\x82\xac");
	assert_name("\xc3\xa4\xe2\x82\xac", 0, "\xe4?");
	assert_name("\xe4", SERVER_UNICODE, "\xc3\xa4");
	/* 255 bytes of Latin-1 are 510 of UTF-8, of which 250 are taken */
	memset(name, 0xe4, 255);
	name[255] = '\0';
	for (size_t i = 0; i < 125; i++)
		memcpy(expected + 2 * i, "\xc3\xa4", 2);
	expected[250] = '\0';
	assert_name(name, SERVER_UNICODE, expected);
	/* a character that would end at 251 is left out */
	name[0] = expected[0] = 'x';
	for (size_t i = 0; i < 124; i++)
		memcpy(expected + 1 + 2 * i, "\xc3\xa4", 2);
	expected[249] = '\0';
	assert_name(name, SERVER_UNICODE, expected);
}

static void
the_largest_offer_fits(void **state)
{
	char name[256];

	(void)state;
	begin();
	receive("e3 09000000 40 cb007109 00010000", 0);
	memset(name, 'x', 251);
	strcpy(name + 251, ".mp3");
	memcpy(name + 246, ".mp3", 5);
	for (int i = 0; i < SERVER_OFFER_FILES; i++)
		add((uint8_t)i, UINT64_C(1) << 33, name);
	assert_false(s.offer.bad);
	server_session_offer(&s, 0);
	assert_int_equal(s.n_offered, SERVER_OFFER_FILES);
}

static void
offers_are_paced_and_end_at_the_limit(void **state)
{
	uint64_t now = 0;
	unsigned n_offers = 0;

	(void)state;
	begin();
	config.limit = 2450;
	receive(ID_NEW, 0);
	while (s.n_offered < 2450) {
		uint32_t n = server_session_wants(&s, now);

		assert_true(n > 0);
		for (uint32_t i = 0; i < n; i++)
			add((uint8_t)i, i, "x.mp3");
		server_session_offer(&s, now);
		assert_int_equal(server_session_wants(&s, now + 90000), 0);
		drain(now);
		n_offers++;
		if (s.n_offered == 2450)
			break;
		assert_int_equal(server_session_wants(&s, now + 9999), 0);
		now = server_session_deadline(&s, true);
	}
	assert_int_equal(n_offers, 13);
	assert_int_equal(now, 10 * 10000 + 2 * 60000);
	assert_int_equal(server_session_wants(&s, now + 3600000), 0);
	assert_false(
	    server_session_add(&s, &(struct server_file){{1}, 1, "x"}));
}

static void
after_ten_quiet_minutes_we_say_that_we_are_there(void **state)
{
	const uint8_t *out;
	size_t n;

	(void)state;
	begin();
	receive(ID_NEW, 7);
	assert_int_equal(
	    server_session_deadline(&s, false), SERVER_KEEP_ALIVE_MS);
	server_session_tick(&s, SERVER_KEEP_ALIVE_MS - 1);
	server_session_output(&s, &n);
	assert_int_equal(n, 0);
	server_session_tick(&s, SERVER_KEEP_ALIVE_MS);
	out = server_session_output(&s, &n);
	assert_hex(out, n, "e3 05000000 15 00000000");
	/* a server that does not take it is gone */
	server_session_sent(&s, 0, SERVER_KEEP_ALIVE_MS + 5);
	server_session_tick(&s, SERVER_KEEP_ALIVE_MS + SERVER_STALL_MS);
	assert_int_equal(s.end, SERVER_END_STALLED);
}

static void
a_connection_that_does_not_come_is_given_up(void **state)
{
	(void)state;
	server_session_init(&s, &config, 1000);
	assert_int_equal(server_session_deadline(&s, true), 26000);
	server_session_tick(&s, 26000);
	assert_int_equal(s.end, SERVER_END_NO_CONNECTION);
}

static void
what_we_do_not_know_is_skipped(void **state)
{
	(void)state;
	begin();
	/* SERVERLIST, OFFERFILES at us, a client's packet, a packed one */
	receive("e3 01000000 32 e3 05000000 15 ffffffff c5 05000000 40 "
		"00000000 d4 03000000 33 ffff" ID_NEW,
	    7);
	assert_int_equal(s.state, SERVER_LISTED);
	assert_int_equal(n_lines, 0);
}

static void
what_is_no_frame_ends_the_session(void **state)
{
	static const char *const bad[] = {"48 545450 2f31", "e3 00000000 40",
	    "e3 01001000 38", "e3 ffffffff 38", "e3 04000000 40 010203",
	    "d4 05000000 38 ffffffff"};
	uint8_t bytes[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		begin();
		if (i == 2) { /* the longest that is allowed, and one more */
			unhex(bytes, sizeof bytes, "e3 00001000 38");
			server_session_read(&s, bytes, 6, 0);
			assert_int_equal(s.state, SERVER_LOGGING_IN);
			begin();
		}
		receive(bad[i], 7);
		assert_int_equal(s.end, SERVER_END_BAD_SERVER);
		assert_non_null(s.fault);
	}
}

static void
a_bomb_costs_nothing_but_its_beginning(void **state)
{
	static uint8_t text[1 << 20], frame[1 << 16];
	size_t n;

	(void)state;
	begin();
	memset(text, '\n', sizeof text);
	memcpy(text, "\xff\xff", 2);
	for (size_t i = 0; i < 100; i++)
		text[3 + 2 * i] = 'x';
	n = server_pack(text, sizeof text, frame + 6, sizeof frame - 6);
	assert_true(n > 0);
	memcpy(frame,
	    (uint8_t[]){0xD4, (uint8_t)(n + 1), (uint8_t)((n + 1) >> 8), 0, 0,
		OP_SERVERMESSAGE},
	    6);
	server_session_read(&s, frame, n + 6, 0);
	assert_int_equal(s.state, SERVER_LOGGING_IN);
	assert_int_equal(n_lines, SERVER_LINES_MAX);
	receive(ID_NEW, 7);
	assert_int_equal(s.state, SERVER_LISTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_login_has_the_bytes_that_servers_know),
	    cmocka_unit_test(a_high_id_lists_us),
	    cmocka_unit_test(a_low_id_ends_the_session_with_nothing_offered),
	    cmocka_unit_test(id_0_is_no_id_yet),
	    cmocka_unit_test(a_message_is_told_line_by_line),
	    cmocka_unit_test(an_error_instead_of_an_id_refuses_us),
	    cmocka_unit_test(an_offer_has_the_bytes_that_servers_know),
	    cmocka_unit_test(an_offer_is_packed_when_that_is_smaller),
	    cmocka_unit_test(
		large_files_have_two_halves_and_are_for_servers_that_know_them),
	    cmocka_unit_test(names_are_clean_and_cut_at_the_end_of_a_character),
	    cmocka_unit_test(the_largest_offer_fits),
	    cmocka_unit_test(offers_are_paced_and_end_at_the_limit),
	    cmocka_unit_test(after_ten_quiet_minutes_we_say_that_we_are_there),
	    cmocka_unit_test(a_connection_that_does_not_come_is_given_up),
	    cmocka_unit_test(what_we_do_not_know_is_skipped),
	    cmocka_unit_test(what_is_no_frame_ends_the_session),
	    cmocka_unit_test(a_bomb_costs_nothing_but_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
