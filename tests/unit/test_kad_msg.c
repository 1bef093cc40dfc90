/*
 * Kad messages against bytes that real nodes and publishers exchanged.
 * SPDX-License-Identifier: ISC
 */
#include "kad_rig.h"

#include "kad/msg.h"

static uint8_t out[2000];
static struct writer w;

static struct kad_message
message(uint8_t *bytes, size_t cap, const char *hex)
{
	size_t n = unhex(bytes, cap, hex);

	assert_true(n >= 2);
	assert_int_equal(bytes[0], KAD_PROTOCOL);
	return (struct kad_message){bytes[1], bytes + 2, n - 2};
}

static int
begin(void **state)
{
	(void)state;
	w = writer_of(out, sizeof out);
	return 0;
}

static void
assert_written(const char *hex)
{
	assert_false(w.bad);
	assert_hex(out, w.pos, hex);
}

static void
a_request_names_target_and_receiver(void **state)
{
	(void)state;
	kad_put_req(&w, id_of("a10b412df1c1f472b89bc567cc17e9dd"),
	    id_of("a1c758556ef08f360f9be0194d216295"));
	assert_written("e4210b 2d410ba172f4c1f167c59bb8dde917cc"
		       "5558c7a1368ff06e19e09b0f9562214d");
}

static void
requests_without_a_payload_are_two_bytes(void **state)
{
	(void)state;
	kad_put_bare(&w, KAD_BOOTSTRAP_REQ);
	kad_put_bare(&w, KAD_PING);
	assert_written("e401 e460");
}

static void
a_source_is_published_as_amuled_took_it(void **state)
{
	struct kad_source source = {.tcp_port = 4662, .connect_options = 1};

	(void)state;
	source.user_hash = id_of("b24d39c9b20eecc2135d78238e466f66");
	kad_put_publish_source(
	    &w, id_of("a10b412df1c1f472b89bc567cc17e9dd"), 300000, &source);
	assert_written("e444 2d410ba172f4c1f167c59bb8dde917cc"
		       "c9394db2c2ec0eb223785d13666f468e 04"
		       "090100ff01 080100fd3612 03010002e0930400 090100f301");
}

static void
a_large_file_has_source_type_4_and_a_64_bit_size(void **state)
{
	struct kad_source source = {.tcp_port = 80};
	struct kad_id none = {0, 0};

	(void)state;
	kad_put_publish_source(&w, none, 4290048000, &source);
	assert_memory_equal(out + 2 + 32 + 1, "\x09\x01\x00\xff\x01", 5);
	w.pos = 0;
	kad_put_publish_source(&w, none, 4290048001, &source);
	assert_memory_equal(out + 2 + 32 + 1, "\x09\x01\x00\xff\x04", 5);
	w.pos = 0;
	kad_put_publish_source(&w, none, UINT64_C(5000000000), &source);
	assert_written("e444 00000000000000000000000000000000"
		       "00000000000000000000000000000000 04"
		       "090100ff04 090100fd50 0b01000200f2052a01000000"
		       "090100f300");
}

static void
a_keyword_is_published_as_amuled_took_it(void **state)
{
	struct kad_file file = {
	    .hash = id_of("a1bbc4c4c4c4c4c4c4c4c4c4c4c4c4c4"),
	    .size = 200009,
	    .name = "kaunun holiday.iso",
	    .name_len = 18,
	};

	(void)state;
	assert_int_equal(
	    kad_put_publish_keyword(
		&w, id_of("a18e7d3dd83bea24065606c71e36745d"), &file, 1),
	    1);
	assert_written("e443 3d7d8ea124ea3bd8c70656065d74361e 0100"
		       "c4c4bba1c4c4c4c4c4c4c4c4c4c4c4c4 03"
		       "0201000112006b61756e756e20686f6c696461792e69736f"
		       "03010002490d0300 0901001501");
}

static void
a_keyword_datagram_has_as_many_files_as_fit(void **state)
{
	struct kad_file files[3] = {0};

	(void)state;
	for (int i = 0; i < 3; i++) {
		files[i].name = "abc";
		files[i].name_len = 3;
	}
	/* 20 for the head, 36 for each file */
	w = writer_of(out, 20 + 2 * 36 + 35);
	assert_int_equal(
	    kad_put_publish_keyword(&w, files[0].hash, files, 3), 2);
	assert_false(w.bad);
	assert_int_equal(w.pos, 20 + 2 * 36);
	assert_int_equal(out[18], 2);
	w = writer_of(out, 20 + 35);
	assert_int_equal(
	    kad_put_publish_keyword(&w, files[0].hash, files, 3), 0);
	assert_true(w.bad);
}

