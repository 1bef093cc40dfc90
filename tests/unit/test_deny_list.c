/*
 * store/deny_list.h: whatever a damaged or foreign file has, it is noticed, or the
 * answer is right.
 * SPDX-License-Identifier: ISC
 */
#include "deny_rig.h"

/* Two blocks of IPv4 and two of IPv6. */
static void
make_small_file(void)
{
	forget();
	seed = 3;
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		for (size_t i = 0; i < deny_list_per_block(family) + 40; i++) {
			struct ip_range r;

			point(r.first, family, 3 * i);
			point(r.last, family, 3 * i + 1);
			assert_true(deny_set_add(&set, &r, false));
		}
	compile();
	assert_int_equal(file.n, 5 * DENY_LIST_BLOCK);
}

/*
 * Search for n + 1 addresses of each family, from the first block to the last.
 * What comes out is what the undamaged file says, or a complaint. Returns the
 * complaints.
 */
static int
search_damaged(size_t n)
{
	int complaints = 0;

	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++) {
		size_t last = 3 * (deny_list_per_block(family) + 40) - 1;

		for (size_t k = 0; k <= n; k++) {
			size_t i = last * k / n;
			uint8_t address[IP_SIZE];
			enum deny_list_result res;

			point(address, family, i);
			res = look_up(address);
			if (res != DENY_LIST_ABSENT && res != DENY_LIST_PRESENT)
				complaints++;
			else
				assert_int_equal(
				    res == DENY_LIST_PRESENT, i % 3 < 2);
		}
	}
	return complaints;
}

static void
every_flipped_byte_is_noticed_where_it_matters(void **state)
{
	static const uint8_t flips[] = {0x01, 0x80, 0xFF};

	(void)state;
	make_small_file();
	assert_int_equal(search_damaged(100), 0);
	for (size_t i = 0; i < file.n; i++) {
		uint8_t flip = flips[i % ARRAY_LEN(flips)];

		file.bytes[i] ^= flip;
		/* each block is on the way to one of the addresses */
		assert_true(search_damaged(1) > 0);
		file.bytes[i] ^= flip;
	}
	assert_int_equal(search_damaged(100), 0);
	forget();
}

static void
every_truncation_is_noticed(void **state)
{
	size_t n;

	(void)state;
	make_small_file();
	n = file.n;
	for (file.n = 0; file.n < n; file.n++) {
		enum deny_list_result res = look_up_text("0.0.0.0");

		assert_int_equal(res,
		    file.n < DENY_LIST_BLOCK ? DENY_LIST_FOREIGN
					     : DENY_LIST_DAMAGED);
	}
	/* and what is too long: the reader never gets there */
	file.n = n + 1;
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_DAMAGED);
	file.n = n;
	forget();
}

static void
blocks_in_other_places_or_of_other_lists_are_noticed(void **state)
{
	uint8_t *other;

	(void)state;
	make_small_file();
	other = exact_copy(file.bytes, file.n);
	memcpy(file.bytes + DENY_LIST_BLOCK, other + 2 * DENY_LIST_BLOCK,
	    DENY_LIST_BLOCK);
	assert_true(search_damaged(10) > 0);
	/* the same blocks under the header of a list of the same size */
	forget();
	for (enum ip_family family = IP_V4; family < IP_FAMILIES; family++)
		for (size_t i = 0; i < deny_list_per_block(family) + 40; i++) {
			struct ip_range r;

			point(r.first, family, 4 * i);
			point(r.last, family, 4 * i + 1);
			assert_true(deny_set_add(&set, &r, false));
		}
	compile();
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_PRESENT);
	memcpy(file.bytes + DENY_LIST_BLOCK, other + DENY_LIST_BLOCK,
	    4 * DENY_LIST_BLOCK);
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_DAMAGED);
	free(other);
	forget();
}

/*
 * A file that lies with the right checksums: any answer will do, as long as no
 * block is asked for that is not there.
 */
