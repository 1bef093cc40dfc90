/*
 * The nodes that we know, and the file that they are kept in.
 * SPDX-License-Identifier: ISC
 */
#include "kad_rig.h"

#include "kad/contacts.h"
#include "kad/nodes_dat.h"

static struct kad_contacts *c;

static int
begin(void **state)
{
	(void)state;
	c = calloc(1, sizeof *c);
	assert_non_null(c);
	kad_contacts_init(c, 1);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	free(c);
	return 0;
}

static struct kad_contact
contact_of(uint64_t high, uint32_t ip)
{
	return (struct kad_contact){{high, 0}, {ip, 4672}, 4662, 8};
}

static struct kad_node *
add(uint64_t high, uint32_t ip)
{
	struct kad_contact contact = contact_of(high, ip);

	return kad_contacts_add(c, &contact, false, 1000);
}

static void
an_address_has_one_id_and_an_id_one_address(void **state)
{
	struct kad_node *node = add(1, 0x50000001);

	(void)state;
	assert_non_null(node);
	assert_ptr_equal(add(1, 0x50000001), node);
	assert_null(add(2, 0x50000001));
	assert_null(add(1, 0x51000001));
	assert_int_equal(c->n, 1);
}

static void
ten_nodes_of_one_24_are_taken(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 10; i++)
		assert_non_null(add(i, 0x50000001 + i));
	assert_null(add(10, 0x5000000B));
	assert_non_null(add(10, 0x50000101));
}

static void
contacts_that_may_not_be_used_are_refused(void **state)
{
	struct kad_contact contact = contact_of(1, 0x50000001);

	(void)state;
	contact.version = 1; /* Kad1 */
	assert_null(kad_contacts_add(c, &contact, true, 1000));
	contact.version = 3; /* before PUBLISH_SOURCE_REQ */
	assert_null(kad_contacts_add(c, &contact, true, 1000));
	contact.version = 8;
	contact.address.port = 53;
	assert_null(kad_contacts_add(c, &contact, true, 1000));
	assert_null(add(1, 0x7F000001));
	assert_null(add(1, 0xC0A80001));
}

static void
our_own_address_is_refused_and_thrown_out(void **state)
{
	struct kad_node *other = add(2, 0x50000002);

	(void)state;
	other->key = 5;
	assert_non_null(add(1, 0x50000001));
	kad_contacts_new_address(c, 0x50000001);
	assert_int_equal(c->n, 1);
	assert_null(add(1, 0x50000001));
	/* its key was for another address of ours */
	assert_int_equal(other->key, 0);
}

static void
the_nearest_are_found_as_by_looking_at_all(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 2000; i++)
		add(kad_random(c) >> (i % 3 * 20), 0x50000001 + i * 256);
	for (int round = 0; round < 200; round++) {
		struct kad_id target = {
		    kad_random(c) >> (round % 3 * 20), kad_random(c)};
		const struct kad_node *found[10];
		size_t n = kad_contacts_nearest(c, target, found, 10), n_nearer;

		assert_int_equal(n, 10);
		for (size_t i = 0; i < n; i++) {
			n_nearer = 0;
			for (size_t j = 0; j < c->n; j++)
				n_nearer += kad_is_nearer(target,
				    c->nodes[c->order[j]].contact.id,
				    found[i]->contact.id);
			assert_int_equal(n_nearer, i);
		}
	}
}

static void
fewer_nodes_than_wanted_are_all_found(void **state)
{
	const struct kad_node *found[10];

	(void)state;
	assert_int_equal(
	    kad_contacts_nearest(c, (struct kad_id){0, 0}, found, 10), 0);
	add(UINT64_MAX, 0x50000001);
	add(3, 0x51000001);
	add(1, 0x52000001);
	assert_int_equal(
	    kad_contacts_nearest(c, (struct kad_id){0, 0}, found, 10), 3);
	assert_int_equal(found[0]->contact.id.high, 1);
	assert_int_equal(found[2]->contact.id.high, UINT64_MAX);
}

static void
who_never_answered_is_thrown_out_after_two_silences(void **state)
{
	struct kad_address address = {0x50000001, 4672};
	struct kad_contact contact = contact_of(1, 0x50000001);

	(void)state;
	add(1, 0x50000001);
	kad_contacts_silent(c, address, 1000);
	assert_int_equal(c->n, 1);
	kad_contacts_silent(c, address, 1000);
	assert_int_equal(c->n, 0);
	/* others may not bring it back for half an hour; it itself may */
	assert_null(kad_contacts_add(c, &contact, false, 1000 + 1799999));
	assert_non_null(kad_contacts_add(c, &contact, true, 2000));
}

static void
who_answered_is_thrown_out_after_three_silences(void **state)
{
	struct kad_address address = {0x50000001, 4672};

	(void)state;
	add(1, 0x50000001)->heard_ms = 1;
	kad_contacts_silent(c, address, 1000);
	kad_contacts_silent(c, address, 1000);
	assert_int_equal(c->n, 1);
	kad_contacts_silent(c, address, 1000);
	assert_int_equal(c->n, 0);
	assert_null(kad_contacts_any(c));
}