static void
a_note_is_published_as_amuled_took_it(void **state)
{
	struct kad_file file = {
	    .hash = id_of("a1ffff2df1c1f472b89bc567cc17e9dd"),
	    .size = UINT64_C(5000000000),
	    .name = "big.archive.part1.iso",
	    .name_len = 21,
	    .rating = 5,
	    .comment = "checked, complete",
	    .comment_len = 17,
	};

	(void)state;
	kad_put_publish_note(
	    &w, id_of("b150dfd31f94a5140dc5af253348ac4c"), &file);
	assert_written(
	    "e445 2dffffa172f4c1f167c59bb8dde917cc"
	    "d3df50b114a5941f25afc50d4cac4833 04"
	    "02010001 1500 6269672e617263686976652e70617274312e69736f"
	    "090100f705"
	    "0201000b 1100 636865636b65642c20636f6d706c657465"
	    "0b01000200f2052a01000000");
}

static void
a_note_says_only_what_there_is(void **state)
{
	struct kad_file file = {.name = "a", .name_len = 1, .rating = 3};

	(void)state;
	kad_put_publish_note(&w, file.hash, &file);
	assert_written("e445 00000000000000000000000000000000"
		       "00000000000000000000000000000000 03"
		       "02010001 0100 61 090100f703 0901000200");
}

static void
the_question_whether_we_are_reached_is_as_amuled_took_it(void **state)
{
	(void)state;
	kad_put_firewalled2_req(
	    &w, 4663, id_of("b24d39c9b20eecc2135d78238e466f66"), 0);
	assert_written("e453 3712 c9394db2c2ec0eb223785d13666f468e 00");
}

static void
answers_to_requests_are_written(void **state)
{
	(void)state;
	kad_put_pong(&w, 4672);
	assert_written("e4614012");
	w.pos = 0;
	kad_put_empty_res(&w, id_of("a10b412df1c1f472b89bc567cc17e9dd"));
	assert_written("e4292d410ba172f4c1f167c59bb8dde917cc00");
}

static void
an_answer_to_bootstrapping_is_read(void **state)
{
	uint8_t bytes[600];
	struct kad_message m = message(bytes, sizeof bytes,
	    "e4095558c7a1368ff06e19e09b0f9562214d361208 0200"
	    "8e0f1da143edc740eb3a963a13c77fe305160c504012361208"
	    "937cc6a1b014d9b3989e7e10c453217e05170d504112361209");
	struct kad_contact sender, first, second;
	struct kad_contact_list list;

	(void)state;
	assert_true(kad_get_bootstrap_res(&m, &sender, &list));
	assert_true(
	    kad_same_id(sender.id, id_of("a1c758556ef08f360f9be0194d216295")));
	assert_int_equal(sender.tcp_port, 4662);
	assert_int_equal(sender.version, 8);
	assert_int_equal(list.n, 2);
	first = kad_get_contact(&list.r);
	second = kad_get_contact(&list.r);
	assert_true(
	    kad_same_id(first.id, id_of("a11d0f8e40c7ed433a963aebe37fc713")));
	assert_int_equal(first.address.ip, 0x500C1605); /* 80.12.22.5 */
	assert_int_equal(first.address.port, 4672);
	assert_int_equal(second.address.port, 4673);
	assert_int_equal(second.version, 9);
	assert_int_equal(reader_left(&list.r), 0);
}

static void
an_answer_to_bootstrapping_with_more_contacts_than_bytes_is_refused(
    void **state)
{
	uint8_t bytes[2000] = {0};
	struct kad_message m = {KAD_BOOTSTRAP_RES, bytes, 21 + 2 * 25};
	struct kad_contact sender;
	struct kad_contact_list list;

	(void)state;
	bytes[19] = 2;
	assert_true(kad_get_bootstrap_res(&m, &sender, &list));
	bytes[19] = 3;
	assert_false(kad_get_bootstrap_res(&m, &sender, &list));
	bytes[19] = 0xFF;
	bytes[20] = 0xFF; /* times 25 it must not overflow */
	assert_false(kad_get_bootstrap_res(&m, &sender, &list));
	bytes[20] = 0;
	bytes[19] = 50;
	m.len = 21 + 50 * 25;
	assert_true(kad_get_bootstrap_res(&m, &sender, &list));
	bytes[19] = 51;
	m.len = 21 + 51 * 25;
	assert_false(kad_get_bootstrap_res(&m, &sender, &list));
	m.len = 20;
	assert_false(kad_get_bootstrap_res(&m, &sender, &list));
}

