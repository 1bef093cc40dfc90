/*
 * Kad ids and addresses.
 * SPDX-License-Identifier: ISC
 */
#include "kad_rig.h"

#include "kad/address.h"

static void
groups_of_four_bytes_are_reversed_on_the_wire(void **state)
{
	struct kad_id id = id_of("a10b0c0d 01020304 11121314 21222324");
	uint8_t wire[KAD_ID_SIZE], hash[HASH_SIZE];
	struct writer w = writer_of(wire, sizeof wire);
	struct reader r = reader_of(wire, sizeof wire);

	(void)state;
	kad_put_id(&w, id);
	assert_false(w.bad);
	assert_hex(wire, w.pos, "0d0c0ba1 04030201 14131211 24232221");
	assert_true(kad_same_id(kad_get_id(&r), id));
	kad_id_to_hash(id, hash);
	assert_hex(hash, sizeof hash, "a10b0c0d 01020304 11121314 21222324");
}

static void
a_distance_is_compared_from_the_first_byte_on(void **state)
{
	struct kad_id target = id_of("80000000 00000000 00000000 00000000");
	struct kad_id near = id_of("80000000 00000000 00000000 00000002");
	struct kad_id far = id_of("00000000 00000000 00000000 00000001");

	(void)state;
	assert_true(kad_is_nearer(target, near, far));
	assert_false(kad_is_nearer(target, far, near));
	assert_false(kad_is_nearer(target, near, near));
	assert_true(kad_is_nearer(target, target, near));
}

static void
the_zone_ends_where_nodes_stop_storing(void **state)
{
	struct kad_id target = id_of("a10b412d f1c1f472 b89bc567 cc17e9dd");
	struct kad_id node = target;

	(void)state;
	assert_true(kad_in_zone(target, node));
	/* seen with amuled: the first was stored on, the second not */
	node.high = target.high ^ UINT64_C(0x01000000FFFFFFFF);
	assert_true(kad_in_zone(target, node));
	node.high = target.high ^ UINT64_C(0x01000000) << 32;
	assert_true(kad_in_zone(target, node));
	node.high = target.high ^ UINT64_C(0x01000001) << 32;
	assert_false(kad_in_zone(target, node));
}

static void
addresses_that_are_not_public_are_refused(void **state)
{
	static const uint32_t bad[] = {0, 0x00010203, 0x0A010203, 0x7F000001,
	    0xA9FE0101, 0xAC100001, 0xAC1FFFFF, 0xC0A80001, 0xC0000201,
	    0xC6120001, 0xC6336401, 0xCB007101, 0xE0000001, 0xF0000001,
	    0xFFFFFFFF, 0x64400001};
	static const uint32_t good[] = {0x01020304, 0x500A1405, 0xAC0FFFFF,
	    0xAC200000, 0xC0A90001, 0x09FFFFFF, 0x0B000000, 0xDFFFFFFF};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(
		    kad_address_is_usable((struct kad_address){bad[i], 4672}));
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(
		    kad_address_is_usable((struct kad_address){good[i], 4672}));
}

static void
ports_zero_and_53_are_refused(void **state)
{
	(void)state;
	assert_false(
	    kad_address_is_usable((struct kad_address){0x500A1405, 0}));
	assert_false(
	    kad_address_is_usable((struct kad_address){0x500A1405, 53}));
	assert_true(kad_address_is_usable((struct kad_address){0x500A1405, 1}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(groups_of_four_bytes_are_reversed_on_the_wire),
	    cmocka_unit_test(a_distance_is_compared_from_the_first_byte_on),
	    cmocka_unit_test(the_zone_ends_where_nodes_stop_storing),
	    cmocka_unit_test(addresses_that_are_not_public_are_refused),
	    cmocka_unit_test(ports_zero_and_53_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
