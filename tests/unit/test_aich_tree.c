/*
 * proto/aich_tree.c and proto/base32.c: known roots, golden recovery data, and
 * recovery of whole files by a receiver that is written down from the
 * definition, by sizes where the tree counts.
 * SPDX-License-Identifier: ISC
 */
#include "harness.h"
#include "sample.h"

#include "proto/aich_tree.h"
#include "proto/parts.h"
#include "proto/base32.h"

#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>

/* Hashes of all blocks and parts of a file, as a server knows them. */
struct file {
	uint64_t size;
	size_t n_parts;
	uint8_t (*blocks)[PART_BLOCKS_MAX][AICH_SIZE];
	uint8_t (*parts)[AICH_SIZE];
	uint8_t root[AICH_SIZE];
};

/* The hash of a block of a file. */
typedef void block_hash(uint64_t offset, size_t len, uint8_t out[AICH_SIZE]);

static void
zero_block(uint64_t offset, size_t len, uint8_t out[AICH_SIZE])
{
	static const uint8_t zeros[BLOCK_SIZE];

	(void)offset;
	SHA1(zeros, len, out);
}

static void
sample_block(uint64_t offset, size_t len, uint8_t out[AICH_SIZE])
{
	static uint8_t block[BLOCK_SIZE];

	sample_fill(block, offset, len);
	SHA1(block, len, out);
}

/* No bytes at all: a hash of their place stands for them. */
static void
pretended_block(uint64_t offset, size_t len, uint8_t out[AICH_SIZE])
{
	uint64_t place[2] = {offset, len};

	SHA1((const uint8_t *)place, sizeof place, out);
}

/* Of all parts but each `step`th the hash is pretended, to save time. */
static void
file_hash_up(struct file *f, uint64_t size, block_hash *hash, size_t step)
{
	f->size = size;
	f->n_parts = parts_count(size);
	f->blocks = calloc(f->n_parts, sizeof *f->blocks);
	f->parts = calloc(f->n_parts, sizeof *f->parts);
	assert_true(f->blocks && f->parts);
	for (size_t i = 0; i < f->n_parts; i++) {
		uint64_t begin = i * PART_SIZE, len = parts_size(size, i);

		if (i % step != 0) {
			memcpy(f->parts[i], &i, sizeof i);
			continue;
		}
		for (uint64_t at = 0; at < len; at += BLOCK_SIZE)
			hash(begin + at, (size_t)min_u64(BLOCK_SIZE, len - at),
			    f->blocks[i][at / BLOCK_SIZE]);
		aich_part_hash(size, i, f->blocks[i][0], f->parts[i]);
	}
	aich_root(size, f->parts[0], f->root);
}

static void
file_free(struct file *f)
{
	free(f->blocks);
	free(f->parts);
}

/* The receiver: what it was sent, and the file it knows the size of. */
#define ENTRIES_MAX 100
struct received {
	size_t n;
	struct {
		uint32_t ident;
		uint8_t hash[AICH_SIZE];
		bool used;
	} entries[ENTRIES_MAX];
};

static void
receive(struct received *r, const uint8_t *bytes, size_t len)
{
	struct reader in = reader_of(bytes, len);
	size_t narrow = get_u16(&in);
	bool wide = narrow == 0;

	memset(r, 0, sizeof *r);
	r->n = wide ? get_u16(&in) : narrow;
	assert_true(r->n <= ENTRIES_MAX);
	for (size_t i = 0; i < r->n; i++) {
		r->entries[i].ident = wide ? get_u32(&in) : get_u16(&in);
		get_bytes(&in, r->entries[i].hash, AICH_SIZE);
		/* what eMule refuses */
		assert_true(r->entries[i].ident > 1);
		assert_true(r->entries[i].ident <= 0x400000);
	}
	if (!wide)
		assert_int_equal(get_u16(&in), 0);
	assert_false(in.bad);
	assert_int_equal(reader_left(&in), 0);
}

/* The node of `size` bytes with this identifier, out of what was received. */
static void
rebuild(struct received *r, uint64_t size, bool is_left, uint32_t ident,
    uint8_t out[AICH_SIZE])
{
	uint64_t base = size <= PART_SIZE ? BLOCK_SIZE : PART_SIZE;
	uint64_t n = (size + base - 1) / base;
	uint64_t left = (is_left ? (n + 1) / 2 : n / 2) * base;
	uint8_t pair[2 * AICH_SIZE];

	for (size_t i = 0; i < r->n; i++) {
		if (r->entries[i].ident != ident)
			continue;
		assert_false(r->entries[i].used);
		r->entries[i].used = true;
		memcpy(out, r->entries[i].hash, AICH_SIZE);
		return;
	}
	if (size <= BLOCK_SIZE)
		fail_msg("node %x is missing", ident);
	rebuild(r, left, true, ident << 1 | 1, pair);
	rebuild(r, size - left, false, ident << 1, pair + AICH_SIZE);
	SHA1(pair, sizeof pair, out);
}