static void
contacts_near_a_target_are_read(void **state)
{
	uint8_t bytes[600];
	struct kad_message m = message(bytes, sizeof bytes,
	    "e4292d410ba172f4c1f167c59bb8dde917cc01"
	    "8e0f1da143edc740eb3a963a13c77fe305160c504012361208");
	struct kad_id target;
	struct kad_contact_list list;

	(void)state;
	assert_true(kad_get_res(&m, &target, &list));
	assert_true(
	    kad_same_id(target, id_of("a10b412df1c1f472b89bc567cc17e9dd")));
	assert_int_equal(list.n, 1);
	assert_int_equal(kad_get_contact(&list.r).address.ip, 0x500C1605);
}

static void
contacts_must_fill_the_datagram_and_not_be_more_than_we_asked_for(void **state)
{
	uint8_t bytes[17 + 12 * 25 + 1] = {0};
	struct kad_message m = {KAD_RES, bytes, 17};
	struct kad_id target;
	struct kad_contact_list list;

	(void)state;
	for (size_t n = 0; n <= 12; n++) {
		bytes[16] = (uint8_t)n;
		m.len = 17 + n * 25;
		assert_int_equal(kad_get_res(&m, &target, &list), n <= 11);
		m.len++;
		assert_false(kad_get_res(&m, &target, &list));
		m.len -= 2;
		assert_false(kad_get_res(&m, &target, &list));
	}
}

static void
what_was_stored_is_read_with_its_load(void **state)
{
	uint8_t bytes[64];
	struct kad_message m = message(
	    bytes, sizeof bytes, "e44b2d410ba172f4c1f167c59bb8dde917cc64");
	struct kad_id target;
	uint8_t load;

	(void)state;
	assert_true(kad_get_publish_res(&m, &target, &load));
	assert_true(
	    kad_same_id(target, id_of("a10b412df1c1f472b89bc567cc17e9dd")));
	assert_int_equal(load, 100);
	bytes[18] = 101;
	assert_false(kad_get_publish_res(&m, &target, &load));
	bytes[18] = 1;
	bytes[19] = 1; /* options, which nobody sends today */
	m.len = 18;
	assert_true(kad_get_publish_res(&m, &target, &load));
	m.len = 16;
	assert_false(kad_get_publish_res(&m, &target, &load));
}

static void
how_others_see_us_is_read(void **state)
{
	uint8_t bytes[64];
	struct kad_message m = message(bytes, sizeof bytes, "e458055a5a50");
	uint32_t ip;
	uint16_t port;

	(void)state;
	assert_true(kad_get_firewalled_res(&m, &ip));
	assert_int_equal(ip, 0x505A5A05); /* 80.90.90.5 */
	m.len--;
	assert_false(kad_get_firewalled_res(&m, &ip));
	m = message(bytes, sizeof bytes, "e4614012");
	assert_true(kad_get_pong(&m, &port));
	assert_int_equal(port, 4672);
	m.len = 1;
	assert_false(kad_get_pong(&m, &port));
	m = message(bytes, sizeof bytes, "e4610000");
	assert_false(kad_get_pong(&m, &port));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_request_names_target_and_receiver),
	    cmocka_unit_test(requests_without_a_payload_are_two_bytes),
	    cmocka_unit_test(a_source_is_published_as_amuled_took_it),
	    cmocka_unit_test(a_large_file_has_source_type_4_and_a_64_bit_size),
	    cmocka_unit_test(a_keyword_is_published_as_amuled_took_it),
	    cmocka_unit_test(a_keyword_datagram_has_as_many_files_as_fit),
	    cmocka_unit_test(a_note_is_published_as_amuled_took_it),
	    cmocka_unit_test(a_note_says_only_what_there_is),
	    cmocka_unit_test(
		the_question_whether_we_are_reached_is_as_amuled_took_it),
	    cmocka_unit_test(answers_to_requests_are_written),
	    cmocka_unit_test(an_answer_to_bootstrapping_is_read),
	    cmocka_unit_test(
		an_answer_to_bootstrapping_with_more_contacts_than_bytes_is_refused),
	    cmocka_unit_test(contacts_near_a_target_are_read),
	    cmocka_unit_test(
		contacts_must_fill_the_datagram_and_not_be_more_than_we_asked_for),
	    cmocka_unit_test(what_was_stored_is_read_with_its_load),
	    cmocka_unit_test(how_others_see_us_is_read),
	};
	struct CMUnitTest with_begin[ARRAY_LEN(tests)];

	for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
		with_begin[i] = tests[i];
		with_begin[i].setup_func = begin;
	}
	return cmocka_run_group_tests(with_begin, NULL, NULL);
}