static void
forged_files_lead_nowhere_else(void **state)
{
	(void)state;
	make_small_file();
	seed = 4;
	for (int round = 0; round < 3000; round++) {
		static const uint32_t counts[] = {
		    0, 1, 127, 128, 511, 512, 1022, 1023, UINT32_MAX};
		struct deny_list_header h = {.version = DENY_LIST_VERSION,
		    .n = {counts[random_below(ARRAY_LEN(counts))],
			counts[random_below(ARRAY_LEN(counts))]},
		    .id = random_below(2)};

		deny_list_put_header(file.bytes, &h);
		for (uint64_t i = 1; i < 5; i++) {
			uint8_t *block = file.bytes + i * DENY_LIST_BLOCK;

			for (int k = 0; k < 20; k++)
				block[random_below(DENY_LIST_PAYLOAD)] =
				    (uint8_t)random_below(256);
			deny_list_seal(block, i, h.id);
		}
		for (int k = 0; k < 20; k++) {
			uint8_t address[IP_SIZE];
			enum deny_list_result res;

			point(address, k % 2 ? IP_V6 : IP_V4,
			    random_below(POINTS));
			res = look_up(address);
			assert_int_equal(res == DENY_LIST_DAMAGED,
			    deny_list_file_size(&h) != file.n);
		}
	}
	forget();
}

static void
other_files_and_versions_are_told_apart(void **state)
{
	struct deny_list_header h = {.version = 2};

	(void)state;
	forget();
	file.n = DENY_LIST_BLOCK;
	file.bytes = calloc(1, file.n);
	assert_int_equal(look_up_text("::1"), DENY_LIST_FOREIGN);
	memset(file.bytes, '#', file.n);
	assert_int_equal(look_up_text("::1"), DENY_LIST_FOREIGN);
	deny_list_put_header(file.bytes, &h);
	assert_int_equal(look_up_text("::1"), DENY_LIST_VERSION_UNKNOWN);
	h.version = DENY_LIST_VERSION;
	deny_list_put_header(file.bytes, &h);
	assert_int_equal(look_up_text("::1"), DENY_LIST_ABSENT);
	forget();
}

static void
blocks_that_cannot_be_read_are_told(void **state)
{
	(void)state;
	make_small_file();
	file.stop_at = 0;
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_UNREADABLE);
	file.stop_at = 1;
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_UNREADABLE);
	assert_int_equal(look_up_text("::"), DENY_LIST_PRESENT);
	file.stop_at = 3;
	assert_int_equal(look_up_text("0.0.0.0"), DENY_LIST_PRESENT);
	assert_int_equal(look_up_text("::"), DENY_LIST_UNREADABLE);
	forget();
}

/* The layout is written to disks: it does not change by itself. */
static void
the_layout_is_what_it_was(void **state)
{
	static const char *const lines[] = {
	    "192.0.2.0/24", "198.51.100.7", "2001:db8::/32", NULL};

	(void)state;
	compile_lines(lines);
	assert_int_equal(file.n, 3 * DENY_LIST_BLOCK);
	assert_hex(file.bytes, 24,
	    "89 45 44 32 4B 49 50 0A 01000000 02000000"
	    "01000000 00000000");
	assert_hex(file.bytes + DENY_LIST_BLOCK, 20,
	    "C0000200 C00002FF C6336407 C6336407 00000000");
	assert_hex(file.bytes + 2 * DENY_LIST_BLOCK, 36,
	    "20010DB8 00000000 00000000 00000000"
	    "20010DB8 FFFFFFFF FFFFFFFF FFFFFFFF 00000000");
	assert_hex(file.bytes + 24, 8, "D9B4D94D845DB446");
	assert_hex(file.bytes + DENY_LIST_PAYLOAD, 8, "697C0D6F7E0497F9");
	forget();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_flipped_byte_is_noticed_where_it_matters),
	    cmocka_unit_test(every_truncation_is_noticed),
	    cmocka_unit_test(
		blocks_in_other_places_or_of_other_lists_are_noticed),
	    cmocka_unit_test(forged_files_lead_nowhere_else),
	    cmocka_unit_test(other_files_and_versions_are_told_apart),
	    cmocka_unit_test(blocks_that_cannot_be_read_are_told),
	    cmocka_unit_test(the_layout_is_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