static void
a_full_set_makes_room_and_keeps_some_nodes_everywhere(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 70000; i++)
		add(kad_random(c), 0x50000001 + i * 256);
	assert_int_equal(c->n, KAD_CONTACTS_MAX);
	/* all of one region */
	for (uint32_t i = 0; i < 60000; i++)
		add(kad_random(c) >> 8, 0x70000001 + i * 256);
	assert_int_equal(c->n, KAD_CONTACTS_MAX);
	for (size_t i = 0; i < KAD_REGIONS; i++)
		assert_true(c->regions[i] >= KAD_REGION_KEPT);
	for (size_t i = 1; i < c->n; i++)
		assert_true(kad_less(c->nodes[c->order[i - 1]].contact.id,
		    c->nodes[c->order[i]].contact.id));
}

static int
read_file(const char *hex)
{
	uint8_t bytes[200];
	size_t n = unhex(bytes, sizeof bytes, hex);
	uint8_t *copy = exact_copy(bytes, n);
	int taken = kad_nodes_read(c, copy, n, 1000);

	free(copy);
	return taken;
}

#define CONTACT "5558c7a1368ff06e19e09b0f9562214d 05140a50 4012 3612 08"

static void
assert_read(void)
{
	struct kad_node *node =
	    kad_contacts_find(c, (struct kad_address){0x500A1405, 4672});

	assert_non_null(node);
	assert_true(kad_same_id(
	    node->contact.id, id_of("a1c758556ef08f360f9be0194d216295")));
}

static void
version_0_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_file("01000000 " CONTACT), 1);
	assert_read();
}

static void
version_1_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_file("00000000 01000000 01000000" CONTACT), 1);
	assert_read();
}

static void
version_2_is_read(void **state)
{
	(void)state;
	assert_int_equal(read_file("00000000 02000000 01000000" CONTACT
				   "00000000 00000000 01"),
	    1);
	assert_read();
}

static void
version_3_is_read(void **state)
{
	(void)state;
	assert_int_equal(
	    read_file("00000000 03000000 01000000 01000000" CONTACT), 1);
	assert_read();
}

static void
version_3_of_another_edition_is_read_as_version_2(void **state)
{
	(void)state;
	assert_int_equal(read_file("00000000 03000000 00000000 01000000" CONTACT
				   "00000000 00000000 01"),
	    1);
	assert_read();
}

static void
a_file_that_ends_early_gives_its_whole_contacts(void **state)
{
	(void)state;
	assert_int_equal(
	    read_file("00000000 01000000 ffffffff" CONTACT "0102"), 1);
	assert_int_equal(read_file("00000000 01000000 05000000"), 0);
}

static void
what_is_no_nodes_dat_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_file(""), -1);
	assert_int_equal(read_file("000000"), -1);
	assert_int_equal(read_file("00000000 04000000 01000000" CONTACT), -1);
	assert_int_equal(read_file("00000000 00000000 01000000" CONTACT), -1);
	assert_int_equal(read_file("00000000 02000000"), -1);
}

static void
who_answered_is_written_as_version_2(void **state)
{
	static uint8_t out[KAD_NODES_SIZE];
	size_t len;

	(void)state;
	assert_int_equal(read_file("00000000 01000000 01000000" CONTACT), 1);
	assert_hex(
	    out, kad_nodes_write(c, 5000, out), "00000000 02000000 00000000");
	kad_contacts_find(c, (struct kad_address){0x500A1405, 4672})->heard_ms =
	    5000;
	len = kad_nodes_write(c, 5000, out);
	assert_hex(out, len,
	    "00000000 02000000 01000000" CONTACT "00000000 00000000 01");
}

static void
of_many_nodes_200_from_all_around_are_written(void **state)
{
	static uint8_t out[KAD_NODES_SIZE];
	struct reader r;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		add((uint64_t)i << 54, 0x50000001 + i * 256)->heard_ms = 1;
	assert_true(kad_nodes_write(c, 1, out) > 12 + 150 * 34);
	r = reader_of(out + 12 + 140 * 34, 16);
	assert_true(kad_get_id(&r).high > UINT64_MAX / 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(an_address_has_one_id_and_an_id_one_address),
	    TEST(ten_nodes_of_one_24_are_taken),
	    TEST(contacts_that_may_not_be_used_are_refused),
	    TEST(our_own_address_is_refused_and_thrown_out),
	    TEST(the_nearest_are_found_as_by_looking_at_all),
	    TEST(fewer_nodes_than_wanted_are_all_found),
	    TEST(who_never_answered_is_thrown_out_after_two_silences),
	    TEST(who_answered_is_thrown_out_after_three_silences),
	    TEST(a_full_set_makes_room_and_keeps_some_nodes_everywhere),
	    TEST(version_0_is_read),
	    TEST(version_1_is_read),
	    TEST(version_2_is_read),
	    TEST(version_3_is_read),
	    TEST(version_3_of_another_edition_is_read_as_version_2),
	    TEST(a_file_that_ends_early_gives_its_whole_contacts),
	    TEST(what_is_no_nodes_dat_is_refused),
	    TEST(who_answered_is_written_as_version_2),
	    TEST(of_many_nodes_200_from_all_around_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