/* The recovery data of a part, checked: it gives the root, and has no more. */
static void
recover(const struct file *f, size_t part, struct received *r)
{
	uint8_t bytes[ENTRIES_MAX * 24], root[AICH_SIZE], *exact;
	struct writer w = writer_of(bytes, sizeof bytes);
	size_t n_blocks = parts_block_count(parts_size(f->size, part));

	assert_true(aich_is_recoverable(f->size, part));
	aich_put_recovery(&w, f->size, part, f->parts[0], f->blocks[part][0]);
	assert_false(w.bad);
	exact = exact_copy(bytes, w.pos);
	receive(r, exact, w.pos);
	free(exact);
	rebuild(r, f->size, true, 1, root);
	assert_memory_equal(root, f->root, AICH_SIZE);
	for (size_t i = 0; i < r->n; i++)
		assert_true(r->entries[i].used);
	/* the blocks of the part come last, in their order */
	for (size_t i = 0; i < n_blocks; i++)
		assert_memory_equal(r->entries[r->n - n_blocks + i].hash,
		    f->blocks[part][i], AICH_SIZE);
}

static void
files_of_zeros_have_the_known_roots(void **state)
{
	static const struct {
		uint64_t size;
		const char *root, *text;
	} known[] = {
	    {1, "5ba93c9db0cff93f52b521d7420e43f6eda2784f",
		"LOUTZHNQZ74T6UVVEHLUEDSD63W2E6CP"},
	    {184320, "fed87d14724a6291bc5c2dea8d0594ab4dfbd3e6",
		"73MH2FDSJJRJDPC4FXVI2BMUVNG7XU7G"},
	    {184321, "b543a5d45db14d4956cbedfd27b7b63d889f1cbc",
		"WVB2LVC5WFGUSVWL5X6SPN5WHWEJ6HF4"},
	    {9728000, "e8f6de1e0745190fa29f0760b7ad1e89e56747e1",
		"5D3N4HQHIUMQ7IU7A5QLPLI6RHSWOR7B"},
	    {9728001, "3af732ddd14508fbd2c57e3695c7f2628d377107",
		"HL3TFXORIUEPXUWFPY3JLR7SMKGTO4IH"},
	    {19456000, "212f1bc415ec9096f51a2226a405e2bc3d0b1b84",
		"EEXRXRAV5SIJN5I2EITKIBPCXQ6QWG4E"},
	    {29184000, "ef88312cf437322ffa88805420e7399fb3f1d1d1",
		"56EDCLHUG4ZC76UIQBKCBZZZT6Z7DUOR"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		struct file f;
		char text[BASE32_LEN(AICH_SIZE) + 1];

		file_hash_up(&f, known[i].size, zero_block, 1);
		assert_hex(f.root, AICH_SIZE, known[i].root);
		base32_encode(text, f.root, AICH_SIZE);
		assert_string_equal(text, known[i].text);
		file_free(&f);
	}
}

static void
base32_is_that_of_rfc_4648(void **state)
{
	char out[BASE32_LEN(10) + 1];

	(void)state;
	base32_encode(out, (const uint8_t *)"fooba", 5);
	assert_string_equal(out, "MZXW6YTB");
	base32_encode(
	    out, (const uint8_t *)"\0\0\0\0\0\xff\xff\xff\xff\xff", 10);
	assert_string_equal(out, "AAAAAAAA77777777");
	base32_encode(out, NULL, 0);
	assert_string_equal(out, "");
}

static void
the_sample_files_have_their_hashes_and_recovery_data(void **state)
{
	struct file f;
	struct received r;
	uint8_t bytes[256];
	struct writer w = writer_of(bytes, sizeof bytes);

	(void)state;
	file_hash_up(&f, SAMPLE_F1_SIZE, sample_block, 1);
	assert_hex(f.root, AICH_SIZE, SAMPLE_F1_ROOT);
	recover(&f, 0, &r);
	assert_int_equal(r.n, 2);
	assert_int_equal(r.entries[0].ident, 3);
	assert_int_equal(r.entries[1].ident, 2);
	file_free(&f);

	file_hash_up(&f, SAMPLE_F2_SIZE, sample_block, 1);
	assert_hex(f.root, AICH_SIZE, SAMPLE_F2_ROOT);
	assert_hex(f.parts[0], 2 * AICH_SIZE, SAMPLE_F2_AICH_PARTS);
	aich_put_recovery(&w, f.size, 1, f.parts[0], f.blocks[1][0]);
	assert_false(w.bad);
	assert_hex(bytes, w.pos, SAMPLE_F2_RECOVERY_1);
	recover(&f, 0, &r);
	assert_int_equal(r.n, 54);
	assert_int_equal(r.entries[0].ident, 2);
	assert_int_equal(r.entries[1].ident, 255);
	assert_int_equal(r.entries[2].ident, 254);
	assert_int_equal(r.entries[3].ident, 253);
	assert_int_equal(r.entries[52].ident, 193);
	assert_int_equal(r.entries[53].ident, 192);
	file_free(&f);
}

static void
every_part_of_any_file_can_be_recovered(void **state)
{
	static const uint64_t sizes[] = {BLOCK_SIZE + 1, PART_SIZE - 1,
	    PART_SIZE, PART_SIZE + BLOCK_SIZE + 1, 2 * PART_SIZE, 3 * PART_SIZE,
	    3 * PART_SIZE - 12345, 6 * PART_SIZE,
	    7 * PART_SIZE + 5 * BLOCK_SIZE, 13 * PART_SIZE};
	struct received r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct file f;

		file_hash_up(&f, sizes[i], pretended_block, 1);
		for (size_t part = 0; part < f.n_parts; part++)
			recover(&f, part, &r);
		file_free(&f);
	}
}

static void
large_files_have_identifiers_of_32_bits(void **state)
{
	static const struct {
		uint64_t size;
		bool wide;
	} files[] = {
	    {AICH_NARROW_MAX, false},
	    {AICH_NARROW_MAX + BLOCK_SIZE + 1, true},
	    {EMULE_FILE_MAX, true},
	};

	(void)state;
	assert_true(AICH_NARROW_MAX == UINT64_C(4290048000));
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		uint8_t bytes[ENTRIES_MAX * 24];
		struct writer w = writer_of(bytes, sizeof bytes);
		struct received r;
		struct file f;

		file_hash_up(&f, files[i].size, pretended_block, 63);
		for (size_t k = 0; k < f.n_parts; k += k + 63) {
			recover(&f, k, &r);
			assert_true(files[i].wide ||
			    r.entries[r.n - 1].ident <= 0xFFFF);
		}
		aich_put_recovery(&w, f.size, 0, f.parts[0], f.blocks[0][0]);
		assert_false(w.bad);
		assert_int_equal(bytes[0] == 0 && bytes[1] == 0, files[i].wide);
		file_free(&f);
	}
}

static void
only_parts_of_several_blocks_are_recoverable(void **state)
{
	(void)state;
	assert_false(aich_is_recoverable(BLOCK_SIZE, 0));
	assert_true(aich_is_recoverable(BLOCK_SIZE + 1, 0));
	assert_false(aich_is_recoverable(BLOCK_SIZE + 1, 1));
	assert_true(aich_is_recoverable(PART_SIZE + BLOCK_SIZE, 0));
	assert_false(aich_is_recoverable(PART_SIZE + BLOCK_SIZE, 1));
	assert_false(aich_is_recoverable(2 * PART_SIZE, 2));
	assert_false(aich_is_recoverable(1, UINT16_MAX));
}

static void
recovery_data_that_does_not_fit_is_bad(void **state)
{
	struct file f;

	(void)state;
	file_hash_up(&f, 3 * PART_SIZE, pretended_block, 1);
	for (size_t cap = 0; cap < 2 + 55 * 22 + 2; cap++) {
		uint8_t *exact = malloc(cap);
		struct writer small = writer_of(exact, cap);

		aich_put_recovery(
		    &small, f.size, 0, f.parts[0], f.blocks[0][0]);
		assert_true(small.bad);
		free(exact);
	}
	file_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_of_zeros_have_the_known_roots),
	    cmocka_unit_test(base32_is_that_of_rfc_4648),
	    cmocka_unit_test(
		the_sample_files_have_their_hashes_and_recovery_data),
	    cmocka_unit_test(every_part_of_any_file_can_be_recovered),
	    cmocka_unit_test(large_files_have_identifiers_of_32_bits),
	    cmocka_unit_test(only_parts_of_several_blocks_are_recoverable),
	    cmocka_unit_test(recovery_data_that_does_not_fit_is_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
